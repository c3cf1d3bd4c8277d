# pixelward: `make help` lists what can be typed.
.DEFAULT_GOAL := all
SHELL := /bin/bash
# make V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1) $(2)')
, := ,
include tools/deps.mk

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
DESTDIR    ?=
WERROR     ?= -Werror
CFLAGS     ?= -O2 -g
# address,undefined builds and tests in build/sanitize; build/ stays the plain one.
SANITIZER  ?=
BUILD      ?= $(if $(SANITIZER),build/sanitize,build)
VERSION    := $(shell sed -n '1s/^pixelward \([0-9.]*\).*/\1/p' CHANGES.md 2>/dev/null)

# The rooms, and which rooms' functions each may call (its arrows). A room is compiled against a folder that
# holds the headers of these rooms only, so that a forbidden call does not compile.
ROOMS        := base dissect reputation judge rewrite journal gateway keeper programs
may_base     := base
may_dissect  := base dissect
may_reputation := base reputation
may_judge    := base judge reputation
may_rewrite  := base rewrite
may_journal  := base journal
may_gateway  := base dissect judge rewrite reputation journal gateway
may_keeper   := base dissect judge gateway keeper
may_programs := base dissect judge reputation journal gateway keeper

pkg_dissect  := gumbo gmime-3.0 libidn2 libpsl
pkg_judge    := glib-2.0 yaml-0.1 libpcre2-8
pkg_gateway  := glib-2.0
pkg_journal  := glib-2.0
pkg_keeper   := libseccomp
pkg_all      := gumbo gmime-3.0 libidn2 libpsl glib-2.0 libseccomp yaml-0.1 libpcre2-8 hiredis
LIBS         := $(shell pkg-config --libs $(pkg_all) 2>/dev/null) -lmilter -lpthread -lm

WARNINGS  := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
             -Wimplicit-fallthrough -Wformat=2 $(WERROR)
HARDENING := -fstack-protector-strong -fstack-clash-protection -fPIE -ftrivial-auto-var-init=zero \
             $(if $(SANITIZER),,-D_FORTIFY_SOURCE=2)
