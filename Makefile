# hyperlist: ordered lists of hyperparameter configurations, learned from training curves. `make help` lists the targets.
#
# Variables for the command line:
#   BUILD   folder of everything that is built (build)
#   CC CFLAGS CPPFLAGS LDFLAGS LDLIBS   yours; what the code itself needs is kept apart and always added
#   V=1     show whole commands       WERROR=1   warnings are errors
#   MPI=1   build the program for clusters too ($(BUILD)/hyperlist-mpi), with MPICC (mpicc)
#   prefix (/usr/local), DESTDIR and the other folders of the GNU coding standards

# The one place of the version is include/hyperlist/version.h.
VERSION := $(shell sed -n 's/^\#define HL_VERSION_STRING "\(.*\)"$$/\1/p' include/hyperlist/version.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

# ---- packages (Debian), in groups: `make deps GROUP=demo|check|bench|fuzz|dev|foreign`, each with those before it; MPI=1 adds another --

PACKAGES_demo := gcc make pkg-config libhdf5-dev libgsl-dev libcjson-dev libzip-dev zlib1g-dev libdeflate-dev \
                 libxxhash-dev libpopt-dev libcsv-dev libcurl4-openssl-dev libssl-dev ca-certificates gnuplot-nox \
                 fonts-dejavu-core
PACKAGES_check := perl check python3 python3-numpy python3-h5py hdf5-tools poppler-utils openssl clang clang-format
PACKAGES_bench := python3-pandas python3-numba
PACKAGES_fuzz := clang libclang-rt-dev
# llvm, libc6-dbg: names of functions, by which the thread sanitizer knows what tests/tsan.suppressions names.
PACKAGES_dev := llvm libc6-dbg musl-tools man-db groff zsh fish valgrind cppcheck clang-tidy shellcheck chromium universal-ctags imagemagick git
# Other processors: their libraries are unpacked by tests/foreign/run.
PACKAGES_foreign := gcc-i686-linux-gnu gcc-s390x-linux-gnu qemu-user
PACKAGES_mpi := libopenmpi-dev openmpi-bin

GROUP ?= check
GROUPS_demo := demo
GROUPS_check := demo check
GROUPS_bench := demo check bench
GROUPS_fuzz := demo fuzz
GROUPS_dev := demo check bench fuzz dev
GROUPS_foreign := demo check foreign
GROUPS_MPI := $(if $(filter 1,$(MPI)),mpi)

# ---- settings ----------------------------------------------------------------------------------------------------------

BUILD := build
CFLAGS ?= -O2 -g
ifeq ($(origin CC),default)
CC := gcc
endif
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy
INSTALL ?= install
PROVE ?= prove
NPROC := $(shell nproc 2>/dev/null || echo 2)
Q := $(if $(filter 1,$(V)),,@)

prefix ?= /usr/local
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
libdir ?= $(exec_prefix)/lib
includedir ?= $(prefix)/include
datarootdir ?= $(prefix)/share
datadir ?= $(datarootdir)
docdir ?= $(datarootdir)/doc/hyperlist
mandir ?= $(datarootdir)/man
bashcompdir ?= $(datarootdir)/bash-completion/completions
zshcompdir ?= $(datarootdir)/zsh/site-functions
fishcompdir ?= $(datarootdir)/fish/vendor_completions.d
pkgconfigdir ?= $(libdir)/pkgconfig

# pkg-config comes with `make deps`, so it is asked only when a rule first needs the answer, and then once. The folders of
# other people's headers are system folders: our warnings are about our code.
once = $(eval $(1) := $(2))$($(1))
HDF5 = $(call once,HDF5,$(shell $(PKG_CONFIG) --exists hdf5 && echo hdf5 || echo hdf5-serial))
# libcsv has no pkg-config file: -lcsv stands with -lm.
LIBRARY_MODULES = $(HDF5) gsl libcjson libzip zlib libdeflate libxxhash libcurl libcrypto
MODULES = $(LIBRARY_MODULES) popt
MODULE_CPPFLAGS = $(call once,MODULE_CPPFLAGS,$(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(MODULES))))
MODULE_LIBS = $(call once,MODULE_LIBS,$(shell $(PKG_CONFIG) --libs $(MODULES)))
CHECK_CPPFLAGS = $(call once,CHECK_CPPFLAGS,$(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags check)))
CHECK_LIBS = $(call once,CHECK_LIBS,$(shell $(PKG_CONFIG) --libs check))

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
            -Wformat=2 -Wpointer-arith -Wundef -Wvla -Wwrite-strings -Wimplicit-fallthrough \
            $(if $(filter 1,$(WERROR)),-Werror)
