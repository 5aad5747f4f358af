// Small files that are read at once, for nodes whose library takes a text.
#ifndef PKD_BASE_WHOLE_FILE_HPP
#define PKD_BASE_WHOLE_FILE_HPP

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

// 0, or a negative errno: EFBIG above `most_bytes`, EINVAL for what is neither a file nor a
// directory.
static inline int whole_file_read(const std::string &path, off_t most_bytes, std::string *ret_text)
{
	const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat now;
	ssize_t got = 1;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &now) < 0)
		error = -errno;
	else if (!S_ISREG(now.st_mode))
		error = S_ISDIR(now.st_mode) ? -EISDIR : -EINVAL;
	else if (now.st_size > most_bytes)
		error = -EFBIG;
	else
		ret_text->resize(static_cast<size_t>(now.st_size));
	for (size_t n = 0; !error && n < ret_text->size(); n += static_cast<size_t>(got)) {
		got = read(fd, &(*ret_text)[n], ret_text->size() - n);
		if (got <= 0)
			error = got < 0 ? -errno : -EIO;
	}
	close(fd);
	return error;
}

#endif
