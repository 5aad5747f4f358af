#!/bin/sh
# The runtime is killed at every instruction of what its processes do to shared memory: see
# tests/kill/kill_step.c. Then it is built with one mistake after the other, each of which must be found:
# a test of recovery that cannot fail would prove nothing. A quarter of the mistakes are tried, with
# KILL_MISTAKES=all, as in `make campaign`, all of them.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

[ "$(uname -s)" = Linux ] || skip 'ptrace is used as Linux has it'
! nm "$B/lib/libpkd.a" 2>/dev/null | grep -Eq '__(asan|tsan)_' ||
	skip 'a sanitizer adds instructions of its own: run by make test'

"$B/tests/kill/kill_step" "$@" >out 2>&1
status=$?
! grep -q 'cannot be started' out || skip 'processes may not be traced here'
[ "$status" -eq 0 ] || fail "status $status"
cat out

# mistake NAME FILE SCRIPT WORD...: with the runtime's file changed by that sed script, one of these
# operations, in these places of the rings, finds fault.
n_mistakes=0
mistake() {
	n_mistakes=$((n_mistakes + 1))
	[ "${KILL_MISTAKES:-}" = all ] || [ $((n_mistakes % 4)) -eq 1 ] || return 0
	name=$1 file=$2 script=$3
	shift 3
	sed "$script" "$ROOT"/runtime/*/"$file" >"$file"
	! cmp -s "$file" "$ROOT"/runtime/*/"$file" || fail "$name: sed has changed nothing in $file"
	# An object of the same name comes before the archive's.
	${CC:-cc} -std=gnu11 -O2 -g -w -I"$ROOT/runtime" -I"$ROOT/runtime/include" -c -o "$file.o" \
		"$file" >out 2>&1 || fail "$name: $file does not compile"
	${CC:-cc} -o mistaken "$B"/tests/kill/*.o "$file.o" "$B/lib/libpkd.a" -Wl,-z,now,--wrap=clock_gettime -lm \
		>out 2>&1 || fail "$name: does not link"
	./mistaken "$@" >out 2>&1
	status=$?
	[ "$status" -eq 1 ] && grep -q 'after i.*: ' out ||
		fail "$name is not found: status $status"
	note "$name: $(grep -m 1 'after i.*: ' out)"
}

apply='/^void pkdi_record_apply/,/^}/'
commit='/^void pkdi_record_commit/,/^}/'
recover='/^void pkdi_node_recover/,/^}/'

mistake 'cursors stored before the commit' record.c \
	"$commit s/node->record_cursors.i. = .*/{ & if (node->inputs[i].fires)\
		pkdi_input_advance(\&node->inputs[i], node->record_cursors[i]); }/" fire-sink
mistake 'committed before it is recorded' record.c \
	"$commit s/^.*record->settled = leaves/atomic_store(\&record->committed, committed + 1); &/" \
	fire-middle
mistake 'published whatever its seq is' channel.c \
	's/output->slots.next == seq && slot/slot/' fire-middle
mistake 'a record that nobody applies again' node.c "$recover {/pkdi_record_apply/s/.*/;/}" fire-middle
mistake 'applied, so it says, before it is' record.c \
	"$apply s/^.*\*record = .*/& atomic_store(\&record->applied, atomic_load(\&record->committed));/" \
	fire-middle
mistake 'recovered, so it says, before it is' node.c \
	"$recover s/pkdi_record_apply(node)/atomic_store(\&record->applied,\
		atomic_load(\&record->committed)), &/" fire-middle
mistake 'the watermark before the value' record.c \
	"$apply s/^.*\*output = .*/& pkdi_output_settle(output, record->settled);/" fire-middle
mistake 'the state stored before the commit' record.c \
	"$commit s/^.*record->settled = leaves/memcpy(node->states[committed % 2],\
		node->states[(committed + 1) % 2], node->decl->state_size); &/" fire-sink
mistake 'one copy of the number' record.c \
	"$commit s/^.*atomic_store_explicit(&record->number/atomic_store(\&record->number[committed % 2],\
		node->ctx.number); &/" fire-origin
mistake 'slots in the ring taken for free' ring.c \
	'/^void pkdi_slots_init/,/^}/s/mark(slots->live.*/;/' publish apart
# One that is neither in the ring nor pinned.
mistake 'a slot that is lost' ring.c '/^void pkdi_slots_init/,/^}/s|^.*/\* The previous.*|\
	for (uint32_t k = 0; slots->next > 1 \&\& k < ring->n_slots; k++) {\
		bool used = is_marked(slots->live, k);\
		for (uint32_t i = 0; i < n_pins; i++)\
			used \|= pkdi_read(pins[i]) \&\& pkdi_entry_slot(pkdi_read(pins[i])) == k;\
		if (!used) {\
			mark(slots->live, k);\
			break;\
		}\
	} &|' publish apart
mistake 'slots that others pin taken for free' ring.c 's/if (pin && /if (0 \&\& /' fire-middle apart
mistake 'pinned without a second look' ring.c \
	's/if (atomic_load(entry_of(ring, seq)).*/if (0)/' look apart
mistake 'half a leave' node.c "$recover s/== PKDI_LEFT/== 99/" end-middle

copy='/^bool pkdi_ring_copy/,/^}/'
publish='/^void pkdi_slots_publish/,/^}/'

mistake 'a copy without a second look' ring.c "$copy s/return atomic_load.*/return true;/" look beside
mistake 'a copy without a second look, from behind the header' ring.c \
	"$copy s/return atomic_load.*/return true;/" look headers
for place in beside headers; do
	mistake "published from the slot of another seq, $place" ring.c \
		's/slots->next % n)/(slots->next + 1) % n)/' fire-middle $place
	mistake "not copied in again, $place" ring.c \
		"$publish s/ring->place == PKDI_COPIED)/ring->place == PKDI_COPIED \&\&\
			slots->loaned != PKDI_NO_SLOT)/" fire-middle $place
	mistake "the entry before the value, $place" ring.c \
		"$publish s/^.*copy_in(.*/{ atomic_store(entry, pkdi_entry(slots->next, slot)); & }/" \
		fire-middle $place
	mistake "chosen before it is held, $place" policy.c \
		'/^static uint64_t hold_within/,/^}/s/\*ret_frame = hold(input, seq);/if (input->decl->policy == PKD_LATEST)\
			atomic_store(\&input->words->chosen, seq); &/' fire-watch $place
done
mistake 'copies forgotten at a restart' channel.c \
	'/^static void keep_choice/,/^}/s/input->front = .*/input->front = NULL;/' fire-watch beside
mistake 'a slot fewer than a window and one' ring.c \
	's/ring.size = stream->n_slots;/ring.size = stream->ring_size;/' fire-origin headers

mistake 'the input is given up with its first value' record.c "$commit s/ && !more//" fire-split
mistake 'one copy of what is left of an input' record.c \
	"$commit s/&record->leftover\[(committed + 1) % 2\]/\&record->leftover[committed % 2]/" fire-split
mistake 'parts counted when they are made' poll.c \
	's/node->firing.part = leftover->n_parts;/node->firing.part = pkdi_record_leftover(node)->n_parts++;/' \
	fire-split
mistake 'goes on with whichever input was published first' poll.c 's/if (goes_on(node))/if (0)/' fire-split
mistake 'flushes counted anew' poll.c 's/leftover->input == PKD_NONE ? leftover->n_parts : 0/0/' end-split
