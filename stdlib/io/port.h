/* A serial port: how it is opened and set. */
#ifndef PKD_IO_PORT_H
#define PKD_IO_PORT_H

#include <io/serial.pkd.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* B9600 of 9600; B0 of a rate that is none of the standard ones. */
speed_t io_port_speed(uint32_t baud);
/* All of them, as "50, 75, …". */
const char *io_port_speeds(char *text, size_t size);

/* Raw, with the settings of the parameters. */
void io_port_settings(const struct io_serial_params *params, struct termios *settings);

/* A descriptor, or -errno with the reason. */
int io_port_open(const struct io_serial_params *params, char *reason, size_t size);

/* Whether all has left the machine. */
bool io_port_is_sent(int fd);
/* Leaves out what has not: close would wait for it. */
void io_port_leave(int fd);

#endif
