/* The files of clips: whole under their names, or under temporary ones that tell whose they are. */
#ifndef PKD_RECORD_CLIP_FILE_H
#define PKD_RECORD_CLIP_FILE_H

#include <stdbool.h>
#include <stdint.h>

enum { CLIP_NAME_MAX = 64, CLIP_FILE_SIZE = 160 };

/* Who writes: directory, beginning of all names, run of the program. */
struct clip_files {
	int folder;
	const char *name;
	uint64_t run;
};

bool clip_name_is_valid(const char *name);

/* A new file for a clip that begins at that time: a descriptor, locked, or a negative errno. */
int clip_file_make(const struct clip_files *files, uint64_t serial, int64_t from);

/* The file of a clip again, after a restart: by its temporary name, or where it has its name
 * already. A descriptor, or a negative errno. */
int clip_file_find(const struct clip_files *files, uint64_t serial, int64_t from, uint64_t device,
                   uint64_t inode, bool *ret_has_name);

/* Gives it the first name that is free: 0 or a negative errno. */
int clip_file_name(const struct clip_files *files, uint64_t serial, int64_t from,
                   char ret_name[static CLIP_FILE_SIZE]);

/* The name that it has. */
int clip_file_named(const struct clip_files *files, int64_t from, uint64_t device, uint64_t inode,
                    char ret_name[static CLIP_FILE_SIZE]);

void clip_file_drop(const struct clip_files *files, uint64_t serial, int64_t from);

/* What runs that are gone have left: each is ended behind its last whole packet and given its name.
 * Of this run, what is above `serial` goes: no firing that counts has made it. `tell` is called for
 * each that has a name now. 0 or a negative errno. */
int clip_files_adopt(const struct clip_files *files, uint64_t serial,
                     void (*tell)(void *context, const char *name), void *context);

#endif