# No contraction of a*b+c: tables are the same bytes from any compiler and on any CPU.
REQUIRED_CFLAGS := -std=c11 -fPIC -fvisibility=hidden -ffp-contract=off -pthread
REQUIRED_CPPFLAGS := -Iinclude -Isrc -iquote . -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64
REQUIRED_LDFLAGS := -pthread -Wl,--as-needed

COMPILER = $(CC)
# The compiler of an MPI (Open MPI, MPICH) is a wrapper around ours.
MPICC ?= mpicc
MPI_COMPILER = OMPI_CC='$(CC)' MPICH_CC='$(CC)' $(MPICC)

ALL_CFLAGS = $(REQUIRED_CFLAGS) $(WARNINGS) $(CFLAGS)
ALL_CPPFLAGS = $(REQUIRED_CPPFLAGS) $(MODULE_CPPFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(REQUIRED_LDFLAGS) $(LDFLAGS)
ALL_LDLIBS = $(MODULE_LIBS) -lcsv -lm $(LDLIBS)

# ---- what there is -----------------------------------------------------------------------------------------------------

HEADERS := $(wildcard include/hyperlist.h include/hyperlist/*.h)
RANKS_SOURCE := src/base/ranks_mpi.c
LIBRARY_SOURCES := $(filter-out src/cli/% $(RANKS_SOURCE),$(wildcard src/*/*.c))
ANALYSIS_SOURCES := $(wildcard analysis/*.c)
PROGRAM_SOURCES := $(wildcard src/cli/*.c)
TRAINER_SOURCES := $(wildcard fixtures/train/*.c)
UNIT_SOURCES := $(wildcard tests/unit/*_test.c)
BENCH_SOURCES := $(wildcard tests/bench/*.c)
UNIT_HELPER_SOURCES := $(filter-out $(UNIT_SOURCES),$(wildcard tests/unit/*.c))
FUZZ_SOURCES := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_HELPER_SOURCES := $(filter-out $(FUZZ_SOURCES) tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
SCRIPT_TESTS := $(wildcard tests/*.t tests/*/*.t)
C_FILES := $(HEADERS) $(LIBRARY_SOURCES) $(RANKS_SOURCE) $(ANALYSIS_SOURCES) $(PROGRAM_SOURCES) $(TRAINER_SOURCES) \
           $(wildcard src/*/*.h analysis/*.h fixtures/train/*.h tests/unit/*.[ch] tests/bench/*.[ch] \
           tests/fuzz/*.[ch])

objects_of = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIBRARY_OBJECTS := $(call objects_of,$(LIBRARY_SOURCES))
ANALYSIS_OBJECTS := $(call objects_of,$(ANALYSIS_SOURCES))
PROGRAM_OBJECTS := $(call objects_of,$(PROGRAM_SOURCES))
TRAINER_OBJECTS := $(call objects_of,$(TRAINER_SOURCES))
UNIT_OBJECTS := $(call objects_of,$(UNIT_SOURCES) $(UNIT_HELPER_SOURCES))
BENCH_OBJECTS := $(call objects_of,$(BENCH_SOURCES))
FUZZ_OBJECTS := $(call objects_of,$(FUZZ_SOURCES) $(FUZZ_HELPER_SOURCES) tests/fuzz/replay.c)
RANKS_OBJECT := $(call objects_of,$(RANKS_SOURCE))
OBJECTS := $(LIBRARY_OBJECTS) $(ANALYSIS_OBJECTS) $(PROGRAM_OBJECTS) $(TRAINER_OBJECTS) $(UNIT_OBJECTS) \
           $(BENCH_OBJECTS) $(FUZZ_OBJECTS)

PROGRAM := $(BUILD)/hyperlist
MPI_PROGRAM := $(BUILD)/hyperlist-mpi
STATIC := $(BUILD)/libhyperlist.a
ANALYSIS := $(BUILD)/libanalysis.a
SHARED := $(BUILD)/libhyperlist.so.$(VERSION)
SHARED_SONAME := $(BUILD)/libhyperlist.so.$(SOVERSION)
SHARED_LINK := $(BUILD)/libhyperlist.so
TRAINER := $(if $(TRAINER_SOURCES),$(BUILD)/fixtures-train)
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SOURCES))
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SOURCES))
REPLAY := $(BUILD)/tests/fuzz/replay
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/fuzz-%,$(FUZZ_SOURCES))

# ---- targets for people ------------------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PRECIOUS: %.o
.PHONY: all program mpi tests deps demo check check-fast torture bench bench-growth bench-readme fuzz fuzzers install uninstall dist clean distclean print-bin help format \
        format-check readme analyze manuals coverage mutation tsan sanitized FORCE

# These are sequences, whose builds run in parallel within them.
ifneq ($(filter deps demo check check-fast torture bench bench-growth bench-readme fuzz dist clean distclean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
STEP = +@$(MAKE) --no-print-directory
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(NPROC))

all: program $(STATIC) $(SHARED_LINK) $(TRAINER) $(if $(GROUPS_MPI),mpi) ## build the program, both libraries and the trainer of the fixtures (default)

program: $(PROGRAM) ; @:

mpi: $(MPI_PROGRAM) ; @:

tests: $(UNITS) $(BENCH_PROGRAMS) $(REPLAY) ; @:

deps: ## install what is missing of the packages: GROUP=demo, check (default, with demo), bench, fuzz or dev (all); MPI=1
	$(if $(GROUPS_$(GROUP)),,$(error GROUP=$(GROUP): expected demo, check, bench, fuzz, dev or foreign))
	@.ci/deps $(foreach group,$(GROUPS_$(GROUP)) $(GROUPS_MPI),$(PACKAGES_$(group)))

demo: ## from the embedded curves to the first ten entries of a list and to Figure 2, in $(BUILD)/demo
	$(STEP) deps GROUP=demo
	$(STEP) $(PARALLEL) all
	@fixtures/demo.sh $(PROGRAM) $(BUILD)/demo

# One run of prove over everything: script tests, units, and under sanitizers the units and those script tests which have a
# line `# sanitized: yes`. Those with a line `# long: yes` come first, so that none of them is the last, beside idle cores.
SANITIZED := $(BUILD)/asan
SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
SANITIZED_SCRIPTS := $(if $(SCRIPT_TESTS),$(shell grep -l '^\# sanitized: yes' $(SCRIPT_TESTS)))
SANITIZED_TESTS := $(addprefix $(SANITIZED)/,$(SANITIZED_SCRIPTS)) $(patsubst $(BUILD)/%,$(SANITIZED)/%,$(UNITS))
LONG_SCRIPTS := $(if $(SCRIPT_TESTS),$(shell grep -l '^\# long: yes' $(SCRIPT_TESTS)))
LONG_FIRST = $(filter $(LONG_SCRIPTS) $(addprefix $(SANITIZED)/,$(LONG_SCRIPTS)),$(1)) \
             $(filter-out $(LONG_SCRIPTS) $(addprefix $(SANITIZED)/,$(LONG_SCRIPTS)),$(1))
FAST_TESTS := $(filter tests/golden/%,$(SCRIPT_TESTS)) $(UNITS)

in_root = $(if $(filter /%,$(1)),$(1),$(CURDIR)/$(1))
export HYPERLIST := $(call in_root,$(PROGRAM))
export HYPERLIST_MPI := $(call in_root,$(MPI_PROGRAM))
export FIXTURES_TRAIN := $(call in_root,$(BUILD)/fixtures-train)
export HYPERLIST_SHARE := $(CURDIR)
export PYTHON ?= $(if $(wildcard /usr/bin/python3),/usr/bin/python3,python3)
export ASAN_OPTIONS ?= detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99
export UBSAN_OPTIONS ?= halt_on_error=1:print_stacktrace=1
RUN_TESTS = @$(PROVE) --exec '' --jobs $(NPROC) --timer

check: ## run every test, also under sanitizers
	$(STEP) deps GROUP=check
	$(STEP) $(PARALLEL) all tests $(if $(shell command -v $(MPICC)),mpi)
	$(build_sanitized)
	$(RUN_TESTS) $(call LONG_FIRST,$(SCRIPT_TESTS) $(SANITIZED_TESTS) $(UNITS))

check-fast: ## run the unit and golden tests only
	$(STEP) $(PARALLEL) program tests
	$(RUN_TESTS) $(FAST_TESTS)

# Each is a script of its own, which sets TORTURE=1 for tests that do more then. All are run, whatever fails.
TORTURES := $(wildcard tests/torture/*.sh)
build_sanitized = $(STEP) $(PARALLEL) sanitized BUILD=$(SANITIZED) CC=gcc WERROR=0 \
  CFLAGS='-O1 -g1 -fno-omit-frame-pointer $(SANITIZERS)' LDFLAGS='$(SANITIZERS)'

torture: ## run the long forms of the tests, each of tests/torture/*.sh; TORTURES=FILE.. for some of them
	$(STEP) deps GROUP=check
	$(STEP) $(PARALLEL) all tests
	$(build_sanitized)
	@failed=; for script in $(TORTURES); do \
	  printf '==== %s ====\n' "$$script"; TORTURE=1 "$$script" || failed="$$failed $$script"; done; \
	  if [ -n "$$failed" ]; then echo "torture: failed:$$failed" >&2; exit 1; fi

bench: ## time every job against numpy, numba, h5py, pandas .. in turn (GROUP=bench has them); ROWS='learn ..': some
	$(STEP) $(PARALLEL) program tests
	@tests/bench/run $(ROWS)

bench-growth: ## time and memory of 1, 4 and 16 times as much, worst cases, 1 thread against 2; a picture of it
	$(STEP) $(PARALLEL) program tests
	@tests/bench/growth

bench-readme: ## the README's tables from what the last `make bench bench-growth` measured
	@$(PYTHON) -B tests/bench/readme.py $(BUILD)/bench

# A build of its own, whose objects tell libFuzzer where they have been.
FUZZ_SANITIZERS := address,undefined,float-cast-overflow
fuzz: ## feed mutated bytes to every reader, FUZZ_SECONDS=60 each (clang, GROUP=fuzz); TARGET='zip csv ..': some
	$(STEP) deps GROUP=fuzz
	$(STEP) $(PARALLEL) fuzzers BUILD=$(BUILD)/fuzz CC=clang FUZZER=1 \
	  CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,$(FUZZ_SANITIZERS) -fno-sanitize-recover=all' \
	  LDFLAGS='-fsanitize=$(FUZZ_SANITIZERS)'
	@tests/fuzz/run $(BUILD)/fuzz $(TARGET)

fuzzers: $(FUZZERS) ; @:

# A build of its own that counts its lines and branches while the tests run in it, but for two: one would make it anew
# without counting, the other links the library as a user does, without what counts.
COVERAGE := $(BUILD)/coverage
coverage: ## share of lines and branches that the tests reach, by folder; fails below 90 % of the lines of src/
	$(STEP) deps GROUP=check
	@rm -rf $(COVERAGE)
	$(STEP) $(PARALLEL) program tests $(COVERAGE)/fixtures-train $(if $(shell command -v $(MPICC)),mpi) \
	  BUILD=$(COVERAGE) CC=gcc CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage
	@HYPERLIST=$(call in_root,$(COVERAGE)/hyperlist) FIXTURES_TRAIN=$(call in_root,$(COVERAGE)/fixtures-train) \
	  HYPERLIST_MPI=$(call in_root,$(COVERAGE)/hyperlist-mpi) GCOV_ERROR_FILE=$(call in_root,$(COVERAGE)/gcov.log) \
	  $(PROVE) --exec '' --jobs $(NPROC) $(filter-out tests/install/% tests/readme/%,$(SCRIPT_TESTS)) $(UNITS:$(BUILD)/%=$(COVERAGE)/%) && red= || red=1; \
	  tests/coverage/report $(COVERAGE) && test -z "$$red"

mutation: ## break the code in each way of tests/mutation and show which test notices; MUTATION='src/learn ..': some
	@tests/mutation/run $(MUTATION)

# OpenMP is not used, so that the sanitizer sees every thread; libhdf5 is entered by one thread at a time.
TSAN := $(BUILD)/tsan
THREADED_SCRIPTS := $(addprefix tests/,cli/same_outputs.t cli/durable.t cli/growth.t archive/trust.t inputs/one_sweep.t inputs/result_tree.t inputs/csv.t)
tsan: ## run the commands that have threads, and the units, under the thread sanitizer (packages: GROUP=dev)
	$(STEP) $(PARALLEL) program tests BUILD=$(TSAN) CC=clang CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS=-fsanitize=thread
	@HYPERLIST=$(call in_root,$(TSAN)/hyperlist) SANITIZED=1 TSAN_OPTIONS=exitcode=66:halt_on_error=1:suppressions=$(CURDIR)/tests/tsan.suppressions \
	  $(PROVE) --exec '' --jobs $(NPROC) $(UNITS:$(BUILD)/%=$(TSAN)/%) $(THREADED_SCRIPTS)

readme: program ## write into the README what its commands print today, and draw its figure; read the difference
	@tests/readme/readme.t --update

format: ## lay out all C files as .clang-format says
	@clang-format -i $(C_FILES)

format-check: ## fail where `make format` would change something
	@clang-format --dry-run --Werror $(C_FILES)

# clang-tidy takes seconds a file. The ranks' file is looked at where there is an MPI.
MPI_CPPFLAGS = $(call once,MPI_CPPFLAGS,$(patsubst -I%,-isystem %,$(filter -I%,$(shell $(MPICC) -show 2>/dev/null))))
TIDIED = $(filter-out $(if $(MPI_CPPFLAGS),,$(RANKS_SOURCE)),$(filter %.c,$(C_FILES)))
analyze: ## static analysis of C and shell (packages: GROUP=dev)
	cppcheck --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem --quiet \
	  --error-exitcode=1 -j$(NPROC) -Iinclude -Isrc -I. -I$(BUILD)/src $(filter -D%,$(REQUIRED_CPPFLAGS)) $(filter %.c,$(C_FILES))
	printf '%s\n' $(TIDIED) | xargs -P$(NPROC) -I{} clang-tidy --quiet {} -- $(filter-out -fPIC,$(REQUIRED_CFLAGS)) $(ALL_CPPFLAGS) \
	  -DHL_ANALYZE -I$(BUILD)/src $(CHECK_CPPFLAGS) $(MPI_CPPFLAGS)
	$(STEP) $(PARALLEL) program BUILD=$(BUILD)/analyze CC=gcc CFLAGS='-O2 -g -fanalyzer -Werror' CPPFLAGS=-DHL_ANALYZE
	shellcheck -x -P SCRIPTDIR -e SC2119 $(SHELL_FILES)

SHELL_FILES = $(wildcard tests/*.sh tests/torture/*.sh) $(shell grep -lsE '^\#!.*(bash|/sh)' .ci/* fixtures/*.sh tests/*.t tests/*/*.t tests/bench/* analysis/slurm/*)

print-bin: ## print the path of the program
	@echo '$(HYPERLIST)'

help: ## print this list
	@echo 'make TARGET, where TARGET is'
	@sed -n 's/^\([a-z-]*\):.* ## /\1	/p' Makefile | while IFS='	' read -r name text; do \
	  printf '  %-14s%s\n' "$$name" "$$text"; done
	@sed -n '/^# Variables/,/^$$/s/^# \{0,1\}//p' Makefile

# ---- building ----------------------------------------------------------------------------------------------------------

say = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' '$(1)' '$@')
quote = '$(subst ','\'',$(1))'
# A stamp is a text, rewritten only when the text changes: what depends on it is then made anew.
write_stamp = @mkdir -p $(@D) && printf '%s\n' $(call quote,$(1)) >$@.$$$$ && \
  if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi

$(BUILD)/flags: FORCE
	@$(PKG_CONFIG) --print-errors --exists $(MODULES) || { echo 'Libraries are missing: make deps GROUP=demo' >&2; exit 1; }
	$(call write_stamp,$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) $(ALL_LDFLAGS) $(ALL_LDLIBS))

$(BUILD)/sources: FORCE
	$(call write_stamp,$(sort $(OBJECTS)))

FORCE:

$(OBJECTS) $(RANKS_OBJECT): $(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(COMPILER) $(ALL_CFLAGS) $(ALL_CPPFLAGS) $(EXTRA_CPPFLAGS) -MMD -MP -c -o $@ $<

# What a page of `report` holds, as string literals, one a line: a whole one would be longer than C promises.
PAGE_TEXTS := $(patsubst %,$(BUILD)/%.inc,$(wildcard src/report/page.css src/report/page.js))
$(PAGE_TEXTS): $(BUILD)/%.inc: % $(BUILD)/flags Makefile
	$(call say,TEXT)
	@mkdir -p $(@D)
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/"&\\n",/' $< >$@

$(BUILD)/src/report/report.o analyze: $(PAGE_TEXTS)
$(BUILD)/src/report/report.o: EXTRA_CPPFLAGS = -I$(BUILD)/src

$(UNIT_OBJECTS): EXTRA_CPPFLAGS = $(CHECK_CPPFLAGS)

$(STATIC): $(LIBRARY_OBJECTS)
$(ANALYSIS): $(ANALYSIS_OBJECTS)
$(STATIC) $(ANALYSIS): $(BUILD)/sources
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

$(SHARED): $(LIBRARY_OBJECTS) $(BUILD)/sources
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,$(notdir $(SHARED_SONAME)) -o $@ $(filter %.o,$^) $(ALL_LDLIBS)

$(SHARED_LINK): $(SHARED)
	@ln -sf $(<F) $@ && ln -sf $(<F) $(SHARED_SONAME)

link = $(Q)$(COMPILER) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

$(PROGRAM): $(PROGRAM_OBJECTS) $(ANALYSIS_OBJECTS) $(STATIC) $(BUILD)/sources
	$(call say,LD)
	$(link) $(ALL_LDLIBS)

# The program for clusters: the same objects, but for the one that knows how many ranks there are.
$(BUILD)/mpi-flags: FORCE
	@command -v $(MPICC) >/dev/null || { echo 'MPI is missing: make deps MPI=1' >&2; exit 1; }
	$(call write_stamp,$(MPICC) $(shell $(MPICC) -show))

$(RANKS_OBJECT) $(MPI_PROGRAM): private COMPILER = $(MPI_COMPILER)
$(RANKS_OBJECT): $(BUILD)/mpi-flags
$(MPI_PROGRAM): $(PROGRAM_OBJECTS) $(ANALYSIS_OBJECTS) $(RANKS_OBJECT) $(filter-out %/base/ranks.o,$(LIBRARY_OBJECTS)) \
                $(BUILD)/mpi-flags
	$(call say,LD)
	$(link) $(ALL_LDLIBS)

$(BUILD)/fixtures-train: $(TRAINER_OBJECTS) $(STATIC) $(BUILD)/sources
	$(call say,LD)
	$(link) $(ALL_LDLIBS)

$(UNITS): $(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(call objects_of,$(UNIT_HELPER_SOURCES)) $(ANALYSIS) $(STATIC)
	$(call say,LD)
	@mkdir -p $(@D)
	$(link) $(CHECK_LIBS) $(ALL_LDLIBS)

$(BENCH_PROGRAMS): $(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(STATIC)
	$(call say,LD)
	@mkdir -p $(@D)
	$(link) $(ALL_LDLIBS)

# Fuzz targets. Replay has all of them in one program, so there each entry bears its target's name; a fuzzer has one, and
# its build (`make fuzz`) is told by FUZZER=1. The program's own main and what reaches out of the folder are renamed for
# the target that runs command lines.
$(call objects_of,$(FUZZ_SOURCES)): EXTRA_CPPFLAGS = $(if $(FUZZER),,$(addsuffix $(*F:_fuzz=), \
  -DLLVMFuzzerTestOneInput=fuzz_target_ -DLLVMFuzzerCustomMutator=fuzz_mutator_))
FUZZ_WRAP := -Wl,--wrap=cli_was_interrupted -Wl,--wrap=fork -Wl,--wrap=hl_fetch
FUZZ_COMMAND := $(filter-out %/main.o,$(PROGRAM_OBJECTS)) $(BUILD)/tests/fuzz/main.o
FUZZ_LIBRARIES := $(call objects_of,$(FUZZ_HELPER_SOURCES)) $(ANALYSIS) $(STATIC)

$(BUILD)/tests/fuzz/main.o: $(BUILD)/src/cli/main.o
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --redefine-sym main=hyperlist_main --redefine-sym sigaction=fuzz_sigaction $< $@

$(REPLAY): $(call objects_of,$(FUZZ_SOURCES) tests/fuzz/replay.c) $(FUZZ_COMMAND) $(FUZZ_LIBRARIES)
	$(call say,LD)
	$(link) $(FUZZ_WRAP) $(ALL_LDLIBS)

$(FUZZERS): $(BUILD)/fuzz-%: $(BUILD)/tests/fuzz/%_fuzz.o $(FUZZ_LIBRARIES)
	$(call say,LD)
	$(link) -fsanitize=fuzzer $(if $(filter %/fuzz-command,$@),$(FUZZ_WRAP)) $(ALL_LDLIBS)

$(BUILD)/fuzz-command: $(FUZZ_COMMAND)

# What the sanitized pass of `make check` runs, in a BUILD of its own: beside the units a small script for each script test
# that is also to be run with the sanitized programs.
sanitized: program $(UNITS) $(TRAINER) $(addprefix $(BUILD)/,$(SANITIZED_SCRIPTS))

$(addprefix $(BUILD)/,$(SANITIZED_SCRIPTS)): $(BUILD)/%: %
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexport HYPERLIST=%s FIXTURES_TRAIN=%s SANITIZED=1\nexec %s\n' \
	  "'$(HYPERLIST)'" "'$(FIXTURES_TRAIN)'" './$<' >$@ && chmod +x $@

-include $(OBJECTS:.o=.d) $(RANKS_OBJECT:.o=.d)

# ---- installing, packing, cleaning -------------------------------------------------------------------------------------

# Where the folders are the usual ones they are told from where the file itself is, so that all of it may be moved.
define PKG_CONFIG_FILE
prefix=$(if $(filter $(prefix)/lib/pkgconfig,$(pkgconfigdir)),$${pcfiledir}/../..,$(prefix))
libdir=$(patsubst $(prefix)/%,$${prefix}/%,$(libdir))
includedir=$(patsubst $(prefix)/%,$${prefix}/%,$(includedir))

Name: hyperlist
Description: ordered lists of hyperparameter configurations, learned from training curves
Version: $(VERSION)
Libs: -L$${libdir} -lhyperlist
Libs.private: -lcsv -lm -pthread
Requires.private: $(LIBRARY_MODULES)
Cflags: -I$${includedir}
endef

# Manual pages: of the commands and the files as the program prints them, of the library as its headers say.
COMMANDS = $(call once,COMMANDS,$(shell sed -n 's/^    &cli_\(.*\),$$/\1/p' src/cli/commands.c))
NOUNS := $(patsubst include/hyperlist/%.h,%,$(wildcard include/hyperlist/*.h))
MAN1 = $(addprefix $(BUILD)/man/man1/,hyperlist.1 $(patsubst %,hyperlist-%.1,$(COMMANDS)))
MAN5 := $(BUILD)/man/man5/hyperlist-formats.5
MAN3 := $(addprefix $(BUILD)/man/man3/,hyperlist.3 $(patsubst %,hyperlist_%.3,$(NOUNS)))
COMPLETIONS := $(addprefix $(BUILD)/completion/hyperlist.,bash zsh fish)
manuals: $(MAN1) $(MAN3) $(MAN5) $(COMPLETIONS) ## make the manual pages and the shells' completion, in $(BUILD)/man and $(BUILD)/completion

page_topic = $(patsubst hyperlist-%,%,$(basename $(@F)))
$(MAN1) $(MAN5): $(PROGRAM)
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM) help --man $(page_topic) >$@

$(BUILD)/man/man3/hyperlist.3: include/hyperlist.h
$(BUILD)/man/man3/hyperlist_%.3: include/hyperlist/%.h
	$(manual_of_header)
$(BUILD)/man/man3/hyperlist.3:
	$(manual_of_header)
$(MAN3): include/manual.awk include/hyperlist/version.h
define manual_of_header
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)awk -v version=$(VERSION) -v nouns='$(NOUNS)' -f include/manual.awk $(filter %.h,$<) >$@
endef

$(COMPLETIONS): $(BUILD)/completion/hyperlist.%: $(PROGRAM)
	$(call say,TEXT)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM) help --completion $* >$@

share = $(datadir)/hyperlist
PLOTS := $(wildcard plots/*.gp)
DOCUMENTS := $(wildcard README.md LICENSE)
EXAMPLES := $(wildcard fixtures/examples/*)

# What is installed, as lines FILE:PLACE, or LINK>PLACE: `uninstall` removes the places and the folders that are then empty.
INSTALLED_PROGRAMS = $(foreach file,$(PROGRAM) $(if $(GROUPS_MPI),$(MPI_PROGRAM)),$(file):$(bindir)/$(notdir $(file)))
INSTALLED_FILES = $(STATIC):$(libdir)/$(notdir $(STATIC)) $(SHARED):$(libdir)/$(notdir $(SHARED)) \
  $(BUILD)/hyperlist.pc:$(pkgconfigdir)/hyperlist.pc $(foreach file,$(HEADERS),$(file):$(patsubst include/%,$(includedir)/%,$(file))) \
  $(foreach file,$(PLOTS),$(file):$(share)/$(file)) $(foreach file,$(DOCUMENTS),$(file):$(docdir)/$(file)) \
  $(foreach file,$(EXAMPLES),$(file):$(docdir)/examples/$(notdir $(file))) \
  $(foreach file,$(MAN1) $(MAN3) $(MAN5),$(file):$(patsubst $(BUILD)/man/%,$(mandir)/%,$(file))) \
  $(BUILD)/completion/hyperlist.bash:$(bashcompdir)/hyperlist $(BUILD)/completion/hyperlist.zsh:$(zshcompdir)/_hyperlist \
  $(BUILD)/completion/hyperlist.fish:$(fishcompdir)/hyperlist.fish
INSTALLED_LINKS = $(libdir)/$(notdir $(SHARED_SONAME)) $(libdir)/$(notdir $(SHARED_LINK))
places = $(foreach pair,$(1),$(lastword $(subst :, ,$(pair))))
put = $(foreach pair,$(2),$(INSTALL) -D -m $(1) $(subst :, '$(DESTDIR),$(pair))'$(newline)	)

$(BUILD)/hyperlist.pc: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(call quote,$(subst $(newline),@,$(PKG_CONFIG_FILE))) | tr @ '\n' >$@

install: all manuals $(BUILD)/hyperlist.pc ## install all of it below $(prefix); DESTDIR=, prefix= and the other folders
	$(call put,755,$(INSTALLED_PROGRAMS))
	$(call put,644,$(INSTALLED_FILES))
	$(foreach link,$(INSTALLED_LINKS),ln -sf $(notdir $(SHARED)) '$(DESTDIR)$(link)'$(newline)	)

uninstall: ## remove exactly that
	@rm -f $(patsubst %,'$(DESTDIR)%',$(call places,$(INSTALLED_PROGRAMS) $(INSTALLED_FILES)) $(INSTALLED_LINKS) $(bindir)/hyperlist-mpi)
	@for folder in $(sort $(patsubst %/,%,$(dir $(call places,$(INSTALLED_PROGRAMS) $(INSTALLED_FILES))))); do \
	  path=$$folder; \
	  while rmdir "$(DESTDIR)$$path" 2>/dev/null; do path=$${path%/*}; done; done; true

TARBALL := hyperlist-$(VERSION).tar.gz
dist: ## pack the sources into $(BUILD)/hyperlist-VERSION.tar.gz: of HEAD, or of the folder where git is not used
	@mkdir -p $(BUILD)
	@if git rev-parse --verify --quiet HEAD >/dev/null 2>&1; then \
	  git archive --format=tar --prefix=hyperlist-$(VERSION)/ HEAD | gzip -n9 >$(BUILD)/$(TARBALL).new; \
	else \
	  tar --sort=name --owner=0 --group=0 --numeric-owner --transform='s,^\.,hyperlist-$(VERSION),' \
	    --exclude=./$(BUILD) --exclude=./.git -cf - . | \
	    gzip -n9 >$(BUILD)/$(TARBALL).new; \
	fi && mv $(BUILD)/$(TARBALL).new $(BUILD)/$(TARBALL) && echo $(BUILD)/$(TARBALL)

clean: ## remove what `make` built
	rm -rf $(addprefix $(BUILD)/,flags mpi-flags sources man completion src analysis fixtures tests asan fuzz hyperlist hyperlist-mpi hyperlist.pc fixtures-train *.a *.so *.so.*)
	-@rmdir $(BUILD) 2>/dev/null || true

distclean: clean ## remove all of $(BUILD), the demo's output included
	rm -rf $(addprefix $(BUILD)/,bench demo ci-gcc ci-clang *.tar.gz)
	-@rmdir $(BUILD) 2>/dev/null || true

define newline


endef
