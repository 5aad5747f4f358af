# Everything that is made lies under build/. `make help` lists the targets.

B      ?= build
# Named by the tests with its whole path: the same files must have the same names, or changes are missed.
override B := $(B:$(CURDIR)/%=%)
PREFIX ?= /usr/local

OPT      ?= -O2 -g
SANITIZE ?=
WARN     := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Werror
# As one word of the shell, whatever the directory is called.
quoted   = '$(subst ','\'',$(1))'
# A product and a sum are not one instruction where there is one: nodes say the same on all processors.
BASE     := $(call quoted,-ffile-prefix-map=$(CURDIR)/=) $(OPT) -ffp-contract=off $(WARN) $(SANITIZE) -MMD -MP
C_FLAGS  := -std=gnu11 $(BASE) $(CFLAGS)
CXX_FLAGS := -std=c++17 $(BASE) $(CXXFLAGS)
LD_FLAGS := $(OPT) $(SANITIZE) $(LDFLAGS)

ifeq ($(V),)
Q   := @
say  = @echo "  $(1)";
else
Q   :=
say  =
endif

# ---- For another architecture: CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ ----

# What the build itself runs is built by HOSTCC. Libraries are those of the target, never this machine's.
HOSTCC     ?= cc
TARGET     := $(shell $(CC) -dumpmachine)
machine_of = $(firstword $(subst -, ,$(1)))
ifneq ($(call machine_of,$(TARGET)),$(call machine_of,$(shell $(HOSTCC) -dumpmachine)))
CROSS := yes
ifneq ($(AR),$(TARGET)-ar)
AR := $(if $(shell command -v $(TARGET)-ar),$(TARGET)-ar,$(AR))
endif
PKG_CONFIG_LIBDIR ?= /usr/lib/$(TARGET)/pkgconfig:/usr/share/pkgconfig
export PKG_CONFIG_LIBDIR
LIBDIR := PKG_CONFIG_LIBDIR='$(PKG_CONFIG_LIBDIR)'
endif
# Runs here, and builds programs for the target. In the same place: there it finds the libraries.
PKDC := $(B)/pkdc$(if $(CROSS),-host)

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all demo test asan tsan format format-check lint install clean help FORCE

# ---- What there is ----

