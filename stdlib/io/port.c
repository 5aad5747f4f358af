#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- Settings ---- */

struct rate {
	uint32_t baud;
	speed_t speed;
};

#define RATE(n)         \
	{               \
		n, B##n \
	}

static const struct rate rates[] = {
	RATE(50),      RATE(75),      RATE(110),     RATE(134),     RATE(150),     RATE(200),
	RATE(300),     RATE(600),     RATE(1200),    RATE(1800),    RATE(2400),    RATE(4800),
	RATE(9600),    RATE(19200),   RATE(38400),   RATE(57600),   RATE(115200),  RATE(230400),
	RATE(460800),  RATE(500000),  RATE(576000),  RATE(921600),  RATE(1000000), RATE(1152000),
	RATE(1500000), RATE(2000000), RATE(2500000), RATE(3000000), RATE(3500000), RATE(4000000),
};

enum { N_RATES = sizeof(rates) / sizeof(rates[0]) };

speed_t io_port_speed(uint32_t baud)
{
	for (size_t i = 0; i < N_RATES; i++)
		if (rates[i].baud == baud)
			return rates[i].speed;
	return B0;
}

const char *io_port_speeds(char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < N_RATES && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u", i ? ", " : "",
		                         rates[i].baud);
	return text;
}

static tcflag_t size_of(uint32_t bits)
{
	static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};

	return sizes[bits - 5];
}

void io_port_settings(const struct io_serial_params *params, struct termios *settings)
{
	cfmakeraw(settings);
	settings->c_cflag &= ~(tcflag_t)(CSIZE | CSTOPB | PARENB | PARODD | CRTSCTS);
	settings->c_cflag |= CLOCAL | CREAD | size_of(params->bits);
	if (params->stop_bits == 2)
		settings->c_cflag |= CSTOPB;
	if (params->parity != io_Parity_none) {
		settings->c_cflag |= PARENB | (params->parity == io_Parity_odd ? PARODD : 0);
		settings->c_iflag |= INPCK;
	}
	if (params->flow == io_Flow_rts_cts)
		settings->c_cflag |= CRTSCTS;
	settings->c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY);
	if (params->flow == io_Flow_xon_xoff)
		settings->c_iflag |= IXON | IXOFF;
	/* Of a port without a byte, read says EAGAIN; of one that is gone, it returns 0. */
	settings->c_cc[VMIN] = 1;
	settings->c_cc[VTIME] = 0;
	cfsetispeed(settings, io_port_speed(params->baud));
	cfsetospeed(settings, io_port_speed(params->baud));
}

/* ---- The port ---- */

static const char *words_of(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "Permission denied: is the user in the group that may open it (dialout)?";
	case EBUSY:
		return "another program has it open";
	case ENOTTY:
		return "it is no serial port";
	default:
		return strerror(error);
	}
}

/* As other programs for serial ports do it. TIOCEXCL would outlive the process at a pseudo
 * terminal, and keep its next incarnation out. */
static int claim(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return 0;
	errno = EBUSY;
	return -1;
}

static int set(int fd, const struct io_serial_params *params)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) < 0 || claim(fd) < 0)
		return -1;
	io_port_settings(params, &settings);
	/* What came before it was set came at another rate. */
	return tcsetattr(fd, TCSANOW, &settings) < 0 ? -1 : tcflush(fd, TCIFLUSH);
}

int io_port_open(const struct io_serial_params *params, char *reason, size_t size)
{
	int fd = open(params->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int error;

	if (fd >= 0 && set(fd, params) == 0)
		return fd;
	error = errno;
	if (fd >= 0)
		close(fd);
	snprintf(reason, size, "%s", words_of(error));
	return -error;
}

bool io_port_is_sent(int fd)
{
	int n = 0;

	return ioctl(fd, TIOCOUTQ, &n) < 0 || n == 0;
}

void io_port_leave(int fd)
{
	if (!io_port_is_sent(fd))
		tcflush(fd, TCOFLUSH);
}
