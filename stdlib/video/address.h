/* Addresses with a user and a password in them, and messages in which nobody can read these. */
#ifndef PKD_VIDEO_ADDRESS_H
#define PKD_VIDEO_ADDRESS_H

#include <stdbool.h>

/* Whether it names a user, as in "rtsp://user:password@camera/1". */
bool media_address_has_user(const char *address);

/* The address with both of them in it, percent-encoded; to be freed. A copy of it where both are
 * empty. NULL: no memory. It names no user before. */
char *media_address_with(const char *address, const char *user, const char *password);

/* Writes "*" wherever the password of the address is in the text, as it is there and decoded. */
void media_address_hide(const char *address, char *text);

#endif
