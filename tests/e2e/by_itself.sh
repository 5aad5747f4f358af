#!/bin/sh
# A node's source in C with code that runs before and after its process is refused, also where it has been
# compiled already; in C++, and with sanitizers, which add such code themselves, it is not.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cat >own.pkd <<'END_PKD'
node one() -> (n: u64) {
    source "one.c"
}
node two(n: u64) {
    step {= (void)in; return PKD_OK; =}
}
pipeline own() {
    n = one()
    two(n)
}
END_PKD
cat >plain.c <<'END_C'
#include "own.pkd.h"

struct one {
	int n;
};

int one_init(struct one *self, const struct one_params *params, struct pkd_ctx *ctx)
{
	(void)self, (void)params, (void)ctx;
	return PKD_OK;
}

int one_step(struct one *self, const struct one_in *in, struct one_out *out, struct pkd_ctx *ctx)
{
	(void)self, (void)in, (void)ctx;
	*out->n = 1;
	return PKD_END;
}

void one_finish(struct one *self)
{
	(void)self;
}

PKD_NODE(one);
END_C

# with TEXT...: one.c, and these lines.
with() {
	cp plain.c one.c
	printf '%s\n' "$@" >>one.c
}

# refused SECTION ARGUMENT...
refused() {
	section=$1
	shift
	rm -f program
	"$PKDC" build "$@" -o program >out 2>&1
	status=$?
	[ "$status" -eq 1 ] || fail "$*: status $status, not 1"
	grep -Eq "^own.pkd:2:12: error\[E0702\]: 'one.c' has code that runs by itself \(section \\$section" out ||
		fail "$section is not refused"
	[ ! -e program ] || fail "$section: a program is left"
}

cxx_too() {
	sed 's/one\.c/one.cpp/' own.pkd >cxx.pkd
	sed 's/own\.pkd/cxx.pkd/' one.c >one.cpp
	build cxx.pkd -o cxx
}

case "${CFLAGS:-} ${CXXFLAGS:-}" in
*-fsanitize*) sanitized=1 ;;
*) sanitized=0 ;;
esac

with ''
build own.pkd -o program
./program --quiet || fail 'the plain node does not run'

with 'static volatile int n;' 'static __attribute__((constructor)) void begin(void) { n++; }'
if [ $sanitized -eq 1 ]; then
	build own.pkd -o program
	exit 0
fi
refused .init_array own.pkd
refused .init_array own.pkd
cxx_too

with 'static volatile int n;' 'static __attribute__((constructor(200))) void begin(void) { n++; }'
refused .init_array own.pkd
with 'static volatile int n;' 'static __attribute__((destructor)) void end(void) { n++; }'
refused .fini_array own.pkd
with 'static void early(void) {}' \
	'__attribute__((section(".preinit_array"), used)) static void (*const run)(void) = early;'
refused .preinit_array own.pkd

with 'static volatile int n;' 'static __attribute__((constructor)) void begin(void) { n++; }'
for flags in -fsanitize=address,undefined --coverage; do
	echo 'int main(void) { return 0; }' >probe.c
	# shellcheck disable=SC2086 # words
	${CC:-cc} $flags probe.c -o probe 2>/dev/null || continue
	CFLAGS=$flags LDFLAGS=$flags "$PKDC" build own.pkd -o program >out 2>&1 || fail "$flags: it is not built"
	[ -e program ] || fail "$flags: no program"
done

with ''
build own.pkd -o program
