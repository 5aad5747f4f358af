/* Nodes made of expressions, from the source to the values: pkdc's C for each expression is
 * compiled with every warning on, and run on inputs beside a check of what it gives. And the
 * arithmetic under it. Run from the top of the tree. */
#include "compile.h"
#include "emit/emit.h"
#include <pkd/arith.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/pkd-expression-XXXXXX";

/* ---- What the expressions are over ---- */

static const char declarations[] =
	"enum Mode { low, mid, high }\n"
	"type Obj { label: string<15>, score: f32, id: u32, ok: bool, mode: Mode,\n"
	"    tags: list<string<7>, 4>, at: [i32; 2] }\n"
	"type Pair { left: i32, right: string<15> }\n"
	"node src() -> (yes: bool, a8: i8, b8: i8, a16: i16, b16: i16, a32: i32, b32: i32,\n"
	"    a64: i64, b64: i64, ua8: u8, ub8: u8, ua16: u16, ub16: u16, ua32: u32, ub32: u32,\n"
	"    ua64: u64, ub64: u64, f: f32, g: f32, d: f64, t: time, u: time, mode: Mode,\n"
	"    name: string<15>, other: string<15>, raw: bytes<8>, obj: Obj, objs: list<Obj, 8>,\n"
	"    more: list<Obj, 8>, nums: list<i32, 8>, wide: list<i64, 4>, fs: list<f32, 8>,\n"
	"    flags: list<bool, 4>, words: list<string<7>, 4>,\n"
	"    pic: image<gray8, 4, 4>, pic_2: image<gray8, 4, 4>, big: list<Obj, 64>,\n"
	"    o32: i32?, p32: i32?, oobj: Obj?, oobjs: list<Obj, 8>?) { source \"src.c\" }\n"
	"node sink(x: any) { source \"sink.c\" }\n"
	"node pair(x: Pair) { source \"pair.c\" }\n"
	"node narrow(x: u8) { source \"narrow.c\" }\n"
	"node single(x: f32) { source \"single.c\" }\n"
	"node few(x: list<f32, 6>) { source \"few.c\" }\n"
	"pipeline p(k: i32 = 3, ratio: f32 = 0.5, on: bool = true, level: Mode = mid) {\n"
	"    s = src()\n";

/* An expression over s, written as the argument of `node` (NULL: sink); C that sets the inputs,
 * which are zeroed and present; and C that holds of the result: R is the value, GONE that there is
 * none. */
struct expression {
	const char *text, *set, *holds, *node;
};

