#define _GNU_SOURCE
#include "supervisor/report_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "node/say.h"
#include "run/outputs.h"

/* ---- Before the run ---- */

static int refuse(const struct pkdi_report_file *file, const struct pkdi_run *run, int error)
{
	const char *why = strerror(error);

	if (error == EWOULDBLOCK)
		why = "another program is writing it";
	else if (error == EBUSY)
		why = "it is a mount point; mount its directory instead";
	else if (error == EISDIR)
		why = "it is a directory; add a file name";
	else if (error == ENOENT)
		why = "its directory does not exist";
	else if (error == EINVAL)
		why = "it is no regular file";
	pkdi_log(&run->log, "%s: cannot write '%s': %s", file->option, file->path, why);
	return -error;
}

static int refuse_shared(const struct pkdi_report_file *file, const struct pkdi_run *run,
                         const struct pkdi_node *node)
{
	char who[PKDI_WHO_SIZE];

	pkdi_log(&run->log, "%s: cannot write '%s': %s has it as well", file->option, file->path,
	         pkdi_node_who(node->decl, who));
	return -EINVAL;
}

static int refuse_own(const struct pkdi_report_file *file, const struct pkdi_run *run,
                      const char *who, const char *does)
{
	pkdi_log(&run->log, "%s: cannot write '%s': %s %s it; nothing was changed", file->option,
	         file->path, who, does);
	return -EINVAL;
}

static int create(struct pkdi_report_file *file, const struct pkdi_run *run,
                  const struct pkdi_report_file *other, const char *followed)
{
	struct pkdi_target target;
	struct pkdi_rival rival;
	const char *reader;
	int r = pkdi_target_find(followed, &target);

	if (r < 0)
		return refuse(file, run, -r);
	rival = pkdi_rival_of_target(run, &target);
	if (rival.node)
		return refuse_shared(file, run, rival.node);
	reader = pkdi_target_reader(run, &target);
	if (reader)
		return refuse_own(file, run, reader, "reads");
	if (other && other->path && pkdi_target_is_of(&target, &other->file))
		return refuse_own(file, run, other->option, "writes");
	r = pkdi_unnamed_create(&file->file, followed, false);
	return r < 0 ? refuse(file, run, -r) : 0;
}

int pkdi_report_file_open(struct pkdi_report_file *file, const struct pkdi_run *run,
                          const struct pkdi_report_file *other, const char *option,
                          const char *path)
{
	char *followed;
	int r;

	*file = (struct pkdi_report_file){
		option, path, {.fd = -1, .directory_fd = -1, .old_fd = -1}};
	if (!path)
		return 0;
	followed = pkdi_follow_links(path);
	if (!followed)
		return refuse(file, run, errno);
	r = create(file, run, other, followed);
	free(followed);
	if (r < 0)
		file->path = NULL;
	return r;
}

/* ---- After it ---- */

int pkdi_report_file_name(struct pkdi_report_file *file, const struct pkdi_run *run, int r)
{
	if (r == 0)
		r = pkdi_unnamed_name(&file->file);
	if (r < 0)
		pkdi_log(&run->log, "%s: cannot write '%s': %s", file->option, file->path,
		         r == -EEXIST ? "another program has created it meanwhile" : strerror(-r));
	return r;
}

void pkdi_report_file_finish(struct pkdi_report_file *file)
{
	if (file->path)
		pkdi_unnamed_finish(&file->file);
	file->path = NULL;
}
