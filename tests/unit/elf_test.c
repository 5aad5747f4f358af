/* Object files that are whole, cut off, damaged, or none. */
#include "base/arena.h"
#include "base/file.h"
#include "tool/elf.h"
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* At the very end of its memory, so that sanitizers see a look beyond. */
static const char *look(const char *data, size_t length)
{
	char *copy = malloc(length + 1);
	const char *name;

	assert_non_null(copy);
	memcpy(copy + 1, data, length);
	name = elf_runs_by_itself(copy + 1, length);
	name = name ? strncmp(name, ".", 1) == 0 ? "found" : "wrong" : NULL;
	free(copy);
	return name;
}

/* Three sections: none, `name`, and the names. */
struct small {
	Elf64_Ehdr head;
	Elf64_Shdr sections[3];
	char names[24];
};

static struct small small(const char *name)
{
	struct small s = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
	                             __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
	                                                                       : ELFDATA2MSB},
	                 .e_shoff = offsetof(struct small, sections),
	                 .e_shentsize = sizeof(Elf64_Shdr),
	                 .e_shnum = 3,
	                 .e_shstrndx = 2},
		.sections = {[1] = {.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_size = 8},
	                     [2] = {.sh_type = SHT_STRTAB,
	                            .sh_offset = offsetof(struct small, names),
	                            .sh_size = 24}},
	};

	strncpy(s.names + 1, name, sizeof(s.names) - 2);
	return s;
}

static const char *look_at(const struct small *s)
{
	return look((const char *)s, sizeof(*s));
}

static void sections_that_run_are_found(void **state)
{
	static const char *const run[] = {".init_array",  ".init_array.00101", ".preinit_array",
	                                  ".ctors.65535", ".fini_array",       ".init"};
	static const char *const others[] = {".text", ".init_arrays", ".data.init_array", ".ini",
	                                     ""};

	(void)state;
	for (size_t i = 0; i < sizeof(run) / sizeof(run[0]); i++) {
		struct small s = small(run[i]);
		assert_non_null(look_at(&s));
		s.sections[1].sh_size = 0;
		assert_null(look_at(&s));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct small s = small(others[i]);
		assert_null(look_at(&s));
	}
}

static void more_sections_than_the_head_can_count(void **state)
{
	struct small s = small(".init_array");

	(void)state;
	s.head.e_shnum = 0;
	s.head.e_shstrndx = SHN_XINDEX;
	s.sections[0].sh_size = 3;
	s.sections[0].sh_link = 2;
	assert_non_null(look_at(&s));
	s.sections[0].sh_size = UINT64_MAX;
	s.sections[1].sh_size = 0;
	assert_null(look_at(&s));
}

static void damaged_heads_lead_nowhere(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof(struct small); at++) {
		struct small s = small(".init_array");
		((unsigned char *)&s)[at] = 0xff;
		const char *found = look_at(&s);
		assert_true(!found || strcmp(found, "found") == 0);
	}
	for (size_t length = 0; length < sizeof(struct small); length++) {
		struct small s = small(".init_array");
		assert_null(look((const char *)&s, length));
	}
}

static void a_program_has_them(void **state)
{
	struct arena *arena = arena_create();
	char *text;
	size_t length;

	(void)state;
	assert_int_equal(file_read(arena, "/proc/self/exe", 1u << 30, &text, &length), 0);
	assert_non_null(look(text, length));
	for (size_t n = 0; n < length; n += 4093)
		look(text, n);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_that_run_are_found),
		cmocka_unit_test(more_sections_than_the_head_can_count),
		cmocka_unit_test(damaged_heads_lead_nowhere),
		cmocka_unit_test(a_program_has_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