static const struct expression expressions[] = {
	/* Saturation, at each width. */
	{"s.a8 + s.b8", "V(int8_t, a8) = 100; V(int8_t, b8) = 100;", "R(int8_t) == 127", NULL},
	{"s.a8 + s.b8", "V(int8_t, a8) = -100; V(int8_t, b8) = -100;", "R(int8_t) == -128", NULL},
	{"s.a16 - s.b16", "V(int16_t, a16) = -32768; V(int16_t, b16) = 1;", "R(int16_t) == -32768",
         NULL},
	{"s.a32 * s.b32", "V(int32_t, a32) = 65536; V(int32_t, b32) = -65536;",
         "R(int32_t) == INT32_MIN", NULL},
	{"s.a64 + 1", "V(int64_t, a64) = INT64_MAX;", "R(int64_t) == INT64_MAX", NULL},
	{"s.ua8 - s.ub8", "V(uint8_t, ub8) = 1;", "R(int64_t) == -1", NULL},
	{"s.ua64 - s.ub64", "V(uint64_t, ua64) = UINT64_MAX;", "R(int64_t) == INT64_MAX", NULL},
	{"s.ua64 - s.ub64", "V(uint64_t, ub64) = UINT64_MAX;", "R(int64_t) == INT64_MIN", NULL},
	{"s.ua64 - s.ub64", "V(uint64_t, ua64) = UINT64_MAX; V(uint64_t, ub64) = UINT64_MAX - 3;",
         "R(int64_t) == 3", NULL},
	{"-s.ua32", "V(uint32_t, ua32) = UINT32_MAX;", "R(int64_t) == -4294967295", NULL},
	{"-s.ua64", "V(uint64_t, ua64) = UINT64_MAX;", "R(int64_t) == INT64_MIN", NULL},
	{"5 - s.ua8", "V(uint8_t, ua8) = 7;", "R(int64_t) == -2", NULL},
	{"len(s.objs) - 3", "V(struct src_objs, objs).len = 1;", "R(int64_t) == -2", NULL},
	{"s.a8 + -1", "V(int8_t, a8) = 3;", "R(int8_t) == 2", NULL},
	{"s.ua16 * s.ub16", "V(uint16_t, ua16) = 300; V(uint16_t, ub16) = 300;",
         "R(uint16_t) == 65535", NULL},
	{"s.ua32 + s.ub32", "V(uint32_t, ua32) = 4000000000; V(uint32_t, ub32) = 4000000000;",
         "R(uint32_t) == UINT32_MAX", NULL},
	{"s.ua64 * 2", "V(uint64_t, ua64) = UINT64_MAX;", "R(uint64_t) == UINT64_MAX", NULL},
	{"-s.a32", "V(int32_t, a32) = INT32_MIN;", "R(int32_t) == INT32_MAX", NULL},
	{"s.a8 / s.b8", "V(int8_t, a8) = -128; V(int8_t, b8) = -1;", "R(int8_t) == 127", NULL},
	{"s.a32 % s.b32", "V(int32_t, a32) = -7; V(int32_t, b32) = 3;", "R(int32_t) == -1", NULL},
	{"s.a64 % s.b64", "V(int64_t, a64) = INT64_MIN; V(int64_t, b64) = -1;", "R(int64_t) == 0",
         NULL},
	{"s.a32 * 3 + s.b32 * -2 - 1", "V(int32_t, a32) = 5; V(int32_t, b32) = 4;",
         "R(int32_t) == 6", NULL},
	{"s.a8 + s.a32 * s.b64", "V(int8_t, a8) = 1; V(int32_t, a32) = 2; V(int64_t, b64) = 3;",
         "R(int64_t) == 7", NULL},

	/* Division by zero, lazily. */
	{"s.a32 / s.b32", "V(int32_t, a32) = 7;", "GONE", NULL},
	{"s.a32 / s.b32", "V(int32_t, a32) = 7; V(int32_t, b32) = 2;", "R(int32_t) == 3", NULL},
	{"s.a32 % (s.b32 - s.a32)", "V(int32_t, b32) = 7; V(int32_t, a32) = 7;", "GONE", NULL},
	{"if s.b32 != 0 then s.a32 / s.b32 else -1", "", "R(int32_t) == -1", NULL},
	{"if s.b32 == 0 then 0 else s.a32 / (s.b32 - 1)", "V(int32_t, b32) = 1;", "GONE", NULL},
	{"if s.b32 == 0 then 0 else s.a32 / (s.b32 - 1)", "", "R(int32_t) == 0", NULL},
	{"(s.a32 / s.b32) ?? 9", "", "R(int32_t) == 9", NULL},
	{"(s.a32 / s.b32) ?? (s.b32 / s.a32) ?? 4", "V(int32_t, a32) = 0;", "R(int32_t) == 4",
         NULL},
	{"(s.a32 / s.b32) ?? (s.b32 / s.a32) ?? 4", "V(int32_t, a32) = 1;", "R(int32_t) == 0",
         NULL},
	{"s.b32 != 0 and s.a32 / s.b32 > 1", "", "R(uint8_t) == 0", NULL},
	{"s.a32 / s.b32 > 1 or s.yes", "", "GONE", NULL},
	{"s.yes or s.a32 / s.b32 > 1", "V(uint8_t, yes) = 1;", "R(uint8_t) == 1", NULL},

	/* Fractions. */
	{"s.f / s.g", "V(float, f) = 1;", "R(float) == INFINITY", NULL},
	{"s.f + s.g * 2.0", "V(float, f) = 0.5f; V(float, g) = 0.25f;", "R(float) == 1.0f", NULL},
	{"(s.f - s.g) - (s.g - s.f)", "V(float, f) = 3; V(float, g) = 1;", "R(float) == 4", NULL},
	{"s.f / (s.g / s.f)", "V(float, f) = 2; V(float, g) = 1;", "R(float) == 4", NULL},
	{"-(-s.f)", "V(float, f) = 2;", "R(float) == 2", NULL},
	{"s.f + s.a8", "V(float, f) = 0.5f; V(int8_t, a8) = -3;", "R(float) == -2.5f", NULL},
	{"s.f + s.a32", "V(float, f) = 0.5f; V(int32_t, a32) = 16777217;",
         "R(double) == 16777217.5", NULL},
	{"s.d < s.f", "V(double, d) = 0.25; V(float, f) = 0.5f;", "R(uint8_t) == 1", NULL},
	{"not (s.f < s.g)", "V(float, f) = NAN;", "R(uint8_t) == 1", NULL},
	{"min(s.f, s.g)", "V(float, f) = NAN; V(float, g) = 2;", "R(float) == 2", NULL},
	{"max(s.f, s.g)", "V(float, f) = 3; V(float, g) = NAN;", "R(float) == 3", NULL},

	/* Conversions. */
	{"s.d * 1.0", "V(double, d) = 300;", "R(uint8_t) == 255", "narrow"},
	{"s.d * 1.0", "V(double, d) = -2.5;", "R(uint8_t) == 0", "narrow"},
	{"s.d * 1.0", "V(double, d) = NAN;", "R(uint8_t) == 0", "narrow"},
	{"s.a32 + 0", "V(int32_t, a32) = -1;", "R(uint8_t) == 0", "narrow"},
	{"s.ua64 + 7", "V(uint64_t, ua64) = UINT64_MAX;", "R(uint8_t) == 255", "narrow"},
	{"s.ua64 + s.a64", "V(uint64_t, ua64) = UINT64_MAX; V(int64_t, a64) = -1;",
         "R(int64_t) == INT64_MAX - 1", NULL},

	/* Comparisons and logic. */
	{"s.a32 == 3 and not s.yes or s.mode == high", "V(int32_t, a32) = 3;", "R(uint8_t) == 1",
         NULL},
	{"s.a32 == 3 and (not s.yes or s.mode == high)", "V(uint8_t, yes) = 1;", "R(uint8_t) == 0",
         NULL},
	{"(s.a32 < s.b32) == (s.a8 < s.b8)", "", "R(uint8_t) == 1", NULL},
	{"s.yes != s.obj.ok", "V(uint8_t, yes) = 2; V(struct Obj, obj).ok = 1;", "R(uint8_t) == 0",
         NULL},
	{"s.mode != low", "V(uint32_t, mode) = Mode_high;", "R(uint8_t) == 1", NULL},
	{"s.t - s.u", "V(int64_t, t) = 5; V(int64_t, u) = 7;", "R(int64_t) == -2", NULL},
	{"s.t * 2 > 1ms", "V(int64_t, t) = 500001;", "R(uint8_t) == 1", NULL},
	{"s.t / s.a32", "V(int64_t, t) = 9; V(int32_t, a32) = 2;", "R(int64_t) == 4", NULL},

	/* Strings. */
	{"s.name == \"abc\"", "pkd_string_set(P(struct src_name, name), \"abc\");",
         "R(uint8_t) == 1", NULL},
	{"s.name == \"abc\"", "pkd_string_set(P(struct src_name, name), \"abcd\");",
         "R(uint8_t) == 0", NULL},
	{"s.name != s.other", "pkd_string_set(P(struct src_name, name), \"b\");", "R(uint8_t) == 1",
         NULL},
	{"s.name < s.other",
         "pkd_string_set(P(struct src_name, name), \"ab\");"
         "pkd_string_set(P(struct src_other, other), \"abc\");",
         "R(uint8_t) == 1", NULL},
	{"s.name >= \"b\"", "pkd_string_set(P(struct src_name, name), \"abc\");", "R(uint8_t) == 0",
         NULL},
	{"s.obj.label == \"a\\\"b\"", "pkd_string_set(&V(struct Obj, obj).label, \"a\\\"b\");",
         "R(uint8_t) == 1", NULL},

	/* Choices. */
	{"if s.yes then s.a32 else s.b32", "V(uint8_t, yes) = 1; V(int32_t, a32) = 8;",
         "R(int32_t) == 8", NULL},
	{"if s.a32 > 2 then 2 else if s.a32 > 1 then 1 else 0", "V(int32_t, a32) = 2;",
         "R(i64) == 1", NULL},
	{"(if s.yes then s.obj else s.objs[1]).id",
         "V(struct src_objs, objs).len = 2;"
         "V(struct src_objs, objs).items[1].id = 5;",
         "R(uint32_t) == 5", NULL},
	{"if s.yes then s.obj else s.objs[1]", "", "GONE", NULL},
	{"if s.yes then s.pic else s.pic_2", "image(P(struct pkd_image, pic_2), 3, 2, 7);",
         "R(struct pkd_image).width == 3 && pixels(2) == 7", NULL},
	{"s.a32 when s.a32 > 3", "V(int32_t, a32) = 4;", "R(int32_t) == 4", NULL},
	{"s.a32 when s.a32 > 3", "V(int32_t, a32) = 3;", "GONE", NULL},
	{"(s.a32 when s.yes) ?? 5", "V(int32_t, a32) = 3;", "R(int32_t) == 5", NULL},
	{"s.obj when s.obj.ok", "V(struct Obj, obj).ok = 1; V(struct Obj, obj).id = 3;",
         "R(struct Obj).id == 3", NULL},

	/* Absent inputs. */
	{"s.o32 ?? 7", "gone(\"o32\");", "R(int32_t) == 7", NULL},
	{"s.o32 ?? 7", "V(int32_t, o32) = 2;", "R(int32_t) == 2", NULL},
	{"s.o32 ?? s.p32 ?? s.a32", "gone(\"o32\"); V(int32_t, p32) = 3;", "R(int32_t) == 3", NULL},
	{"s.o32 ?? s.p32 ?? s.a32", "gone(\"o32\"); gone(\"p32\"); V(int32_t, a32) = 4;",
         "R(int32_t) == 4", NULL},
	{"(s.o32 + s.p32) ?? -1", "gone(\"p32\");", "R(int32_t) == -1", NULL},
	{"(s.o32 ?? 1) + s.o32", "gone(\"o32\");", "GONE", NULL},
	{"present(s.o32)", "gone(\"o32\");", "R(uint8_t) == 0", NULL},
	{"present(s.o32) and s.o32 > 1", "V(int32_t, o32) = 2;", "R(uint8_t) == 1", NULL},
	{"present(s.o32) and s.o32 > 1", "gone(\"o32\");", "R(uint8_t) == 0", NULL},
	{"not present(s.o32) or s.o32 > 1", "gone(\"o32\");", "R(uint8_t) == 1", NULL},
	{"if present(s.o32) then s.o32 else 0", "gone(\"o32\");", "R(int32_t) == 0", NULL},
	{"(s.oobj ?? s.obj).id", "gone(\"oobj\"); V(struct Obj, obj).id = 6;", "R(uint32_t) == 6",
         NULL},
	{"s.oobj ?? s.obj", "V(struct Obj, oobj).id = 8;", "R(struct Obj).id == 8", NULL},
	{"s.oobjs ?? s.objs",
         "gone(\"oobjs\"); V(struct src_objs, objs).len = 1;"
         "V(struct src_objs, objs).items[0].id = 9;",
         "R(struct src_objs).len == 1 && R(struct src_objs).items[0].id == 9", NULL},
	{"len(s.oobjs ?? s.objs)", "V(struct src_oobjs, oobjs).len = 4;", "R(uint32_t) == 4", NULL},
	{"len((s.oobjs ?? s.objs) where it.ok)",
         "V(struct src_oobjs, oobjs).len = 2;"
         "V(struct src_oobjs, oobjs).items[1].ok = 1;",
         "R(uint32_t) == 1", NULL},
	{"(s.a32[-1] ?? 5) + s.b32", "gone(\"a32[-1]\");", "R(int32_t) == 5", NULL},
	{"s.a32 - (s.a32[-1] ?? s.a32)", "V(int32_t, a32) = 5; *(int32_t *)value(\"a32[-1]\") = 3;",
         "R(int32_t) == 2", NULL},
	{"s.a32 - s.a32[-1]", "gone(\"a32[-1]\");", "GONE", NULL},

	/* Lists. */
	{"len(s.objs)", "V(struct src_objs, objs).len = 3;", "R(uint32_t) == 3", NULL},
	{"s.nums where it > 2", "list(4, 1, 3, 2, 4);",
         "R(struct src_nums).len == 2 && R(struct src_nums).items[1] == 4", NULL},
	{"s.nums where it > 2", "", "R(struct src_nums).len == 0", NULL},
	{"(s.nums where it > 1) where it < 4", "list(4, 1, 3, 2, 4);",
         "R(struct src_nums).len == 2 && R(struct src_nums).items[0] == 3", NULL},
	{"s.nums where 6 / it > 1", "list(3, 1, 0, 2);", "GONE", NULL},
	{"s.nums where it != 0 and 6 / it > 2", "list(3, 1, 0, 4);", "R(struct src_nums).len == 1",
         NULL},
	{"s.words where it == \"b\"", "words(3, \"a\", \"b\", \"b\");",
         "R(struct src_words).len == 2 && strcmp(R(struct src_words).items[1].text, \"b\") == 0",
         NULL},
	{"s.objs where exists(it.tags, it == \"x\")",
         "V(struct src_objs, objs).len = 2; V(struct src_objs, objs).items[1].tags.len = 1;"
         "pkd_string_set(&V(struct src_objs, objs).items[1].tags.items[0], \"x\");"
         "V(struct src_objs, objs).items[1].id = 4;",
         "R(struct src_objs).len == 1 && R(struct src_objs).items[0].id == 4", NULL},
	{"count(s.objs, len(it.tags where it != \"x\") > 0)",
         "V(struct src_objs, objs).len = 2; V(struct src_objs, objs).items[1].tags.len = 1;",
         "R(uint32_t) == 1", NULL},
	{"sum(s.nums)", "list(3, INT32_MAX, 1, 1);", "R(int64_t) == INT32_MAX + INT64_C(2)", NULL},
	{"sum(s.nums)", "", "R(int64_t) == 0", NULL},
	{"sum(s.wide)",
         "V(struct src_wide, wide).len = 2; V(struct src_wide, wide).items[0] = INT64_MAX;"
         "V(struct src_wide, wide).items[1] = 9;",
         "R(int64_t) == INT64_MAX", NULL},
	{"sum(s.nums, it * it)", "list(2, 100000, 100000);", "R(int64_t) == 20000000000", NULL},
	{"sum(s.nums, s.a32 * s.b32)", "list(1, 0); V(int32_t, a32) = V(int32_t, b32) = 65536;",
         "R(int64_t) == 4294967296", NULL},
	{"sum(s.objs, it.id * it.id) / len(s.objs)",
         "V(struct src_objs, objs).len = 2; V(struct src_objs, objs).items[0].id = 100000;"
         "V(struct src_objs, objs).items[1].id = 100000;",
         "R(uint64_t) == 10000000000", NULL},
	{"sum(s.objs, count(it.tags, it == \"x\"))",
         "V(struct src_objs, objs).len = 1; V(struct src_objs, objs).items[0].tags.len = 1;"
         "pkd_string_set(&V(struct src_objs, objs).items[0].tags.items[0], \"x\");",
         "R(uint64_t) == 1", NULL},
	{"sum(s.flags, if it then s.a8 else 1)",
         "V(struct src_flags, flags).len = 2; V(struct src_flags, flags).items[0] = 1;"
         "V(int8_t, a8) = 120;",
         "R(int64_t) == 121", NULL},
	{"mean(s.nums)", "", "GONE", NULL},
	{"mean(s.nums)", "list(2, INT32_MAX, INT32_MAX);", "R(double) == INT32_MAX", NULL},
	{"mean(s.nums)", "list(2, 2, 3);", "R(double) == 2.5", NULL},
	{"mean(s.nums where it > 9) ?? -1.0", "list(2, 2, 3);", "R(double) == -1", NULL},
	{"mean(s.fs, it * 2)",
         "V(struct src_fs, fs).len = 2; V(struct src_fs, fs).items[0] = 0.5f;"
         "V(struct src_fs, fs).items[1] = 1;",
         "R(double) == 1.5", NULL},
	{"mean(s.objs, s.t + s.u)",
         "V(struct src_objs, objs).len = 3; V(int64_t, t) = 4; V(int64_t, u) = 5;",
         "R(int64_t) == 9", NULL},
	{"sum(s.objs, it.score)",
         "V(struct src_objs, objs).len = 2;"
         "V(struct src_objs, objs).items[0].score = 0.5f;"
         "V(struct src_objs, objs).items[1].score = 0.25f;",
         "R(double) == 0.75", NULL},
	{"sum(s.nums where it > 0, it * 2)", "list(3, 1, -5, 2);", "R(int64_t) == 6", NULL},
	{"min(s.nums)", "", "GONE", NULL},
	{"min(s.nums)", "list(3, 4, -2, 7);", "R(int32_t) == -2", NULL},
	{"max(s.nums where it < 5)", "list(3, 4, -2, 7);", "R(int32_t) == 4", NULL},
	{"max(s.nums where it > 50) ?? -1", "list(3, 4, -2, 7);", "R(int32_t) == -1", NULL},
	{"max(s.fs)",
         "V(struct src_fs, fs).len = 2; V(struct src_fs, fs).items[0] = NAN;"
         "V(struct src_fs, fs).items[1] = 1;",
         "R(float) == 1", NULL},
	{"count(s.nums, it % 2 == 0)", "list(4, 1, 2, 3, 4);", "R(uint32_t) == 2", NULL},
	{"count(s.nums where it > 1)", "list(4, 1, 2, 3, 4);", "R(uint32_t) == 3", NULL},
	{"exists(s.flags)", "V(struct src_flags, flags).len = 2;", "R(uint8_t) == 0", NULL},
	{"all(s.flags)", "V(struct src_flags, flags).len = 0;", "R(uint8_t) == 1", NULL},
	{"all(s.flags)", "V(struct src_flags, flags).len = 1;", "R(uint8_t) == 0", NULL},
	{"all(s.nums, it > s.a32)", "list(2, 1, 2);", "R(uint8_t) == 1", NULL},
	{"s.nums[2]", "list(3, 4, 5, 6);", "R(int32_t) == 6", NULL},
	{"s.nums[3]", "list(3, 4, 5, 6);", "GONE", NULL},
	{"s.nums[s.a32]", "list(3, 4, 5, 6); V(int32_t, a32) = 1;", "R(int32_t) == 5", NULL},
	{"s.nums[s.a32]", "list(3, 4, 5, 6); V(int32_t, a32) = -1;", "GONE", NULL},
	{"s.nums[s.a32 + 1] ?? 0", "list(1, 4);", "R(int32_t) == 0", NULL},
	{"s.nums[0] ?? 8", "", "R(int32_t) == 8", NULL},
	{"s.obj.at[1] + s.obj.at[s.a32]", "V(struct Obj, obj).at[1] = 4; V(int32_t, a32) = 1;",
         "R(int32_t) == 8", NULL},
	{"s.obj.at[s.a32]", "V(int32_t, a32) = 2;", "GONE", NULL},
	{"s.obj.at[1]", "V(struct Obj, obj).at[1] = 6;", "R(int32_t) == 6", NULL},
	{"s.obj.tags[0]",
         "V(struct Obj, obj).tags.len = 1;"
         "pkd_string_set(&V(struct Obj, obj).tags.items[0], \"t\");",
         "R(struct value_string_7).len == 1", NULL},
	{"(s.objs where it.ok)[0].id",
         "V(struct src_objs, objs).len = 2;"
         "V(struct src_objs, objs).items[1].ok = 1;"
         "V(struct src_objs, objs).items[1].id = 7;",
         "R(uint32_t) == 7", NULL},
	{"(s.nums where it > 1)[s.a32]", "list(4, 1, 2, 3, 4); V(int32_t, a32) = 2;",
         "R(int32_t) == 4", NULL},
	{"(s.nums where it > 1)[3]", "list(4, 1, 2, 3, 4);", "GONE", NULL},
	{"[s.f, s.g, 0.5]", "V(float, f) = 1;",
         "R(struct src_fs).len == 3 && R(struct src_fs).items[2] == 0.5f", "few"},
	{"len(if s.yes then s.objs where it.ok else s.more)", "V(struct src_more, more).len = 3;",
         "R(uint32_t) == 3", NULL},
	{"len(if s.yes then s.objs where it.ok else s.more)",
         "V(uint8_t, yes) = 1; V(struct src_objs, objs).len = 3;", "R(uint32_t) == 0", NULL},
	{"(if s.yes then s.big where it.ok else s.big)[s.a32].id",
         "V(struct src_big, big).len = 9; V(struct src_big, big).items[8].id = 3;"
         "V(int32_t, a32) = 8;",
         "R(uint32_t) == 3", NULL},

	/* Functions of numbers: in f64, and rounded back; whole ones stay whole. */
	{"abs(s.a8)", "V(int8_t, a8) = -128;", "R(int8_t) == 127", NULL},
	{"abs(s.a32 - s.b32)", "V(int32_t, b32) = 5;", "R(int32_t) == 5", NULL},
	{"abs(s.ua8)", "V(uint8_t, ua8) = 200;", "R(uint8_t) == 200", NULL},
	{"abs(s.f)", "V(float, f) = -0.25f;", "R(float) == 0.25f", NULL},
	{"abs(s.d)", "V(double, d) = NAN;", "isnan(R(double))", NULL},
	{"abs(s.t - s.u)", "V(int64_t, u) = 9;", "R(int64_t) == 9", NULL},
	{"sign(s.a16)", "V(int16_t, a16) = -300;", "R(int16_t) == -1", NULL},
	{"sign(s.ua64)", "V(uint64_t, ua64) = UINT64_MAX;", "R(uint64_t) == 1", NULL},
	{"sign(s.f)", "V(float, f) = -0.0f;", "R(float) == 0 && signbit(R(float))", NULL},
	{"sign(s.f)", "V(float, f) = -INFINITY;", "R(float) == -1", NULL},
	{"sign(s.f)", "V(float, f) = NAN;", "isnan(R(float))", NULL},
	{"sign(s.t - s.u)", "V(int64_t, u) = 9;", "R(int64_t) == -1", NULL},
	{"clamp(s.a32, -5, 5)", "V(int32_t, a32) = -9;", "R(int32_t) == -5", NULL},
	{"clamp(s.f, 0, 1)", "V(float, f) = 7;", "R(float) == 1", NULL},
	{"clamp(s.f, 0, 1)", "V(float, f) = NAN;", "isnan(R(float))", NULL},
	{"clamp(s.f, s.g, 0)", "V(float, f) = 7; V(float, g) = 3;", "R(float) == 0", NULL},
	{"clamp(s.a8, 0, s.a32)", "V(int8_t, a8) = 100; V(int32_t, a32) = 50;", "R(int32_t) == 50",
         NULL},
	{"clamp(s.t, 1us, 1ms)", "", "R(int64_t) == 1000", NULL},
	{"floor(s.f)", "V(float, f) = -1.5f;", "R(float) == -2", NULL},
	{"ceil(s.d)", "V(double, d) = -1.5;", "R(double) == -1", NULL},
	{"round(s.d)", "V(double, d) = -2.5;", "R(double) == -3", NULL},
	{"round(s.a8)", "V(int8_t, a8) = -7;", "R(int8_t) == -7", NULL},
	{"sqrt(s.f)", "V(float, f) = 2;", "R(float) == (float)sqrt(2)", NULL},
	{"sqrt(s.f)", "V(float, f) = -2;", "isnan(R(float))", NULL},
	{"sqrt(s.a32)", "V(int32_t, a32) = 16;", "R(double) == 4", NULL},
	{"exp(s.d)", "V(double, d) = 1000;", "R(double) == INFINITY", NULL},
	{"log(s.d)", "", "R(double) == -INFINITY", NULL},
	{"pow(s.f, 2)", "V(float, f) = 3;", "R(float) == 9", NULL},
	{"pow(s.a8, s.a32)", "V(int8_t, a8) = 2; V(int32_t, a32) = -1;", "R(double) == 0.5", NULL},
	{"pow(s.d, 0.5) + sin(s.d) * cos(s.d) - tan(s.d)", "V(double, d) = 0.75;",
         "R(double) == pow(0.75, 0.5) + sin(0.75) * cos(0.75) - tan(0.75)", NULL},
	{"asin(s.d) + acos(s.d) * atan(s.d)", "V(double, d) = 0.75;",
         "R(double) == asin(0.75) + acos(0.75) * atan(0.75)", NULL},
	{"atan2(s.f, s.d)", "V(float, f) = 1; V(double, d) = -1;", "R(double) == atan2(1, -1)",
         NULL},
	{"hypot(s.f, s.g)", "V(float, f) = 3; V(float, g) = 4;", "R(float) == 5", NULL},
	{"hypot(3, s.f)", "V(float, f) = 4;", "R(float) == 5", NULL},
	{"abs(s.a32 / s.b32) ?? 7", "", "R(int32_t) == 7", NULL},

	/* Casts. */
	{"i8(s.a32)", "V(int32_t, a32) = 300;", "R(int8_t) == 127", NULL},
	{"u8(s.a32)", "V(int32_t, a32) = -1;", "R(uint8_t) == 0", NULL},
	{"u8(300)  + s.ua8", "", "R(uint8_t) == 255", NULL},
	{"i16(s.f)", "V(float, f) = -9.9f;", "R(int16_t) == -9", NULL},
	{"i32(s.d)", "V(double, d) = NAN;", "R(int32_t) == 0", NULL},
	{"i64(s.d)", "V(double, d) = INFINITY;", "R(int64_t) == INT64_MAX", NULL},
	{"u16(s.ua64)", "V(uint64_t, ua64) = 70000;", "R(uint16_t) == 65535", NULL},
	{"u32(s.a8)", "V(int8_t, a8) = -1;", "R(uint32_t) == 0", NULL},
	{"u64(s.f)", "V(float, f) = 1e30f;", "R(uint64_t) == UINT64_MAX", NULL},
	{"f32(s.d)", "V(double, d) = 1e300;", "R(float) == INFINITY", NULL},
	{"f64(s.a32) / s.b32", "V(int32_t, a32) = 1; V(int32_t, b32) = 2;", "R(double) == 0.5",
         NULL},
	{"f32(s.a32) / f32(s.b32)", "V(int32_t, a32) = 1; V(int32_t, b32) = 2;", "R(float) == 0.5f",
         NULL},

	/* Times. */
	{"seconds(s.t)", "V(int64_t, t) = 1500000000;", "R(double) == 1.5", NULL},
	{"s.t / s.u", "V(int64_t, t) = 3; V(int64_t, u) = 2;", "R(double) == 1.5", NULL},
	{"s.t / s.u", "V(int64_t, t) = 3;", "R(double) == INFINITY", NULL},
	{"s.t / 1ms", "V(int64_t, t) = 2500000;", "R(double) == 2.5", NULL},
	{"s.t * 0.7", "V(int64_t, t) = 1000000000;", "R(int64_t) == 700000000", NULL},
	{"s.f * s.t", "V(int64_t, t) = 10; V(float, f) = -0.25f;", "R(int64_t) == -3", NULL},
	{"s.t / s.d", "V(int64_t, t) = 10;", "R(int64_t) == INT64_MAX", NULL},
	{"s.t / s.d", "V(int64_t, t) = 10; V(double, d) = 2.5;", "R(int64_t) == 4", NULL},
	{"2 * s.t", "V(int64_t, t) = 4;", "R(int64_t) == 8", NULL},

	/* The type of the whole is converted, not that of its parts. */
	{"7 / 2 * s.f", "V(float, f) = 1;", "R(float) == 3", "single"},
	{"min(s.a32, 300) - 100", "V(int32_t, a32) = 300;", "R(uint8_t) == 200", "narrow"},
	{"if s.yes then 1 else s.f", "V(float, f) = 0.5f;", "R(float) == 0.5f", NULL},
	{"[1, s.f]", "V(float, f) = 0.5f;", "R(struct src_fs).items[1] == 0.5f", NULL},

	/* Items. */
	{"best(s.objs, it.score).id", "", "GONE", NULL},
	{"best(s.objs, it.score).id",
         "V(struct src_objs, objs).len = 3; V(struct src_objs, objs).items[0].score = NAN;"
         "V(struct src_objs, objs).items[1].score = 2; V(struct src_objs, objs).items[1].id = 7;"
         "V(struct src_objs, objs).items[2].score = 2;",
         "R(uint32_t) == 7", NULL},
	{"best(s.nums, -it) ?? 0", "list(3, 4, -2, 7);", "R(int32_t) == -2", NULL},
	{"best(s.nums where it < 5, it)", "list(3, 4, -2, 7);", "R(int32_t) == 4", NULL},
	{"best(s.nums, 6 / it) ?? 50", "list(2, 1, 0);", "R(int32_t) == 50", NULL},
	{"first(s.nums)", "list(2, 4, 5);", "R(int32_t) == 4", NULL},
	{"first(s.nums where it > 4)", "list(2, 4, 5);", "R(int32_t) == 5", NULL},
	{"first(s.objs).id", "", "GONE", NULL},
	{"sorted(s.nums)", "list(4, 3, -1, 2, 2);",
         "R(struct src_nums).len == 4 && R(struct src_nums).items[0] == -1 &&"
         "R(struct src_nums).items[3] == 3",
         NULL},
	{"sorted(s.nums, it % 10)", "list(6, 21, 10, 11, 30, 1, 20);",
         "!memcmp(R(struct src_nums).items, ((int[]){10, 30, 20, 21, 11, 1}), 24)", NULL},
	{"sorted(s.fs)",
         "V(struct src_fs, fs).len = 4; V(struct src_fs, fs).items[0] = NAN;"
         "V(struct src_fs, fs).items[1] = 3; V(struct src_fs, fs).items[2] = -INFINITY;"
         "V(struct src_fs, fs).items[3] = -1;",
         "R(struct src_fs).len == 4 && R(struct src_fs).items[1] == -1 &&"
         "R(struct src_fs).items[2] == 3 && isnan(R(struct src_fs).items[3])",
         NULL},
	{"take(sorted(s.objs where it.ok, -it.score), 2)",
         "V(struct src_objs, objs).len = 4;"
         "for (int i = 0; i < 4; i++) { V(struct src_objs, objs).items[i].score = (float)i;"
         "V(struct src_objs, objs).items[i].ok = i != 3;"
         "V(struct src_objs, objs).items[i].id = (uint32_t)i; }",
         "R(struct src_objs).len == 2 && R(struct src_objs).items[0].id == 2 &&"
         "R(struct src_objs).items[1].id == 1",
         NULL},
	{"sorted(s.words, len(it))", "words(3, \"abc\", \"\", \"xy\");",
         "strcmp(R(struct src_words).items[1].text, \"xy\") == 0", NULL},
	{"sorted(s.big, -it.id)[0].id",
         "V(struct src_big, big).len = 64;"
         "for (uint32_t i = 0; i < 64; i++) V(struct src_big, big).items[i].id = i * 37 % 64;",
         "R(uint32_t) == 63", NULL},
	{"sorted(s.nums, 6 / it)", "list(2, 1, 0);", "GONE", NULL},
	{"take(s.nums, s.a32)", "list(3, 4, 5, 6); V(int32_t, a32) = 2;",
         "R(struct src_nums).len == 2 && R(struct src_nums).items[1] == 5", NULL},
	{"take(s.nums, s.a32)", "list(3, 4, 5, 6); V(int32_t, a32) = -2;",
         "R(struct src_nums).len == 0", NULL},
	{"take(s.nums where it > 4, 9)", "list(3, 4, 5, 6);", "R(struct src_nums).len == 2", NULL},
	{"take(s.words, 1)", "words(2, \"a\", \"b\");", "R(struct src_words).len == 1", NULL},
	{"s.nums select (it * 0.5)", "list(2, 1, 3);",
         "R(struct value_list_f64_8).len == 2 && R(struct value_list_f64_8).items[1] == 1.5", NULL},
	{"s.nums select (6 / it)", "list(2, 1, 0);", "GONE", NULL},
	{"len((s.nums select (6 / it)) ?? s.nums)", "list(2, 1, 0);", "R(uint32_t) == 2", NULL},
	{"sum((s.objs where it.ok) select it.id)",
         "V(struct src_objs, objs).len = 2; V(struct src_objs, objs).items[1].ok = 1;"
         "V(struct src_objs, objs).items[1].id = 4;",
         "R(uint64_t) == 4", NULL},
	{"s.objs select it.label",
         "V(struct src_objs, objs).len = 1;"
         "pkd_string_set(&V(struct src_objs, objs).items[0].label, \"abc\");",
         "R(struct value_list_string_15_8).len == 1 &&"
         "strcmp(R(struct value_list_string_15_8).items[0].text, \"abc\") == 0",
         NULL},
	{"(s.nums select { twice: it * 2, half: f32(it) / 2 })[0].half", "list(1, 3);",
         "R(float) == 1.5f", NULL},
	{"len(s.name) + len(s.raw)",
         "pkd_string_set(P(struct src_name, name), \"abc\"); V(struct src_raw, raw).len = 2;",
         "R(uint32_t) == 5", NULL},

	/* Strings. */
	{"s.name + s.other",
         "pkd_string_set(P(struct src_name, name), \"ab\");"
         "pkd_string_set(P(struct src_other, other), \"c\");",
         "R(struct value_string_30).len == 3 && strcmp(R(struct value_string_30).text, \"abc\") == 0",
         NULL},
	{"(\"n=\" + text(s.a8) + \", \" + s.name) == \"n=-128, x\"",
         "V(int8_t, a8) = -128; pkd_string_set(P(struct src_name, name), \"x\");",
         "R(uint8_t) == 1", NULL},
	{"text(s.f) == \"0.1\"", "V(float, f) = 0.1f;", "R(uint8_t) == 1", NULL},
	{"text(s.d) == \"-1.2345678901234567e-308\"", "V(double, d) = -1.2345678901234567e-308;",
         "R(uint8_t) == 1", NULL},
	{"text(s.d, 2) == \"-2.50\"", "V(double, d) = -2.5;", "R(uint8_t) == 1", NULL},
	{"text(s.a32, 1) == \"7.0\"", "V(int32_t, a32) = 7;", "R(uint8_t) == 1", NULL},
	{"text(s.a32, 0) == \"7\"", "V(int32_t, a32) = 7;", "R(uint8_t) == 1", NULL},
	{"text(s.ua64, 2) == \"18446744073709551615.00\"", "V(uint64_t, ua64) = UINT64_MAX;",
         "R(uint8_t) == 1", NULL},
	{"text(s.ua64) == \"18446744073709551615\"", "V(uint64_t, ua64) = UINT64_MAX;",
         "R(uint8_t) == 1", NULL},
	{"text(s.t) == \"-0.000000001\"", "V(int64_t, t) = -1;", "R(uint8_t) == 1", NULL},
	{"text(s.mode) + \"/\" + text(s.yes)", "V(uint32_t, mode) = Mode_high;",
         "strcmp(R(struct value_string_10).text, \"high/false\") == 0", NULL},
	{"len(text(s.a32) + \"m\")", "V(int32_t, a32) = 12;", "R(uint32_t) == 3", NULL},
	{"{ left: 1, right: \"id \" + text(s.a64) }", "V(int64_t, a64) = INT64_MIN;",
         "strcmp(R(struct Pair).right.text, \"id -92233720368\") == 0", "pair"},
	{"{ left: 1, right: \"id \" + text(s.a8) }", "V(int8_t, a8) = 5;",
         "strcmp(R(struct Pair).right.text, \"id 5\") == 0", "pair"},
	{"if s.yes then s.name else text(s.a32 / s.b32)", "", "GONE", NULL},
	{"if s.yes then s.name else \"a much longer literal\"", "",
         "R(struct value_string_21).len == 21", NULL},
	{"(s.words[0] ?? \"nothing\") + \"!\"", "",
         "strcmp(R(struct value_string_8).text, \"nothing!\") == 0", NULL},
	{"s.words select (it + \"-\" + text(s.a8))", "words(2, \"a\", \"b\"); V(int8_t, a8) = 3;",
         "strcmp(R(struct value_list_string_12_4).items[1].text, \"b-3\") == 0", NULL},

	/* Records. */
	{"{ left: s.a32, right: s.name }", "pkd_string_set(P(struct src_name, name), \"abc\");",
         "R(struct Pair).right.len == 3 && strcmp(R(struct Pair).right.text, \"abc\") == 0",
         "pair"},
	{"{ left: 4, right: \"x\" }.left + s.a32", "", "R(int32_t) == 4", NULL},
	{"{ right: \"yes\", left: s.o32 ?? 1 }", "V(int32_t, o32) = 3;",
         "R(struct Pair).left == 3 && R(struct Pair).right.len == 3", "pair"},
	{"if s.yes then { left: 1, right: \"a\" } else { right: s.name, left: s.a32 / s.b32 }", "",
         "GONE", "pair"},

	/* What the runtime knows. */
	{"number(s.a32)", "header(\"a32\")->number = 12;", "R(uint64_t) == 12", NULL},
	{"time(s.a32) - time(s.b32)",
         "header(\"a32\")->capture_ns = 12; header(\"b32\")->capture_ns = 5;", "R(int64_t) == 7",
         NULL},
	{"age(s.a32) > 5ns", "header(\"a32\")->capture_ns = 994;", "R(uint8_t) == 1", NULL},

	/* Parameters, and values as they are. */
	{"s.a32 * k", "V(int32_t, a32) = 2;", "R(int32_t) == 6", NULL},
	{"s.f > ratio and on", "V(float, f) = 1;", "R(uint8_t) == 1", NULL},
	{"s.mode == level", "V(uint32_t, mode) = Mode_mid;", "R(uint8_t) == 1", NULL},
	{"latest s.pic", "image(P(struct pkd_image, pic), 4, 4, 9);",
         "R(struct pkd_image).height == 4 && pixels(15) == 9", NULL},
	{"latest s.objs", "V(struct src_objs, objs).len = 1;", "R(struct src_objs).len == 1", NULL},
	{"latest s.name", "pkd_string_set(P(struct src_name, name), \"q\");",
         "R(struct src_name).len == 1", NULL},
	{"latest s.a32", "V(int32_t, a32) = 5;", "R(int32_t) == 5", NULL},
};

