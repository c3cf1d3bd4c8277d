# What the goals of this run need from Debian, installed before the first question to pkg-config. Silent if nothing
# is missing. INSTALL_DEPS=no leaves the machine alone, as packagers want it.
INSTALL_DEPS ?= yes

goals := $(or $(MAKECMDGOALS),all)
deps  := $(if $(filter-out clean help uninstall,$(goals)),build) \
         $(if $(filter demo check% bench,$(goals)),demo) \
         $(if $(filter check%,$(goals))$(findstring /tests/,$(goals)),test) \
         $(if $(filter fuzz,$(goals)),fuzz)

ifeq ($(INSTALL_DEPS)$(findstring n,$(firstword -$(MAKEFLAGS))),yes)
ifneq ($(strip $(deps)),)
$(shell tools/install-deps.sh $(deps) >&2)
ifneq ($(.SHELLSTATUS),0)
$(error What is listed above is missing. INSTALL_DEPS=no tries without it)
endif
endif
endif
# Asked once, not again by every make that this one starts.
export INSTALL_DEPS := no