COMPILER_C := $(wildcard compiler/*.c compiler/*/*.c)
COMMAND_C  := $(wildcard runtime/pkd/*.c)
WEB_C      := $(wildcard runtime/web/*.c)
RUNTIME_C  := $(filter-out $(COMMAND_C) $(WEB_C),$(wildcard runtime/*.c runtime/*/*.c))
PKD        := $(wildcard stdlib/*/*.pkd)
UNIT_C     := $(wildcard tests/unit/*.c)
NODE_TEST_C := $(wildcard stdlib/*/*_test.c)
# Of those that compare a node with a library in C++.
NODE_TEST_CPP := $(wildcard stdlib/*/*_test.cpp)

# The nodes' sources and libraries, as their .pkd files name them: "video/open:video/open.c" and
# "video/open:libavformat". A source of another module, "../video/scaler.c", is compiled once.
DECLARED := $(shell awk 'FNR == 1 { n = FILENAME; sub(/^stdlib\//, "", n); sub(/\.pkd$$/, "", n); \
		folder = n; sub(/[^\/]*$$/, "", folder) } \
	$$1 == "link" { split($$0, part, "\""); print "link=" n ":" part[2] } \
	$$1 == "source" { split($$0, part, "\""); path = folder part[2]; \
		while (sub(/[^\/]+\/\.\.\//, "", path)); print "source=" n ":" path }' \
	$(PKD) /dev/null)
SOURCES_OF = $(patsubst source=$(1):%,stdlib/%,$(filter source=$(1):%,$(DECLARED)))
LINKS_OF   = $(patsubst link=$(1):%,%,$(filter link=$(1):%,$(DECLARED)))

# Of libyuv, which has no .pc file everywhere, one is made, and one of some of OpenCV's many modules.
PACKAGES := $(B)/lib/pkgconfig
PKG_CONFIG := $(LIBDIR) PKG_CONFIG_PATH="$(PACKAGES):$$PKG_CONFIG_PATH" pkg-config
$(shell export CC='$(CC)' $(LIBDIR); stdlib/yuv.sh '$(PACKAGES)'; stdlib/opencv.sh '$(PACKAGES)')

# A node whose libraries are not all there is left out, and comes in when they are.
LINKS   := $(sort $(foreach d,$(filter link=%,$(DECLARED)),$(lastword $(subst :, ,$(d)))))
MISSING := $(foreach l,$(LINKS),$(shell $(PKG_CONFIG) --exists $(l) 2>/dev/null || echo $(l)))
NODES   := $(PKD:stdlib/%.pkd=%)
LEFT_OUT := $(foreach n,$(NODES),$(if $(filter $(MISSING),$(call LINKS_OF,$(n))),$(n)))
BUILT    := $(filter-out $(LEFT_OUT),$(NODES))
NODE_SOURCES := $(sort $(foreach n,$(BUILT),$(call SOURCES_OF,$(n))))

objects = $(addprefix $(B)/obj/,$(addsuffix .o,$(1)))

GENERATED_C := $(patsubst compiler/%.l,$(B)/gen/%.c,$(wildcard compiler/front/lexer.l)) \
	$(patsubst compiler/%.y,$(B)/gen/%.c,$(wildcard compiler/front/parser.y))
COMPILER_O  := $(call objects,$(COMPILER_C)) $(GENERATED_C:%.c=%.o)
RUNTIME_O   := $(call objects,$(RUNTIME_C))
COMMAND_O   := $(call objects,$(COMMAND_C))
NODE_O      := $(call objects,$(NODE_SOURCES))
NODE_TEST_O := $(call objects,$(wildcard stdlib/test/*.c))
HEADERS     := $(PKD:stdlib/%.pkd=$(B)/include/%.pkd.h)

# The page of --serve, its WebSockets and encoders: opened by a program's console. Without its libraries, the
# rest of --serve works.
WEB_LINKS   := libwebsockets libturbojpeg libavcodec libswscale libavutil
WEB_MISSING := $(strip $(foreach l,$(WEB_LINKS),$(shell $(PKG_CONFIG) --exists $(l) 2>/dev/null || echo $(l))))
WEB_SO      := $(if $(WEB_MISSING),,$(B)/lib/libpkd_web.so)
# Of the runtime, what it has a copy of.
WEB_SHARED_C := $(addprefix runtime/,console/json.c console/out.c node/text.c node/typed.c \
	message/cdr.c message/pixels.c message/ros2msg.c)
WEB_O       := $(patsubst %,$(B)/pic/%.o,$(WEB_C) $(WEB_SHARED_C)) $(B)/gen/web/files.o
WEB_FILES   := $(shell find runtime/web/page -type f)
WEB_FLAGS   := -Iruntime -Iruntime/include -fvisibility=hidden -fPIC

UNIT_TESTS  := $(UNIT_C:tests/unit/%.c=$(B)/test/unit/%) $(B)/test/fault/init
# A test of a node or of one of its sources is built where that is.
built_source = $(filter $(addprefix stdlib/$(1).,c cpp cc cxx),$(NODE_SOURCES))
NODE_TEST_NAMES := $(NODE_TEST_C:stdlib/%_test.c=%) $(NODE_TEST_CPP:stdlib/%_test.cpp=%)
NODE_TESTS  := $(foreach t,$(NODE_TEST_NAMES),$(if $(call built_source,$(t)),\
	$(B)/test/stdlib/$(t)_test))
UNBUILT_TESTS := $(foreach t,$(NODE_TEST_NAMES),$(if $(call built_source,$(t)),,$(t)))

# ---- The product ----

all: $(B)/pkdc $(B)/pkd $(B)/lib/libpkd.a $(B)/lib/libpkd_nodes.a $(WEB_SO) $(HEADERS) $(if $(CROSS),$(PKDC) $(B)/lib/cross) ## pkdc, pkd, the runtime, the standard nodes
	@$(foreach n,$(LEFT_OUT),echo "$(subst /,.,$(n)) is left out: pkg-config does not know \
	$(firstword $(filter $(MISSING),$(call LINKS_OF,$(n))))";) :
	@$(if $(WEB_MISSING),echo "the page of --serve is left out: pkg-config does not know \
	$(firstword $(WEB_MISSING))") :

$(B)/pkdc: $(call objects,compiler/main.c) $(B)/lib/libpkdc.a
	$(call say,LD $@)
	$(Q)$(CC) $(LD_FLAGS) -o $@ $^ $(YAML_LIBS) -lm

ifdef CROSS
$(PKDC): FORCE
	$(Q)env -u PKG_CONFIG_LIBDIR $(MAKE) --no-print-directory B=$(B)/host CC='$(HOSTCC)' AR=ar \
		SANITIZE= CFLAGS= LDFLAGS= $(B)/host/pkdc
	$(Q)cmp -s $(B)/host/pkdc $@ || cp $(B)/host/pkdc $@

# What pkdc builds with, where the environment does not say.
$(B)/lib/cross: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' 'CC=$(CC)' 'CXX=$(CXX)' $(LIBDIR) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
endif

# Without libyaml, all of pkdc but `pkdc import` works.
HAS_YAML  := $(shell $(PKG_CONFIG) --exists yaml-0.1 2>/dev/null && echo yes)
YAML_LIBS := $(if $(HAS_YAML),$(shell $(PKG_CONFIG) --libs yaml-0.1))
$(B)/obj/compiler/import/document.c.o: C_FLAGS += $(if $(HAS_YAML),-DPKD_YAML \
	$(shell $(PKG_CONFIG) --cflags yaml-0.1 | sed 's/-I/-isystem /g'))
$(B)/obj/compiler/import/document.c.o: $(B)/obj/compiler/import/.yaml
$(B)/obj/compiler/import/.yaml: FORCE
	@mkdir -p $(@D)
	@echo '$(HAS_YAML)' | cmp -s - $@ || echo '$(HAS_YAML)' >$@

# Without ncurses, all of pkd but `pkd top` works.
HAS_NCURSES := $(shell $(PKG_CONFIG) --exists ncursesw 2>/dev/null && echo yes)
NCURSES_LIBS := $(if $(HAS_NCURSES),$(shell $(PKG_CONFIG) --libs ncursesw))
# Without zlib, all of pkd but `pkd echo --png` works.
HAS_ZLIB  := $(shell $(PKG_CONFIG) --exists zlib 2>/dev/null && echo yes)
ZLIB_LIBS := $(if $(HAS_ZLIB),$(shell $(PKG_CONFIG) --libs zlib))
$(B)/obj/runtime/pkd/png.c.o: C_FLAGS += $(if $(HAS_ZLIB),-DPKD_ZLIB \
	$(shell $(PKG_CONFIG) --cflags zlib | sed 's/-I/-isystem /g'))
$(B)/obj/runtime/pkd/png.c.o: $(B)/obj/runtime/pkd/.zlib
$(B)/obj/runtime/pkd/.zlib: FORCE
	@mkdir -p $(@D)
	@echo '$(HAS_ZLIB)' | cmp -s - $@ || echo '$(HAS_ZLIB)' >$@
$(B)/obj/runtime/pkd/screen.c.o: C_FLAGS += $(if $(HAS_NCURSES),-DPKD_NCURSES \
	$(shell $(PKG_CONFIG) --cflags ncursesw | sed 's/-I/-isystem /g'))
$(B)/obj/runtime/pkd/screen.c.o: $(B)/obj/runtime/pkd/.ncurses
$(B)/obj/runtime/pkd/.ncurses: FORCE
	@mkdir -p $(@D)
	@echo '$(HAS_NCURSES)' | cmp -s - $@ || echo '$(HAS_NCURSES)' >$@

$(B)/pkd: $(call objects,runtime/pkd/main.c) $(B)/lib/libpkd_command.a $(B)/lib/libpkd.a
	$(call say,LD $@)
	$(Q)$(CC) -o $@ $^ $(LD_FLAGS) $(NCURSES_LIBS) $(ZLIB_LIBS) -lm

# The page of --serve, its WebSockets and encoders.
$(B)/pic/%.c.o: %.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(WEB_FLAGS) $(C_FLAGS) $(call cflags_of,$(WEB_LINKS)) -c -o $@ $<

$(B)/gen/web/files.c: runtime/web/embed.sh $(WEB_FILES) $(B)/gen/web/.names
	@mkdir -p $(@D)
	$(Q)runtime/web/embed.sh runtime/web/page >$@
# Made anew, too, when one has left.
$(B)/gen/web/.names: FORCE
	@mkdir -p $(@D)
	@echo '$(WEB_FILES)' | cmp -s - $@ || echo '$(WEB_FILES)' >$@
$(B)/gen/web/files.o: $(B)/gen/web/files.c
	$(Q)$(CC) $(WEB_FLAGS) $(C_FLAGS) $(call cflags_of,$(WEB_LINKS)) -c -o $@ $<

$(B)/lib/libpkd_web.so: $(WEB_O)
	$(call say,LD $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -o $@ $^ $(LD_FLAGS) -Wl,--as-needed,-z,defs $(call libs_of,$(WEB_LINKS)) -pthread -lm

# What text() of a constant says, the compiler has from the runtime.
TEXT_O := $(call objects,runtime/node/text.c)

$(B)/lib/libpkdc.a: $(filter-out $(call objects,compiler/main.c),$(COMPILER_O)) $(TEXT_O)
$(B)/lib/libpkd.a: $(RUNTIME_O)
$(B)/lib/libpkd_command.a: $(filter-out $(call objects,runtime/pkd/main.c),$(COMMAND_O))
$(B)/lib/libpkd_nodes.a: $(NODE_O)

# An archive is also made anew when a member has left. q, for r would let a member replace another of
# the same base name.
$(B)/lib/%.a: $(B)/lib/%.members
	$(call say,AR $@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $(filter %.o,$^)

$(B)/lib/libpkdc.members: MEMBERS := $(COMPILER_O) $(TEXT_O)
$(B)/lib/libpkd.members: MEMBERS := $(RUNTIME_O)
$(B)/lib/libpkd_command.members: MEMBERS := $(COMMAND_O)
$(B)/lib/libpkd_nodes.members: MEMBERS := $(NODE_O)
$(B)/lib/%.members: FORCE
	@mkdir -p $(@D)
	@echo '$(MEMBERS)' | cmp -s - $@ || echo '$(MEMBERS)' >$@

# One run for all headers, for one .pkd may use another's types. An equal header keeps its time
# stamp, so that a new pkdc rebuilds only the nodes whose interface became different.
$(B)/include/.made: $(PKDC) $(PKD)
	$(call say,HEADERS $(@D))
	$(Q)$(PKDC) header -o $(@D)
	@touch $@
$(HEADERS): $(B)/include/.made ;

# ---- Objects ----

$(B)/obj/compiler/%.c.o: compiler/%.c | $(GENERATED_C)
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) -Icompiler -Iruntime/include -I$(B)/gen $(C_FLAGS) -c -o $@ $<

# flex's and bison's own code is not ours to warn about.
$(B)/gen/%.o: $(B)/gen/%.c | $(GENERATED_C)
	$(call say,CC $<)
	$(Q)$(CC) -Icompiler -I$(B)/gen $(C_FLAGS) -Wno-error -w -c -o $@ $<

$(B)/gen/front/lexer.c $(B)/gen/front/lexer.h &: compiler/front/lexer.l
	$(call say,FLEX $<)
	@mkdir -p $(@D)
	$(Q)flex --header-file=$(B)/gen/front/lexer.h -o $(B)/gen/front/lexer.c $<

$(B)/gen/front/parser.c $(B)/gen/front/parser.h &: compiler/front/parser.y
	$(call say,BISON $<)
	@mkdir -p $(@D)
	$(Q)bison -Wall -Wcounterexamples -Wdangling-alias -Werror \
		--header=$(B)/gen/front/parser.h -o $(B)/gen/front/parser.c $<

# A firing is some dozen short calls: inlined, a hop takes a tenth less.
$(B)/obj/runtime/%.c.o: runtime/%.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) -Iruntime -Iruntime/include -fvisibility=hidden $(C_FLAGS:-O2=-O3) -c -o $@ $<

# The libraries of a source are those of the nodes that name it, or that it tests.
links_of_source = $(sort $(call LINKS_OF,$(patsubst stdlib/%_test.c,%,$(1:.cpp=.c))) \
	$(foreach n,$(BUILT),$(if $(filter $(subst _test.,.,$(1)),$(call SOURCES_OF,$(n))),$(call LINKS_OF,$(n)))))
cflags_of = $(if $(1),$$($(PKG_CONFIG) --cflags $(1) | sed 's/-I/-isystem /g'))
libs_of = $(if $(1),$$($(PKG_CONFIG) --libs $(1)))
NODE_FLAGS := -Iruntime/include -I$(B)/include

$(B)/obj/stdlib/%.c.o: stdlib/%.c | $(HEADERS)
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(NODE_FLAGS) $(C_FLAGS) $(call cflags_of,$(call links_of_source,$<)) -c -o $@ $<

$(B)/obj/stdlib/video/colours.c.o: $(B)/lib/pkgconfig/pkd-yuv.pc
$(B)/lib/pkgconfig/pkd-yuv.pc: ;

# The files of a page, as bytes: page_player_js is player.js.
WEB_PAGE := $(wildcard stdlib/net/page/*)
$(B)/obj/stdlib/net/web_page.c.o: C_FLAGS += -I$(B)/gen
$(B)/obj/stdlib/net/web_page.c.o: $(B)/gen/net/page.inc
$(B)/gen/net/page.inc: $(WEB_PAGE)
	$(call say,EMBED $@)
	@mkdir -p $(@D)
	@for f in $^; do \
		echo "static const unsigned char page_$$(basename "$$f" | tr . _)[] = {"; \
		od -An -v -tx1 "$$f" | sed 's/ \(..\)/0x\1,/g'; echo '};'; \
	done >$@

$(B)/obj/stdlib/%.cpp.o: stdlib/%.cpp | $(HEADERS)
	$(call say,CXX $<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(NODE_FLAGS) $(CXX_FLAGS) $(call cflags_of,$(call links_of_source,$<)) -c -o $@ $<

# ---- Tests ----

$(B)/test/unit/runtime_%: tests/unit/runtime_%.c $(B)/lib/libpkd.a
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Iruntime -Iruntime/include $(C_FLAGS) -MF $@.d -o $@ $< \
		$(B)/lib/libpkd.a $(LD_FLAGS) -lcmocka -pthread -lm

$(B)/test/unit/pkd_%: tests/unit/pkd_%.c $(B)/lib/libpkd_command.a $(B)/lib/libpkd.a
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Iruntime -Iruntime/include $(C_FLAGS) -MF $@.d -o $@ $< \
		$(B)/lib/libpkd_command.a $(B)/lib/libpkd.a $(LD_FLAGS) -lcmocka $(NCURSES_LIBS) \
		$(ZLIB_LIBS) -lm

$(B)/test/unit/%: tests/unit/%.c $(B)/lib/libpkdc.a
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Icompiler -Iruntime/include $(C_FLAGS) -MF $@.d -o $@ $< \
		$(B)/lib/libpkdc.a $(LD_FLAGS) -lcmocka $(YAML_LIBS) -lm

# Not a unit test: tests/e2e/kill_step.sh runs it, and links its objects with other runtimes. Bound at
# once, or the first call of a function would be a walk through the linker.
KILL_O := $(addprefix $(B)/,$(addsuffix .o,$(wildcard tests/kill/*.c)))

$(B)/tests/kill/%.c.o: tests/kill/%.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) -Iruntime -Iruntime/include $(C_FLAGS) -c -o $@ $<

$(B)/tests/kill/kill_step: $(KILL_O) $(B)/lib/libpkd.a
	$(call say,TEST $@)
	$(Q)$(CC) -o $@ $^ $(LD_FLAGS) -Wl,-z,now,--wrap=clock_gettime -lm

# Every system call of libpkd may be made to fail: tests/fault/calls.def lists them.
WRAPS = $(shell awk -F '[^A-Za-z0-9_]' '$$1 == "CALL" { print "-Wl,--wrap=" $$2 }' tests/fault/calls.def)

$(B)/tests/fault/wrap.o: tests/fault/wrap.c
	$(call say,CC $<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) -Wno-builtin-declaration-mismatch -c -o $@ $<

$(B)/tests/fault/sweep: tests/fault/sweep.c
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) -MF $@.d -o $@ $< $(LD_FLAGS)

$(B)/test/fault/init: tests/fault/init.c $(B)/tests/fault/wrap.o $(B)/lib/libpkd.a
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Iruntime -Iruntime/include $(C_FLAGS) -MF $@.d -o $@ $< $(B)/tests/fault/wrap.o \
		$(B)/lib/libpkd.a $(LD_FLAGS) $(WRAPS) -lcmocka -pthread -lm

# The C++ compiler links, for a node may be written in C++. The runtime's part is played by
# stdlib/test.
define node_test
$(B)/test/stdlib/%_test: $(B)/obj/stdlib/%_test.$(1).o $(NODE_TEST_O) $(B)/obj/runtime/node/text.c.o \
		$(B)/lib/libpkd_nodes.a
	$$(call say,TEST $$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -o $$@ $$^ $$(LD_FLAGS) \
		$$(call libs_of,$$(call links_of_source,$$(call built_source,$$*))) -lcmocka -pthread -lm
endef
$(eval $(call node_test,c))
$(eval $(call node_test,cpp))

define set_up_tests
@tests/setup.sh --tests
endef

test: ## set up, build and run all tests
	$(set_up_tests)
	@$(MAKE) --no-print-directory B=$(B) run-tests

# pkdc gives the sanitizer's flags to what it builds: the archives it links need them.
.PHONY: run-tests
TEST_PROGRAMS := $(UNIT_TESTS) $(NODE_TESTS) $(B)/tests/kill/kill_step $(B)/tests/fault/sweep

run-tests: all $(TEST_PROGRAMS)
	@$(MAKE) --no-print-directory replay
	@$(if $(SANITIZE),CFLAGS='$(SANITIZE)' CXXFLAGS='$(SANITIZE)' LDFLAGS='$(SANITIZE)') \
		B='$(B)' TESTS='$(UNIT_TESTS) $(NODE_TESTS)' LEFT_OUT='$(UNBUILT_TESTS)' tests/run

.PHONY: stress
stress: all $(TEST_PROGRAMS) ## tests with processes, STRESS_TIMES (20) each beside STRESS_LOAD (8) busy loops
	@B='$(B)' tests/stress.sh $(STRESS)

.PHONY: mutants
mutants: all ## take the safety mechanisms out one by one: a test must notice
	@B='$(B)' tests/mutants/run.sh

.PHONY: peers
peers: all ## the tests beside programs of others (ssh, zsh, Prometheus, systemd, ffprobe …); says which are absent
	@B='$(B)' tests/peers.sh $(PEERS)

.PHONY: arm64
arm64: ## cross-build for arm64 and try it by qemu; says what ran, and what did not and why
	@MAKE='$(MAKE)' HOSTCC='$(CC)' tests/arm64.sh

.PHONY: campaign
campaign: all $(TEST_PROGRAMS) ## what is too long for `make test`, in hours; goes on where it was (CAMPAIGN=WORD: parts)
	@B='$(B)' MAKE='$(MAKE)' tests/campaign.sh $(CAMPAIGN)

# gcc warns falsely about instrumented code; the plain build has had the warnings.
ASAN := -fsanitize=address,undefined -w

asan: ## all tests under the address and undefined behaviour sanitizers
	$(set_up_tests)
	@$(MAKE) --no-print-directory B=build/asan SANITIZE='$(ASAN)' run-tests

tsan: ## all tests under the thread sanitizer
	$(set_up_tests)
	@$(MAKE) --no-print-directory B=build/tsan SANITIZE='-fsanitize=thread -w' run-tests

# ---- Fuzzing ----

# Without sanitizers a replay would find little, so it has them whatever else is built; its objects
# are those of `make asan`.
.PHONY: replay fuzz
replay:
	@$(MAKE) --no-print-directory B=build/asan SANITIZE='$(ASAN)' \
		$(FUZZ_TARGETS:%=build/asan/fuzz/replay_%)

FUZZ_IN_C    := front options http places import tree mjpeg jpegs nal $(if $(filter mpack,$(MISSING)),,nt4) $(if $(filter libxxhash,$(MISSING)),,ring) $(if $(WEB_SO),foxglove)
# This one is in C++, as OpenCV is.
FUZZ_TARGETS := $(FUZZ_IN_C) $(if $(filter pkd-opencv-video,$(MISSING)),,calibration)
.PHONY: fuzz-targets
fuzz-targets:
	@echo $(FUZZ_TARGETS)

FUZZ_FRONT   = -Icompiler -Iruntime/include
FUZZ_OPTIONS = -Iruntime -Iruntime/include -Istdlib
FUZZ_HTTP    = -Iruntime -Iruntime/include
FUZZ_PLACES  = -Istdlib
FUZZ_TREE    = -Iruntime/include -Istdlib
FUZZ_MJPEG   = -Istdlib
FUZZ_JPEGS   = -Istdlib
FUZZ_NAL     = -Istdlib
FUZZ_NT4     = -Istdlib
FUZZ_RING    = $(NODE_FLAGS) -Istdlib
FUZZ_FOXGLOVE = -Iruntime -Iruntime/include $(call cflags_of,libwebsockets)
FUZZ_FRONT_LIBS   := $(B)/lib/libpkdc.a
FUZZ_OPTIONS_LIBS := $(B)/obj/stdlib/table/json.c.o $(B)/lib/libpkd.a
FUZZ_HTTP_LIBS    := $(B)/lib/libpkd.a
FUZZ_IMPORT_LIBS  := $(B)/lib/libpkdc.a
FUZZ_TREE_C := $(addprefix stdlib/,http/hierarchy.c http/link.c table/parse.c)
FUZZ_NT4_C := $(addprefix stdlib/nt4/,client.c meta.c saved.c session.c subscription.c text.c \
	text_put.c topic.c view.c wire.c)

$(B)/fuzz/%_front: FUZZ_THIS = $(FUZZ_FRONT)
$(B)/fuzz/%_options: FUZZ_THIS = $(FUZZ_OPTIONS)
$(B)/fuzz/%_http: FUZZ_THIS = $(FUZZ_HTTP)
$(B)/fuzz/%_places: FUZZ_THIS = $(FUZZ_PLACES)
$(B)/fuzz/%_import: FUZZ_THIS = $(FUZZ_FRONT)
$(B)/fuzz/%_tree: FUZZ_THIS = $(FUZZ_TREE)
$(B)/fuzz/%_mjpeg: FUZZ_THIS = $(FUZZ_MJPEG)
$(B)/fuzz/%_jpegs: FUZZ_THIS = $(FUZZ_JPEGS)
$(B)/fuzz/%_nal: FUZZ_THIS = $(FUZZ_NAL)
$(B)/fuzz/%_nt4: FUZZ_THIS = $(FUZZ_NT4)
$(B)/fuzz/%_foxglove: FUZZ_THIS = $(FUZZ_FOXGLOVE)
$(B)/fuzz/%_nt4: FUZZ_LIBS = $(call libs_of,mpack)
$(B)/fuzz/%_ring: FUZZ_THIS = $(FUZZ_RING)
$(B)/fuzz/%_ring: FUZZ_LIBS = $(call libs_of,libxxhash)
$(B)/fuzz/replay_front $(B)/fuzz/fuzz_front: tests/fuzz/front.c $(FUZZ_FRONT_LIBS)
$(B)/fuzz/fuzz_front: tests/fuzz/mutate.c
$(B)/fuzz/replay_options $(B)/fuzz/fuzz_options: tests/fuzz/options.c $(FUZZ_OPTIONS_LIBS)
$(B)/fuzz/replay_http $(B)/fuzz/fuzz_http: tests/fuzz/http.c $(FUZZ_HTTP_LIBS)
$(B)/fuzz/replay_places $(B)/fuzz/fuzz_places: tests/fuzz/places.c

$(B)/fuzz/replay_import $(B)/fuzz/fuzz_import: tests/fuzz/import.c $(FUZZ_IMPORT_LIBS)

$(B)/fuzz/replay_tree $(B)/fuzz/fuzz_tree: tests/fuzz/tree.c $(FUZZ_TREE_C)

FUZZ_CALIBRATION_LIBS := $(B)/obj/stdlib/video/calibration.cpp.o $(B)/obj/stdlib/target/field_layout.c.o \
	$(B)/obj/stdlib/table/parse.c.o $(B)/lib/libpkd.a
FUZZ_CALIBRATION = $(CXX) $(NODE_FLAGS) -Istdlib $(CXX_FLAGS) $(call cflags_of,pkd-opencv-video) -MF $@.d -o $@ \
	$(filter %.cpp %.o %.a,$^) $(LD_FLAGS) $(call libs_of,pkd-opencv-video) -pthread -lm

$(B)/fuzz/replay_calibration: tests/fuzz/calibration.cpp $(FUZZ_CALIBRATION_LIBS)
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CALIBRATION) -DREPLAY

$(B)/fuzz/fuzz_calibration: tests/fuzz/calibration.cpp $(FUZZ_CALIBRATION_LIBS)
	$(call say,FUZZ $@)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CALIBRATION) -fsanitize=fuzzer

$(B)/fuzz/replay_mjpeg $(B)/fuzz/fuzz_mjpeg: tests/fuzz/mjpeg.c $(addprefix stdlib/net/,request.c wish.c site.c controls.c)

$(B)/fuzz/replay_jpegs $(B)/fuzz/fuzz_jpegs: tests/fuzz/jpegs.c stdlib/video/jpegs.c

$(B)/fuzz/replay_nal $(B)/fuzz/fuzz_nal: tests/fuzz/nal.c stdlib/video/nal.c stdlib/video/sps.c

$(B)/fuzz/replay_nt4 $(B)/fuzz/fuzz_nt4: tests/fuzz/nt4.c $(FUZZ_NT4_C)

$(B)/fuzz/replay_ring $(B)/fuzz/fuzz_ring: tests/fuzz/ring.c $(addprefix stdlib/record/,entry.c look.c moment.c) | $(HEADERS)

$(B)/fuzz/replay_foxglove $(B)/fuzz/fuzz_foxglove: tests/fuzz/foxglove.c $(addprefix runtime/web/,annotations.c cdr_json.c channels.c video.c \
	foxglove_ask.c foxglove_hello.c foxglove_log.c foxglove_param.c foxglove_request.c message.c subscription.c) $(B)/lib/libpkd.a

$(FUZZ_IN_C:%=$(B)/fuzz/replay_%):
	$(call say,TEST $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -DREPLAY $(FUZZ_THIS) $(C_FLAGS) -MF $@.d -o $@ $(filter %.c %.o %.a,$^) $(LD_FLAGS) -pthread \
		$(YAML_LIBS) $(FUZZ_LIBS) -lm

$(FUZZ_IN_C:%=$(B)/fuzz/fuzz_%):
	$(call say,FUZZ $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=fuzzer $(FUZZ_THIS) $(C_FLAGS) -MF $@.d -o $@ $(filter %.c %.o %.a,$^) \
		$(LD_FLAGS) -pthread $(YAML_LIBS) $(FUZZ_LIBS) -lm

FUZZ         ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang
FUZZ_CXX     ?= clang++
FUZZ_FOUND   := build/fuzz/found
# A string that an option gives is kept until the end, also where a later one takes its place.

fuzz: ## look for inputs that crash what reads texts of strangers (FUZZ=front, options, http, places, import, tree, mjpeg, jpegs, nal, nt4, ring, foxglove, calibration), FUZZ_SECONDS (60) each
	@echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null || \
		{ echo 'make fuzz: needs clang and its libFuzzer (Debian: clang, libclang-rt-dev)'; exit 1; }
	@$(MAKE) --no-print-directory B=build/fuzz CC=$(FUZZ_CC) CXX=$(FUZZ_CXX) \
		SANITIZE='-fsanitize=fuzzer-no-link $(ASAN) -fno-sanitize-recover=undefined' \
		$(FUZZ:%=build/fuzz/fuzz/fuzz_%)
	@mkdir -p $(FUZZ_FOUND) $(FUZZ:%=build/fuzz/corpus/%)
	@tests/fuzz/seed.sh build/fuzz/corpus/front
	@! test -d build/fuzz/corpus/import || cp tests/e2e/import/*.yml build/fuzz/corpus/import/
	@for target in $(FUZZ); do \
		ASAN_OPTIONS=detect_leaks=0 build/fuzz/fuzz/fuzz_$$target -dict=tests/fuzz/$$target.dict \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=16384 -close_fd_mask=1 \
			-artifact_prefix=$(FUZZ_FOUND)/$$target- -print_final_stats=1 \
			build/fuzz/corpus/$$target tests/fuzz/corpus/$$target || exit 1; \
	done

FUZZ_CLIPS = $(wildcard $(B)/media/*.avi)

.PHONY: fuzz-videos
fuzz-videos: all ## have damaged videos read for FUZZ_SECONDS (60); needs clips (tests/setup.sh --media) and ffmpeg
	@mkdir -p build/fuzz
	@PKD_CACHE=build/fuzz/cache $(B)/pkdc build tests/fuzz/videos.pkd -o build/fuzz/videos
	@python3 tests/fuzz/videos.py build/fuzz/videos $(FUZZ_SECONDS) $(FUZZ_FOUND) $(FUZZ_CLIPS)

build/fuzz/readers: tests/fuzz/networks.c $(addprefix stdlib/detect/,sidecar.c onnx.c heads.c)
	$(call say,FUZZ $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Istdlib -std=gnu11 $(OPT) $(ASAN) -fno-sanitize-recover=undefined -o $@ $^ -lm

.PHONY: fuzz-networks
fuzz-networks: build/fuzz/readers ## have damaged networks, cascades and pictures read for FUZZ_SECONDS (60), under the sanitizers
	@$(MAKE) --no-print-directory B=build/asan SANITIZE='$(ASAN)' all
	@build/fuzz/readers $(FUZZ_SECONDS)
	@CFLAGS='$(ASAN)' CXXFLAGS='$(ASAN)' LDFLAGS='$(ASAN)' PKD_CACHE=build/fuzz/cache-asan \
		build/asan/pkdc build tests/fuzz/networks.pkd -o build/fuzz/networks
	@ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 python3 tests/fuzz/networks.py build/fuzz/networks \
		$(FUZZ_SECONDS) $(FUZZ_FOUND) build/models $(firstword $(FUZZ_CLIPS))

build/fuzz/tables: tests/fuzz/tables.c stdlib/test/fake_ctx.c runtime/node/text.c \
		$(addprefix stdlib/table/,read_csv.c read_jsonl.c row_source.c parse.c extra.c json.c) | all
	$(call say,FUZZ $@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -D_GNU_SOURCE -DROW_SOURCE_LONGEST=2048 -Iruntime -Iruntime/include \
		-I$(B)/include -Istdlib $(ASAN) -fno-sanitize-recover=undefined -o $@ $(filter %.c,$^) -lcmocka -lm

.PHONY: fuzz-tables
fuzz-tables: all build/fuzz/tables ## have damaged CSV and JSON lines read for FUZZ_SECONDS (60), under the sanitizers
	@build/fuzz/tables $(FUZZ_SECONDS)

# ---- Torture ----

.PHONY: torture soak
torture: all ## kill processes of many programs, TORTURE_KILLS (10000) times; nothing may be different
	@B='$(B)' tests/torture/torture.sh

soak: all ## run a program at full load for SOAK_SECONDS (1800); nothing may grow
	@B='$(B)' tests/torture/soak.sh

# ---- Random expressions ----

.PHONY: evaluate
evaluate: all ## compare PKD_EVALUATE (5000) random expressions with an evaluator of the reference, PKD_EVALUATE_SEED says which
	@PKD_EVALUATE=$${PKD_EVALUATE:-5000} PKD_EVALUATE_SEED=$${PKD_EVALUATE_SEED:-$$(date +%s)} B='$(B)' \
		tests/run e2e/evaluator

# ---- Models ----

.PHONY: verify
verify: ## check the models of the runtime's protocols, some minutes; VERIFY=short: less than one
	@tests/model/verify.sh

# ---- Benchmarks ----

.PHONY: bench-compiler
bench-compiler: $(B)/pkdc ## how the compiler's time grows with the size of a pipeline
	@PKDC=$(B)/pkdc tests/bench/compiler.sh

.PHONY: bench-follow
bench-follow: all ## how well boxes are carried to the frame that is shown; needs the clip (tests/setup.sh --media)
	@B=$(B) python3 tests/bench/follow.py build/media/vtest.avi

.PHONY: bench-peekingduck
bench-peekingduck: all ## PeekingDuck's design, a process per node over a shared dict, beside pkd; needs the clip
	@sh tests/bench/setup.sh
	@B=$(B) python3 tests/bench/peekingduck.py build/media/vtest.avi $(FRAMES)

.PHONY: bench-cameras
bench-cameras: all ## one camera decoded for four and sent to a browser, beside GStreamer and FFmpeg, SECONDS (20) each
	@B=$(B) python3 tests/bench/cameras.py $(SECONDS)

.PHONY: bench-robot
bench-robot: all ## a robot's eyes in Python, two processes and a Queue, beside examples/robot, SECONDS (20) each
	@sh tests/bench/setup.sh
	@B=$(B) python3 tests/bench/robot.py $(SECONDS)

.PHONY: bench-curate
bench-curate: all ## a hierarchy worked off by Python's multiprocessing, in two ways, beside pkd
	@B=$(B) python3 -B tests/bench/curate.py

.PHONY: bench-tap
bench-tap: all ## images a second that pkd from Python sees, as bytes and as JSON, SECONDS (3) each
	@B=$(B) python3 tests/bench/tap.py $(SECONDS)

.PHONY: bench-web
bench-web: all ## how old a picture is when a client of --serve has it, as JPEG and as H.264, SECONDS (10) each
	@B=$(B) python3 tests/bench/web.py $(SECONDS)

.PHONY: bench-python
bench-python: all ## what a call of a node in Python costs, and the same work by multiprocessing; QUICK=1 measures less
	@B=$(B) $${PKD_PYTHON:-python3} -B tests/bench/python.py $(if $(QUICK),--quick)

.PHONY: soak-python
soak-python: all ## a million firings of nodes in Python of every type: nothing may grow
	@B='$(B)' PKD_FLAT=1000000 tests/run =e2e/python_flat

.PHONY: bench-drift
bench-drift: all ## whether the clocks of the module clock drift, over a minute
	@B=$(B) python3 tests/bench/drift.py

$(B)/tests/bench/table: tests/bench/table.c
	$(call say,BENCH $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(NODE_FLAGS) $(C_FLAGS) $(call cflags_of,sqlite3) -MF $@.d -o $@ $< $(LD_FLAGS) $(call libs_of,sqlite3)

.PHONY: bench-table
bench-table: all $(B)/tests/bench/table ## rows a second of table.sqlite, beside the library alone
	@B=$(B) python3 tests/bench/table.py

$(B)/tests/bench/record: tests/bench/record.c $(NODE_TEST_O) $(B)/obj/runtime/node/text.c.o $(B)/lib/libpkd_nodes.a
	$(call say,BENCH $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(NODE_FLAGS) $(C_FLAGS) -MF $@.d -o $@ $(filter-out %.h,$^) $(LD_FLAGS) $(call libs_of,libxxhash) -lcmocka -pthread -lm

.PHONY: bench-record
bench-record: all $(B)/tests/bench/record ## what record.ring takes for a packet beside write(2) of the same bytes
	@mkdir -p $(B)/bench-record
	@$(B)/tests/bench/record $(B)/bench-record; status=$$?; rm -rf $(B)/bench-record; exit $$status

.PHONY: bench-files
bench-files: all ## files.walk and files.hash beside find and sha256sum; FILES (1000000) small ones, and a large one
	@B=$(B) python3 tests/bench/files.py $(FILES)

$(B)/tests/bench/http $(B)/tests/bench/http_server: $(B)/tests/bench/%: tests/bench/%.c
	$(call say,BENCH $@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) $(call cflags_of,libcurl) -MF $@.d -o $@ $< $(LD_FLAGS) $(call libs_of,libcurl)

.PHONY: bench-http
bench-http: all $(B)/tests/bench/http $(B)/tests/bench/http_server ## fetches a second of http.get, beside libcurl alone
	@B=$(B) python3 tests/bench/fetches.py

# BENCH names tables, such as "latency spin"; QUICK=1 measures less.
.PHONY: bench
bench: all ## how fast the runtime is, beside its peers
	@sh tests/bench/setup.sh
	@B=$(B) python3 tests/bench/bench.py $(if $(QUICK),--quick) $(BENCH)

$(B)/tests/bench/network: tests/bench/network.cpp $(NODE_TEST_O) $(B)/obj/runtime/node/text.c.o \
		$(B)/lib/libpkd_nodes.a
	$(call say,BENCH $@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(NODE_FLAGS) $(CXX_FLAGS) $(call cflags_of,opencv4) -MF $@.d -o $@ $(filter-out %.h,$^) \
		$(LD_FLAGS) $(call libs_of,opencv4) -lcmocka -ldl

.PHONY: bench-networks
bench-networks: $(B)/tests/bench/network ## what detect.dnn takes beside its engine alone; needs make models
	@$(B)/tests/bench/network build/models/

# All libraries, so that a new row needs nothing here.
BENCH_NODES_O := $(patsubst %,$(B)/%.o,tests/bench/nodes.cpp $(wildcard tests/bench/nodes/*.cpp))
BENCH_NODES_LINKS := $(filter-out $(MISSING),$(LINKS))

$(BENCH_NODES_O): $(B)/%.cpp.o: %.cpp | $(HEADERS)
	$(call say,BENCH $@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(NODE_FLAGS) $(CXX_FLAGS) $(call cflags_of,$(BENCH_NODES_LINKS)) -c -o $@ $<

$(B)/tests/bench/nodes/run: $(BENCH_NODES_O) $(NODE_TEST_O) $(B)/obj/runtime/node/text.c.o \
		$(B)/lib/libpkd_nodes.a
	$(call say,BENCH $@)
	$(Q)$(CXX) -o $@ $^ $(LD_FLAGS) -Wl,--as-needed $(call libs_of,$(BENCH_NODES_LINKS)) \
		-lcmocka -pthread -lm

.PHONY: bench-nodes
bench-nodes: $(B)/tests/bench/nodes/run ## what image and draw nodes take beside the bare library (ROWS=WORD: some); fails if more than 1.05 x
	@$(B)/tests/bench/nodes/run $(ROWS)

.PHONY: bench-targets
bench-targets: $(B)/tests/bench/nodes/run ## of these the ones that find targets; 640 x 480 within 1.2 ms, too
	@$(B)/tests/bench/nodes/run target

.PHONY: bench-tags
bench-tags: $(B)/tests/bench/nodes/run ## what detect.tags takes beside libapriltag alone; fails if more than 1.05 x
	@$(B)/tests/bench/nodes/run detect.tags

# ---- The page of the nodes ----

.PHONY: nodes
nodes: all ## write docs/nodes.md; PICTURES=1, PICTURES=NODE: and make the pictures of what the nodes make
	@$(if $(PICTURES),B='$(B)' tests/pictures.sh $(filter-out 1,$(PICTURES)))
	@$(B)/pkdc nodes --markdown --output docs/nodes.md

# ---- The demo ----

demo: ## set up, build, and count people in a video clip (DETECTOR=python: with a detector in Python)
	@tests/setup.sh --media
	@$(MAKE) --no-print-directory all
	@B=$(B) DETECTOR='$(DETECTOR)' tests/demo.sh

.PHONY: models
models: ## fetch networks for detect.dnn and pose.dnn by npm, into build/models; 100 MB, once
	@tests/networks/fetch.sh

# ---- Care ----

OURS := $(wildcard $(foreach d,compiler compiler/* runtime runtime/* runtime/python/embed runtime/include/* stdlib/* tests/unit \
	tests/fuzz tests/mutants tests/kill tests/fault tests/torture tests/bench/* \
	examples/*,$(addprefix $(d)/,*.c *.h *.cpp)))

format: ## lay out all C and C++ files
	$(Q)clang-format -i $(OURS)

format-check: ## fail where `make format` would change something
	$(Q)clang-format --dry-run -Werror $(OURS)

lint: all ## clang-tidy and shellcheck
	clang-tidy --quiet $(COMPILER_C) -- -std=gnu11 -Icompiler -Iruntime/include -I$(B)/gen
	clang-tidy --quiet $(RUNTIME_C) $(COMMAND_C) $(if $(WEB_SO),$(WEB_C)) -- -std=gnu11 -Iruntime -Iruntime/include \
		$(if $(HAS_NCURSES),-DPKD_NCURSES)
	shellcheck tests/run tests/*.sh $(wildcard tests/*/*.sh)

