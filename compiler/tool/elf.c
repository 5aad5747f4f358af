#include "tool/elf.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct object {
	const char *data;
	size_t length;
	Elf64_Ehdr head;
};

/* What may lie at any address, and may not be there. */
static bool read_at(const struct object *object, uint64_t at, void *ret_value, size_t size)
{
	if (at > object->length || size > object->length - at)
		return false;
	memcpy(ret_value, object->data + at, size);
	return true;
}

static bool open_object(struct object *object)
{
	const uint16_t one = 1;
	unsigned char own = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;

	return read_at(object, 0, &object->head, sizeof(object->head)) &&
	       memcmp(object->head.e_ident, ELFMAG, SELFMAG) == 0 &&
	       object->head.e_ident[EI_CLASS] == ELFCLASS64 &&
	       object->head.e_ident[EI_DATA] == own &&
	       object->head.e_shentsize == sizeof(Elf64_Shdr);
}

static bool section_at(const struct object *object, uint64_t index, Elf64_Shdr *ret_section)
{
	uint64_t at;

	return !__builtin_mul_overflow(index, sizeof(*ret_section), &at) &&
	       !__builtin_add_overflow(at, object->head.e_shoff, &at) &&
	       read_at(object, at, ret_section, sizeof(*ret_section));
}

/* With too many sections for the head, the first says how many, and where the names are. */
static bool count_sections(const struct object *object, uint64_t *ret_n, Elf64_Shdr *ret_names)
{
	Elf64_Shdr first;
	uint64_t names = object->head.e_shstrndx;

	if (!object->head.e_shoff || !section_at(object, 0, &first))
		return false;
	*ret_n = object->head.e_shnum ? object->head.e_shnum : first.sh_size;
	if (names == SHN_XINDEX)
		names = first.sh_link;
	return section_at(object, names, ret_names);
}

/* NULL where it does not end within the table. */
static const char *name_of(const struct object *object, const Elf64_Shdr *names, uint32_t offset)
{
	const char *name;

	if (names->sh_offset > object->length ||
	    names->sh_size > object->length - names->sh_offset || offset >= names->sh_size)
		return NULL;
	name = object->data + names->sh_offset + offset;
	return memchr(name, '\0', names->sh_size - offset) ? name : NULL;
}

/* Those of linkers, with a priority behind a point. */
static bool is_called(const char *name)
{
	static const char *const called[] = {".preinit_array", ".init_array", ".ctors", ".init",
	                                     ".fini_array",    ".dtors",      ".fini"};

	for (size_t i = 0; i < sizeof(called) / sizeof(called[0]); i++) {
		size_t length = strlen(called[i]);
		if (strncmp(name, called[i], length) == 0 &&
		    (name[length] == '\0' || name[length] == '.'))
			return true;
	}
	return false;
}

const char *elf_runs_by_itself(const char *data, size_t length)
{
	struct object object = {.data = data, .length = length};
	Elf64_Shdr section, names;
	uint64_t n;

	if (!open_object(&object) || !count_sections(&object, &n, &names))
		return NULL;
	for (uint64_t i = 0; i < n && section_at(&object, i, &section); i++) {
		const char *name = name_of(&object, &names, section.sh_name);
		if (name && section.sh_size > 0 && section.sh_type != SHT_NOBITS && is_called(name))
			return name;
	}
	return NULL;
}
