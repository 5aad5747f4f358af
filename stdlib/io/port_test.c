/* How a serial port is set, at a pseudo terminal; io.serial is tested in a whole program. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "port.h"

struct terminal {
	int master;
	char name[64];
};

static void open_terminal(struct terminal *terminal)
{
	terminal->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(terminal->master >= 0);
	assert_int_equal(grantpt(terminal->master), 0);
	assert_int_equal(unlockpt(terminal->master), 0);
	assert_int_equal(ptsname_r(terminal->master, terminal->name, sizeof(terminal->name)), 0);
}

static struct io_serial_params params_of(const char *device)
{
	return (struct io_serial_params){.device = device, .baud = 9600, .bits = 8, .stop_bits = 1};
}

static void standard_rates_are_known(void **state)
{
	char text[400];

	(void)state;
	assert_true(io_port_speed(9600) == B9600);
	assert_true(io_port_speed(115200) == B115200);
	assert_true(io_port_speed(4000000) == B4000000);
	assert_true(io_port_speed(9601) == B0);
	assert_true(io_port_speed(0) == B0);
	io_port_speeds(text, sizeof(text));
	assert_ptr_equal(strstr(text, "50, 75, "), text);
	assert_string_equal(text + strlen(text) - 18, ", 3500000, 4000000");
}

static void a_port_is_raw(void **state)
{
	struct terminal terminal;
	struct termios set;
	char reason[200], got[8] = "";
	int fd;

	(void)state;
	open_terminal(&terminal);
	fd = io_port_open(&(struct io_serial_params){.device = terminal.name,
	                                             .baud = 57600,
	                                             .bits = 8,
	                                             .stop_bits = 2,
	                                             .flow = io_Flow_xon_xoff},
	                  reason, sizeof(reason));
	assert_true(fd >= 0);
	assert_int_equal(tcgetattr(fd, &set), 0);
	assert_true(cfgetospeed(&set) == B57600 && cfgetispeed(&set) == B57600);
	assert_int_equal(set.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_int_equal(set.c_oflag & OPOST, 0);
	assert_int_equal(set.c_iflag & (IXON | IXOFF), IXON | IXOFF);
	assert_int_equal(set.c_cflag & (CSTOPB | CRTSCTS), CSTOPB);
	/* Nothing is echoed, and nothing is changed. */
	assert_int_equal(write(terminal.master, "a\r\n\3", 4), 4);
	while (read(fd, got, sizeof(got)) < 0)
		assert_int_equal(errno, EAGAIN);
	assert_string_equal(got, "a\r\n\3");
	assert_true(io_port_is_sent(fd));
	close(fd);
	close(terminal.master);
}

/* A pseudo terminal has no parity: the settings themselves are looked at. */
static void bits_parity_and_flow_are_set(void **state)
{
	struct io_serial_params params = params_of("");
	struct termios set = {.c_cflag = PARENB | PARODD | CSTOPB | CRTSCTS};

	(void)state;
	io_port_settings(&params, &set);
	assert_int_equal(set.c_cflag & (CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS), CS8);
	assert_int_equal(set.c_cflag & (CLOCAL | CREAD), CLOCAL | CREAD);
	params.bits = 7;
	params.parity = io_Parity_even;
	params.flow = io_Flow_rts_cts;
	io_port_settings(&params, &set);
	assert_int_equal(set.c_cflag & (CSIZE | PARENB | PARODD | CRTSCTS), CS7 | PARENB | CRTSCTS);
	params.bits = 5;
	params.parity = io_Parity_odd;
	io_port_settings(&params, &set);
	assert_int_equal(set.c_cflag & (CSIZE | PARENB | PARODD), CS5 | PARENB | PARODD);
}

static void what_cannot_be_opened_is_told(void **state)
{
	struct io_serial_params params = params_of("/dev/null");
	char reason[200];

	(void)state;
	assert_int_equal(io_port_open(&params, reason, sizeof(reason)), -ENOTTY);
	assert_string_equal(reason, "it is no serial port");
	params.device = "/dev/no-such-port";
	assert_int_equal(io_port_open(&params, reason, sizeof(reason)), -ENOENT);
	assert_string_equal(reason, "No such file or directory");
}

static void a_port_is_open_once(void **state)
{
	struct terminal terminal;
	struct io_serial_params params;
	char reason[200];
	int first, second;

	(void)state;
	open_terminal(&terminal);
	params = params_of(terminal.name);
	first = io_port_open(&params, reason, sizeof(reason));
	assert_true(first >= 0);
	assert_int_equal(io_port_open(&params, reason, sizeof(reason)), -EBUSY);
	assert_string_equal(reason, "another program has it open");
	close(first);
	second = io_port_open(&params, reason, sizeof(reason));
	assert_true(second >= 0);
	close(second);
	close(terminal.master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_rates_are_known),
		cmocka_unit_test(a_port_is_raw),
		cmocka_unit_test(bits_parity_and_flow_are_set),
		cmocka_unit_test(what_cannot_be_opened_is_told),
		cmocka_unit_test(a_port_is_open_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