LDHARDENING := -pie -Wl,-z,relro,-z,now
SANITIZE  := $(if $(SANITIZER),-fsanitize=$(SANITIZER) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DPIXELWARD_VERSION='"$(VERSION)"' -DPIXELWARD_PREFIX='"$(PREFIX)"' \
             -DPIXELWARD_SYSCONFDIR='"$(SYSCONFDIR)"' $(WARNINGS) $(HARDENING) $(SANITIZE) $(CFLAGS) -MMD -MP

sources = $(sort $(shell find milter/$(1) -name '*.c'))
# milter/programs/X.c is the program X; its commands, if it has any, are in milter/programs/X/.
PROGRAMS := $(patsubst milter/programs/%.c,$(BUILD)/%,$(sort $(wildcard milter/programs/*.c)))
LIBRARY_OBJECTS := $(foreach room,$(filter-out programs,$(ROOMS)),$(patsubst %.c,$(BUILD)/obj/%.o,$(call sources,$(room))))
LIBRARY := $(BUILD)/libpixelward.a

.PHONY: all
all: $(PROGRAMS)

# Arrows: build/arrows/ROOM/pixelward holds links to the shared headers and to the rooms it may call.
ARROWS := $(foreach room,$(ROOMS),$(BUILD)/arrows/$(room)/.done)
$(BUILD)/arrows/%/.done: Makefile $(wildcard include/pixelward/*.h)
	@rm -rf $(@D) && mkdir -p $(@D)/pixelward
	@ln -s $(addprefix $(CURDIR)/,$(wildcard include/pixelward/*.h)) $(@D)/pixelward/
	@for room in $(may_$*); do ln -s $(CURDIR)/include/pixelward/$$room $(@D)/pixelward/$$room; done
	@touch $@

define room_rule
$(BUILD)/obj/milter/$(1)/%.o: milter/$(1)/%.c $(BUILD)/arrows/$(1)/.done
	@mkdir -p $$(@D)
	$$(call say,CC,$$<)
	$$(Q)$$(CC) $$(ALL_CFLAGS) -I$(BUILD)/arrows/$(1) -Imilter/$(1) $$(if $$(pkg_$(1)),$$(shell pkg-config --cflags $$(pkg_$(1)))) -c $$< -o $$@
endef
$(foreach room,$(ROOMS),$(eval $(call room_rule,$(room))))

$(LIBRARY): $(LIBRARY_OBJECTS)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

.SECONDEXPANSION:
commands = $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard milter/programs/$(1)/*.c)))
$(PROGRAMS): $(BUILD)/%: $(BUILD)/obj/milter/programs/%.o $$(call commands,$$*) $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $(filter %.o,$^) $(LIBRARY) $(LIBS)

# The daemon with dissectors that misbehave on demand (milter/keeper/planted.h): for tests only.
PLANTED := $(BUILD)/planted/pixelward
$(BUILD)/planted/%.o: milter/keeper/%.c $(BUILD)/arrows/keeper/.done
	@mkdir -p $(@D)
	$(call say,CC,$< (planted))
	$(Q)$(CC) $(ALL_CFLAGS) -DPIXELWARD_PLANTED -I$(BUILD)/arrows/keeper -Imilter/keeper \
	    $(shell pkg-config --cflags $(pkg_keeper)) -c $< -o $@
$(PLANTED): $(BUILD)/obj/milter/programs/pixelward.o $(BUILD)/planted/dissector.o $(BUILD)/planted/planted.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(SANITIZE) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $(filter %.o,$^) $(LIBRARY) $(LIBS)

# Unit tests: tests/ROOM/X_test.c is one cmocka program; it may see every header, also private ones.
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(shell find tests -name '*_test.c')))
$(BUILD)/tests/%: tests/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -Iinclude -Imilter -Itests \
	    $(shell pkg-config --cflags $(pkg_all) cmocka) -o $@ $< $(LDHARDENING) $(LIBRARY) $(LIBS) -lcmocka

# tests/work: the library once more, so compiled that every basic block, and what the C library does for it, counts.
COUNTED_ROOMS := base dissect judge rewrite gateway reputation journal
COUNTED_CALLS := memchr memcmp memcpy memmem memmove memrchr memset strlen iconv malloc calloc realloc free
COUNTED_CFLAGS = -std=c17 -D_GNU_SOURCE -DPIXELWARD_VERSION='"$(VERSION)"' -DPIXELWARD_PREFIX='"$(PREFIX)"' \
             -DPIXELWARD_SYSCONFDIR='"$(SYSCONFDIR)"' -O2 -g -fPIE $(addprefix -fno-builtin-,$(COUNTED_CALLS)) -MMD -MP
COUNTED_OBJECTS := $(foreach room,$(COUNTED_ROOMS),$(patsubst %.c,$(BUILD)/counted/%.o,$(call sources,$(room))))
WORK_OBJECTS := $(patsubst %.c,$(BUILD)/counted/%.o,$(sort $(wildcard tests/work/*.c)))
# One program for each table of constructs.
WORK_TESTS := $(patsubst tests/work/%.c,$(BUILD)/counted/%_test,$(filter-out %/work.c,$(sort $(wildcard tests/work/*.c))))
# What is counted is the same with sanitizers, and slower.
COUNTING_TESTS := $(if $(SANITIZER),,$(WORK_TESTS))

$(COUNTED_OBJECTS): $(BUILD)/counted/%.o: %.c $(ARROWS)
	@mkdir -p $(@D)
	$(call say,CC,$< (counted))
	$(Q)$(CC) $(COUNTED_CFLAGS) -fsanitize-coverage=trace-pc -I$(BUILD)/arrows/$(word 2,$(subst /, ,$<)) \
	    -Imilter/$(word 2,$(subst /, ,$<)) $(shell pkg-config --cflags $(pkg_all)) -c $< -o $@

$(WORK_OBJECTS): $(BUILD)/counted/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(COUNTED_CFLAGS) $(WARNINGS) -Iinclude -Imilter -Itests $(shell pkg-config --cflags cmocka) -c $< -o $@

$(WORK_TESTS): $(BUILD)/counted/%_test: $(BUILD)/counted/tests/work/%.o $(BUILD)/counted/tests/work/work.o $(COUNTED_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDHARDENING) $(addprefix -Wl$(,)--wrap=,$(COUNTED_CALLS)) -o $@ $^ $(LIBS) -lcmocka

-include Makefile.tests
-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