#define N_EXPRESSIONS (sizeof expressions / sizeof expressions[0])

/* ---- A runtime of one firing, in place of pkd_main ---- */

static const char harness[] =
	"#include \"p.c\"\n"
	"#include <stdio.h>\n#include <stdarg.h>\n#include <math.h>\n"
	"typedef int64_t i64;\n"
	"struct pkd_ctx { bool absent; uint32_t output; };\n"
	"enum { SIZE = 1 << 14, MANY = 64, MOST = 64 };\n"
	"static _Alignas(64) unsigned char memory[MANY][SIZE], results[MOST][SIZE], *result;\n"
	"static const char *names[MANY];\n"
	"static bool missing[MANY];\n"
	"static bool is_absent;\n"
	"static size_t find(const char *name)\n{\n"
	"\tsize_t i = 0;\n"
	"\twhile (names[i] && strcmp(names[i], name) != 0)\n\t\ti++;\n"
	"\tnames[i] = name;\n\treturn i;\n}\n"
	"static void *value(const char *name)\n{\n"
	"\treturn memory[find(name)] + sizeof(struct pkd_frame);\n}\n"
	"static void gone(const char *name) { missing[find(name)] = true; }\n"
	"static struct pkd_frame *header(const char *name)\n"
	"{\n\treturn (struct pkd_frame *)value(name) - 1;\n}\n"
	"#define P(type, name) ((type *)value(#name))\n"
	"#define V(type, name) (*P(type, name))\n"
	"#define R(type) (*(type *)result)\n"
	"static void list(uint32_t n, ...)\n{\n"
	"\tva_list args;\n\tva_start(args, n);\n\tV(struct src_nums, nums).len = n;\n"
	"\tfor (uint32_t i = 0; i < n; i++)\n"
	"\t\tV(struct src_nums, nums).items[i] = va_arg(args, int);\n\tva_end(args);\n}\n"
	"static void words(uint32_t n, ...)\n{\n"
	"\tva_list args;\n\tva_start(args, n);\n\tV(struct src_words, words).len = n;\n"
	"\tfor (uint32_t i = 0; i < n; i++)\n"
	"\t\tpkd_string_set(&V(struct src_words, words).items[i], va_arg(args, const char *));\n"
	"\tva_end(args);\n}\n"
	"static void image(struct pkd_image *at, uint32_t width, uint32_t height, uint8_t fill)\n{\n"
	"\tpkd_image_set(at, PKD_GRAY8, width, height);\n"
	"\tmemset(pkd_pixels(at), fill, (size_t)width * height);\n}\n"
	"static uint8_t pixels(size_t at)\n"
	"{\n\treturn pkd_pixels((struct pkd_image *)result)[at];\n}\n"
	"void pkd_absent(struct pkd_ctx *ctx, uint32_t output)\n"
	"{\n\tctx->absent = ctx->absent || output == ctx->output;\n}\n"
	"int64_t pkd_age(const struct pkd_ctx *ctx, const void *value)\n"
	"{\n\t(void)ctx;\n\treturn 1000 - pkd_frame_of(value)->capture_ns;\n}\n"
	"struct test { const char *name, *text; void (*set)(void); bool (*holds)(void); bool gone; };\n"
	"static const struct test tests[];\n"
	"const struct pkd_methods src_methods, sink_methods, pair_methods, narrow_methods, "
	"single_methods, few_methods;\n"
	"static const struct pkd_stream *read_by(const struct pkd_program *p, const char *name)\n{\n"
	"\tfor (uint32_t i = 0; i < p->n_nodes; i++)\n"
	"\t\tif (strcmp(p->nodes[i].name, name) == 0)\n"
	"\t\t\treturn &p->streams[p->nodes[i].inputs[0].stream];\n"
	"\tabort();\n}\n"
	"static int run(const struct pkd_program *p, const struct test *test)\n{\n"
	"\tconst struct pkd_stream *stream = read_by(p, test->name);\n"
	"\tconst struct pkd_node *node = &p->nodes[stream->writer];\n"
	"\tstruct pkd_ctx ctx = {false, stream->output};\n"
	"\tconst void *in[16];\n\tvoid *out[MOST];\n"
	"\tfor (int i = 0; i < MOST; i++)\n\t\tout[i] = results[i];\n"
	"\tresult = results[stream->output];\n"
	"\tvoid *self = calloc(1, node->methods->self_size);\n"
	"\tmemset(memory, 0, sizeof memory);\n\tmemset(missing, 0, sizeof missing);\n"
	"\tmemset(results, 0xa5, sizeof results);\n\ttest->set();\n"
	"\tfor (uint32_t i = 0; i < node->n_inputs; i++) {\n"
	"\t\tconst struct pkd_input *input = &node->inputs[i];\n"
	"\t\tchar name[64];\n"
	"\t\tsnprintf(name, sizeof name, input->first ? \"%s[%d]\" : \"%s\",\n"
	"\t\t         p->streams[input->stream].name + 2, input->first);\n"
	"\t\tconst char *key = strdup(name);\n"
	"\t\tin[input->port] = missing[find(key)] ? NULL : value(key);\n"
	"\t\tif (input->many || input->port >= node->n_ports)\n"
	"\t\t\treturn printf(\"%s: wrong input\\n\", test->text);\n"
	"\t\tif (!in[input->port] && !input->optional)\n"
	"\t\t\treturn test->gone ? 0 : printf(\"%s: does not fire\\n\", test->text);\n"
	"\t}\n"
	"\tint status = node->methods->init(self, NULL, &ctx);\n"
	"\tstatus |= node->methods->step(self, in, out, &ctx);\n"
	"\tnode->methods->finish(self);\n\tfree(self);\n"
	"\tis_absent = ctx.absent;\n"
	"\tif (status == PKD_OK && is_absent == test->gone && (test->gone || test->holds()))\n"
	"\t\treturn 0;\n"
	"\tprintf(\"%s: %s: wrong%s\\n\", test->name, test->text, is_absent ? \", absent\" : \"\");\n"
	"\treturn 1;\n}\n";

