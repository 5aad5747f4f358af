/* What a process may write to, read and hand on, as the kernel says: shared memory, its seals, and
 * what is left of it in a child once it has attached itself. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/process.h"
#include "runtime_nodes.h"

/* ---- The program: node 0 -> node 1, each with persistent state, each a process ---- */

static int any_step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)out, (void)ctx;
	return PKD_OK;
}

static const struct pkd_methods methods = METHODS(1, any_init, any_step, any_finish);
static const struct pkd_output output = {.name = "out", .stream = 0};
static const struct pkd_input input = {.name = "in", .at = "", .policy = PKD_QUEUE, .window = 2};
static const struct pkd_reader readers[] = {{1, 0}};
static const struct pkd_stream stream = {
	.name = "stream",
	.type = "u64",
	.value_size = 8,
	.slot_size = 128,
	.ring_size = 2,
	.n_slots = 3,
	.readers = readers,
	.n_readers = 1,
};
static const struct pkd_node nodes[] = {
	{.name = "writer",
         .kind = "writer",
         .at = "",
         .methods = &methods,
         .outputs = &output,
         .n_outputs = 1,
         .origin = PKD_PACED,
         .state_size = 8},
	{.name = "reader",
         .kind = "reader",
         .at = "",
         .methods = &methods,
         .inputs = &input,
         .n_inputs = 1,
         .n_ports = 1,
         .state_size = 8},
};
static const uint32_t lists[] = {0, 1};
static const struct pkd_process processes[] = {
	{.name = "writer", .nodes = &lists[0], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
	{.name = "reader", .nodes = &lists[1], .n_nodes = 1, .cpu = -1, .cpu_last = -1},
};
static const struct pkd_program program = {
	.abi = PKD_ABI,
	.name = "test",
	.doc = "",
	.source = "test.pkd",
	.streams = &stream,
	.n_streams = 1,
	.nodes = nodes,
	.n_nodes = 2,
	.processes = processes,
	.n_processes = 2,
	.memory = 4096,
};
static char *slots, *states[2]; /* as they were mapped before a process was attached */

enum { WRITER, READER };

/* ---- Looking ---- */

/* How the page is mapped: "rw-s", "r--s", ..., or "none". */
static const char *permissions(const void *address)
{
	static char found[8];
	unsigned long from, to, at = (unsigned long)(uintptr_t)address;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	if (!maps)
		return "unknown";
	snprintf(found, sizeof(found), "none");
	while (fgets(line, sizeof(line), maps)) {
		char mode[8];

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && at >= from && at < to)
			memcpy(found, mode, sizeof(found));
	}
	fclose(maps);
	return found;
}

static uint32_t n_wrong;

static void expect(const char *what, const void *address, const char *wanted)
{
	const char *found = permissions(address);

	if (!strcmp(found, wanted))
		return;
	print_error("# %s: %s, not %s\n", what, found, wanted);
	n_wrong++;
}

/* Runs it in a child, attached as process `index`. */
static void in_process(uint32_t index, void (*look)(uint32_t index))
{
	int status = 0;
	pid_t pid;

	assert_int_equal(pkdi_run_init(&run, &program, &(struct pkdi_options){0}), 0);
	slots = run.streams[0].map.address;
	for (uint32_t i = 0; i < 2; i++)
		states[i] = run.nodes[i].state_map.address;
	fflush(NULL);
	pkdi_process_set_inherited(&run, index, true);
	pid = fork();
	pkdi_process_set_inherited(&run, index, false);
	assert_true(pid >= 0);
	if (pid == 0) {
		n_wrong = pkdi_process_attach(&run, index) < 0;
		if (!n_wrong)
			look(index);
		fflush(NULL);
		_exit(n_wrong != 0);
	}
	waitpid(pid, &status, 0);
	pkdi_run_finish(&run);
	assert_int_equal(status, 0);
}

/* ---- Tests ---- */

static void a_sealed_memory_is_mapped_writable_by_nobody_else(void **state)
{
	struct pkdi_map map;
	char name[64];
	void *other;
	int fd;

	(void)state;
	assert_int_equal(pkdi_map_create(&map, "test", 4096), 0);
	assert_int_equal(pkdi_map_seal(&map), 0);
	map.address[0] = 1; /* the map that there was stays as it is */
	assert_true(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map.fd, 0) == MAP_FAILED);
	assert_int_equal(write(map.fd, "x", 1), -1);
	/* Nor by a descriptor of one's own, nor later. */
	snprintf(name, sizeof(name), "/proc/self/fd/%d", map.fd);
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		assert_true(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
		            MAP_FAILED);
	close(fd);
	other = mmap(NULL, 4096, PROT_READ, MAP_SHARED, map.fd, 0);
	assert_true(other != MAP_FAILED);
	assert_int_not_equal(mprotect(other, 4096, PROT_READ | PROT_WRITE), 0);
	munmap(other, 4096);
	pkdi_map_finish(&map);
}