# Where the system's Python looks for packages below PREFIX; without one, where Debian's would.
PYTHON_LIB = $(or $(shell /usr/bin/python3 -c 'import site, sys; print(next((p for p in site.getsitepackages() \
	if p.startswith(sys.argv[1] + "/lib/")), ""))' $(PREFIX) 2>/dev/null),$(PREFIX)/lib/python3/dist-packages)

install: all ## into $(DESTDIR)$(PREFIX), by default /usr/local
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkd \
		$(DESTDIR)$(PREFIX)/include/pkd $(DESTDIR)$(PREFIX)/share/pkd/diagnostics
	install $(B)/pkdc $(B)/pkd $(DESTDIR)$(PREFIX)/bin/
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1/ runtime/pkd/pkd.1
	install -D -m 644 runtime/pkd/completion/pkd.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pkd
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/zsh/site-functions/ runtime/pkd/completion/_pkd
	install -m 644 $(B)/lib/libpkd.a $(B)/lib/libpkd_nodes.a $(WEB_SO) $(DESTDIR)$(PREFIX)/lib/pkd/
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/pkd/pkgconfig/ $(PACKAGES)/*.pc
	install -m 644 runtime/include/pkd/* $(DESTDIR)$(PREFIX)/include/pkd/
	install -d $(DESTDIR)$(PREFIX)/share/pkd/python/embed
	install -m 644 runtime/python/host.h $(DESTDIR)$(PREFIX)/share/pkd/python/
	install -m 644 runtime/python/embed/* $(DESTDIR)$(PREFIX)/share/pkd/python/embed/
	install -m 644 docs/diagnostics/*.md $(DESTDIR)$(PREFIX)/share/pkd/diagnostics/
	install -d $(DESTDIR)$(PYTHON_LIB)/pkd
	install -m 644 runtime/python/pkd/*.py runtime/python/pkd/py.typed $(DESTDIR)$(PYTHON_LIB)/pkd/
	for name in $(NODES); do \
		install -D -m 644 stdlib/$$name.pkd \
			$(DESTDIR)$(PREFIX)/share/pkd/stdlib/$$name.pkd && \
		install -D -m 644 $(B)/include/$$name.pkd.h \
			$(DESTDIR)$(PREFIX)/share/pkd/include/$$name.pkd.h || exit 1; \
	done

clean: ## remove what was built; what was fetched, build/media, build/models and build/npm, stays
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name media ! -name models ! -name npm \
		-exec rm -rf {} +; fi

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1:\2/p' Makefile | \
		while IFS=: read -r target what; do printf '%-14s %s\n' "$$target" "$$what"; done

FORCE:

-include $(wildcard $(COMPILER_O:.o=.d) $(RUNTIME_O:.o=.d) $(COMMAND_O:.o=.d) $(NODE_O:.o=.d) $(NODE_TEST_O:.o=.d) \
	$(WEB_O:.o=.d) \
	$(UNIT_TESTS:=.d) $(KILL_O:.o=.d) $(wildcard $(B)/tests/fault/*.d) \
	$(wildcard $(B)/fuzz/*.d) $(NODE_TESTS:$(B)/test/%=$(B)/obj/%.c.d) \
	$(NODE_TESTS:$(B)/test/%=$(B)/obj/%.cpp.d) $(BENCH_NODES_O:.o=.d))