static const char harness_end[] =
	"int pkd_main(const struct pkd_program *p, int argc, char **argv)\n{\n"
	"\tint failed = 0;\n\t(void)argc, (void)argv;\n\tp->bind();\n"
	"\tfor (size_t i = 0; tests[i].name; i++)\n\t\tfailed += run(p, &tests[i]) != 0;\n"
	"\treturn failed != 0;\n}\n";

/* ---- Files ---- */

static FILE *create(const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	return file;
}

static void save(const char *name, const struct buf *text)
{
	FILE *file = create(name);

	assert_int_equal(fwrite(text->text, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static bool runs(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	return system(command) == 0;
}

/* p.pkd to p.c and p.pkd.h. */
static void compile_to_c(void)
{
	char path[256];
	struct compilation c;
	struct buf text;
	struct compile_options options = {.file = path, .stdlib = "stdlib"};

	snprintf(path, sizeof path, "%s/p.pkd", directory);
	int status = compile(&c, &options);
	if (status || !c.analysis)
		diags_print(&c.diags, stderr, false);
	assert_int_equal(status, 0);
	assert_non_null(c.analysis);
	buf_init(&text);
	emit_program(c.analysis, &text);
	save("p.c", &text);
	text.length = 0;
	emit_header(c.main, &text);
	save("p.pkd.h", &text);
	buf_finish(&text);
	compile_finish(&c);
}

/* Skips a compiler that is not there. */
static void compiles(const char *compiler, const char *flags)
{
	if (!runs("command -v %s >/dev/null", compiler))
		return;
	assert_true(runs("%s -std=gnu11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror %s "
	                 "-Iruntime/include -I%s -c -o %s/p.o %s/p.c",
	                 compiler, flags, directory, directory, directory));
}

/* ---- The tests ---- */

static void put_program(void)
{
	FILE *file = create("p.pkd");

	fputs(declarations, file);
	for (size_t i = 0; i < N_EXPRESSIONS; i++) {
		const struct expression *e = &expressions[i];
		const char *node = e->node ? e->node : "sink";
		if (strncmp(e->text, "latest ", 7) == 0)
			fprintf(file, "    y%zu = %s\n    x%zu = %s(y%zu)\n", i, e->text, i, node,
			        i);
		else
			fprintf(file, "    x%zu = %s(%s)\n", i, node, e->text);
	}
	fputs("}\n", file);
	fclose(file);
}

static void put_harness(void)
{
	FILE *file = create("run.c");

	fputs(harness, file);
	for (size_t i = 0; i < N_EXPRESSIONS; i++) {
		const struct expression *e = &expressions[i];
		bool gone = strcmp(e->holds, "GONE") == 0;
		fprintf(file, "static void set_%zu(void)\n{\n%s\n}\n", i, e->set);
		fprintf(file, "static bool holds_%zu(void)\n{\n\treturn %s;\n}\n", i,
		        gone ? "true" : e->holds);
	}
	fputs("static const struct test tests[] = {\n", file);
	for (size_t i = 0; i < N_EXPRESSIONS; i++) {
		fprintf(file, "\t{\"x%zu\", \"", i);
		for (const char *c = expressions[i].text; *c; c++)
			fprintf(file, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
		fprintf(file, "\", set_%zu, holds_%zu, %d},\n", i, i,
		        strcmp(expressions[i].holds, "GONE") == 0);
	}
	fputs("\t{0}};\n", file);
	fputs(harness_end, file);
	fclose(file);
}

static void expressions_compute_what_they_say(void **state)
{
	(void)state;
	put_program();
	compile_to_c();
	compiles("gcc", "-O2");
	compiles("clang", "-O2");
	put_harness();
	assert_true(runs(
		"gcc -std=gnu11 -g -O1 -fsanitize=undefined -fno-sanitize-recover "
		"-Iruntime -Iruntime/include -I%s -w -o %s/run %s/run.c runtime/node/text.c -lm",
		directory, directory, directory));
	assert_true(runs("%s/run", directory));
}

static void whole_numbers_saturate(void **state)
{
	(void)state;
#define assert_saturates(X, min, max, one, minus)                                                  \
	assert_true(pkd_add_##X(max, one) == (max) && pkd_sub_##X(min, one) == (min) &&            \
	            pkd_mul_##X(max, max) == (max) && pkd_add_##X(5, 7) == 12 &&                   \
	            pkd_sub_##X(7, 5) == 2 && pkd_mul_##X(5, 7) == 35 && pkd_div_##X(7, 2) == 3 && \
	            pkd_mod_##X(7, 2) == 1 && pkd_min_##X(5, 7) == 5 && pkd_max_##X(5, 7) == 7 &&  \
	            pkd_##X##_from_i64(INT64_MIN) == (min) &&                                      \
	            pkd_##X##_from_u64(UINT64_MAX) == (max) && pkd_##X##_from_i64(100) == 100 &&   \
	            pkd_##X##_from_u64(100) == 100 && pkd_##X##_from_f64(1e300) == (max) &&        \
	            pkd_##X##_from_f64(-1e300) == (min) && pkd_##X##_from_f64(9.9) == 9 &&         \
	            pkd_##X##_from_f64(0.0 / (double)(minus)) == 0)
#define assert_signed(X, min, max)                                                      \
	assert_true(pkd_add_##X(min, -1) == (min) && pkd_sub_##X(max, -1) == (max) &&   \
	            pkd_mul_##X(min, max) == (min) && pkd_mul_##X(min, min) == (max) && \
	            pkd_div_##X(min, -1) == (max) && pkd_mod_##X(min, -1) == 0 &&       \
	            pkd_neg_##X(min) == (max) && pkd_neg_##X(5) == -5 &&                \
	            pkd_div_##X(-7, 2) == -3 && pkd_mod_##X(-7, 2) == -1 &&             \
	            pkd_##X##_from_f64(-9.9) == -9)
	volatile int zero = 0;
	assert_saturates(i8, INT8_MIN, INT8_MAX, 1, zero);
	assert_saturates(i16, INT16_MIN, INT16_MAX, 1, zero);
	assert_saturates(i32, INT32_MIN, INT32_MAX, 1, zero);
	assert_saturates(i64, INT64_MIN, INT64_MAX, 1, zero);
	assert_saturates(u8, 0, UINT8_MAX, 1, zero);
	assert_saturates(u16, 0, UINT16_MAX, 1, zero);
	assert_saturates(u32, 0, UINT32_MAX, 1, zero);
	assert_saturates(u64, 0, UINT64_MAX, 1, zero);
	assert_signed(i8, INT8_MIN, INT8_MAX);
	assert_signed(i16, INT16_MIN, INT16_MAX);
	assert_signed(i32, INT32_MIN, INT32_MAX);
	assert_signed(i64, INT64_MIN, INT64_MAX);
	assert_true(pkd_i64_from_f64(9223372036854775808.0) == INT64_MAX);
	assert_true(pkd_u64_from_f64(18446744073709551616.0) == UINT64_MAX);
	assert_true(pkd_u32_from_i64(-1) == 0 && pkd_u64_from_i64(-1) == 0);
	assert_true(pkd_i64_from_u64(UINT64_MAX) == INT64_MAX);
}

static void not_a_number_gives_way(void **state)
{
	volatile double zero = 0;
	double nan = zero / zero;

	(void)state;
	assert_true(pkd_min_f64(nan, 2) == 2 && pkd_min_f64(2, nan) == 2);
	assert_true(pkd_max_f32((float)nan, 2) == 2 && pkd_max_f32(2, (float)nan) == 2);
	assert_true(pkd_min_f64(nan, nan) != pkd_min_f64(nan, nan));
	assert_true(pkd_min_f64(1, 2) == 1 && pkd_max_f64(1, 2) == 2);
}

static void texts_are_ordered_by_bytes(void **state)
{
	struct {
		uint32_t len;
		char text[8];
	} a = {2, "ab"}, b = {3, "abc"}, high = {1, "\xff"};

	(void)state;
	assert_true(pkd_string_order(&a, &b) < 0 && pkd_string_order(&b, &a) > 0);
	assert_true(pkd_string_order(&a, &a) == 0 && pkd_string_order(&b, &high) < 0);
	assert_true(pkd_string_is(&a, "ab") && !pkd_string_is(&a, "abc") && !pkd_string_is(&a, ""));
	assert_true(pkd_text_order("", 0, "", 0) == 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	if (getenv("KEEP"))
		return printf("# %s\n", directory) < 0;
	return !runs("rm -rf %s", directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_compute_what_they_say),
		cmocka_unit_test(whole_numbers_saturate),
		cmocka_unit_test(not_a_number_gives_way),
		cmocka_unit_test(texts_are_ordered_by_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