static void a_sealed_memory_keeps_its_size(void **state)
{
	struct pkdi_map map;

	(void)state;
	assert_int_equal(pkdi_map_create(&map, "test", 8192), 0);
	assert_int_equal(pkdi_map_seal(&map), 0);
	assert_int_equal(ftruncate(map.fd, 4096), -1);
	assert_int_equal(ftruncate(map.fd, 16384), -1);
	pkdi_map_finish(&map);
}

static void memory_is_there_before_it_is_used(void **state)
{
	struct pkdi_map map;
	struct stat status;

	(void)state;
	assert_int_equal(pkdi_map_create(&map, "test", 1 << 20), 0);
	assert_int_equal(fstat(map.fd, &status), 0);
	assert_int_equal(status.st_size, 1 << 20);
	assert_true(status.st_blocks * 512 >= 1 << 20);
	pkdi_map_finish(&map);
}

static void look_at_maps(uint32_t index)
{
	bool writes = index == WRITER;

	expect("slots", slots, writes ? "rw-s" : "none");
	expect("the view of slots", run.streams[0].view, writes ? "---p" : "r--s");
	expect("the orders", run.orders, "r--s");
	expect("the bells", run.bells, "rw-s");
	for (uint32_t i = 0; i < 2; i++) {
		expect("control words", run.processes[i].words, i == index ? "rw-s" : "r--s");
		expect("state", states[i], i == index ? "rw-s" : "none");
	}
}

static void expect_guards(const char *what, const struct pkdi_map *map)
{
	expect(what, map->address - 1, "---p");
	expect(what, map->address - PKDI_GUARD, "---p");
	expect(what, map->address + map->size, "---p");
	expect(what, map->address + map->size + PKDI_GUARD - 1, "---p");
}

static void look_beside_maps(uint32_t index)
{
	struct pkdi_map of_slots = {-1, slots, 4096}, of_view = {-1, run.streams[0].view, 4096};
	struct pkdi_map of_state = {-1, states[index], 4096};

	expect_guards("slots", &of_slots);
	expect_guards("the view of slots", &of_view);
	expect_guards("state", &of_state);
	expect_guards("control words", &run.control_map);
	expect_guards("orders", &run.orders_map);
	expect_guards("bells", &run.bells_map);
}

static void nobody_can_touch_what_is_beside_a_map(void **state)
{
	(void)state;
	in_process(WRITER, look_beside_maps);
	in_process(READER, look_beside_maps);
}

static void a_process_writes_to_what_is_its_own(void **state)
{
	(void)state;
	in_process(WRITER, look_at_maps);
	in_process(READER, look_at_maps);
}

/* Of all maps of memfds that this process has, in smaps: dd is MADV_DONTDUMP. */
static void look_at_dumps(uint32_t index)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512], name[512] = "";
	uint32_t n = 0;

	(void)index;
	assert_non_null(smaps);
	while (fgets(line, sizeof(line), smaps)) {
		if (strstr(line, "memfd:pkd")) {
			memcpy(name, line, sizeof(name));
			n++;
		}
		if (strncmp(line, "VmFlags:", 8) != 0 || !*name)
			continue;
		if (!strstr(line, " dd")) {
			print_error("# a core dump has %s", name);
			n_wrong++;
		}
		name[0] = '\0';
	}
	fclose(smaps);
	if (n < 4)
		n_wrong++;
}

static void a_core_dump_has_no_frames(void **state)
{
	(void)state;
	in_process(WRITER, look_at_dumps);
	in_process(READER, look_at_dumps);
}

static void look_at_descriptors(uint32_t index)
{
	(void)index;
	for (int fd = 0; fd < 256; fd++) {
		char name[64], target[128];
		ssize_t n;

		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		n = readlink(name, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strstr(target, "memfd:pkd"))
			continue;
		print_error("# descriptor %d is of %s\n", fd, target);
		n_wrong++;
	}
}

static void a_process_has_no_descriptor_of_shared_memory(void **state)
{
	(void)state;
	in_process(WRITER, look_at_descriptors);
	in_process(READER, look_at_descriptors);
}

static void look_in_a_child(uint32_t index)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		expect("slots", slots, "none");
		expect("the view of slots", run.streams[0].view, index == WRITER ? "---p" : "none");
		expect("the bells", run.bells, "none");
		expect("own control words", run.processes[index].words, "none");
		expect("own state", states[index], "none");
		fflush(NULL);
		_exit(n_wrong != 0);
	}
	waitpid(pid, &status, 0);
	n_wrong += status != 0;
}

static void a_process_of_a_library_has_no_frames(void **state)
{
	(void)state;
	in_process(WRITER, look_in_a_child);
	in_process(READER, look_in_a_child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_memory_is_mapped_writable_by_nobody_else),
		cmocka_unit_test(a_sealed_memory_keeps_its_size),
		cmocka_unit_test(memory_is_there_before_it_is_used),
		cmocka_unit_test(nobody_can_touch_what_is_beside_a_map),
		cmocka_unit_test(a_process_writes_to_what_is_its_own),
		cmocka_unit_test(a_process_has_no_descriptor_of_shared_memory),
		cmocka_unit_test(a_process_of_a_library_has_no_frames),
		cmocka_unit_test(a_core_dump_has_no_frames),
	};

	return cmocka_run_group_tests_name("runtime_memory", tests, NULL, NULL);
}
