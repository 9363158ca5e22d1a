# make fuzz builds a fuzzer of each parser. make fuzz-run runs them, the ones of NAMED longer than the others, and fails on
# any finding, and where a fuzzer doesn't reach what its "parser:" line names. make fuzz-cover: line coverage by what the
# runs have collected. Seeds come from the recorded cases of the original. Sources besides lib/ are named as in test.mk.
.PHONY: fuzz-run fuzz-cover
NAMED         := account envdir fix_attrs import knobs script
NAMED_SECONDS ?= 60
SECONDS       ?= 10
FUZZ          := $(HOST_OUT)/fuzz
FUZZ_NAMES    := $(NAMED) $(filter-out $(NAMED),$(sort $(patsubst fuzz/%_fuzz.c,%,$(wildcard fuzz/*_fuzz.c))))
FUZZERS       := $(FUZZ_NAMES:%=$(FUZZ)/%_fuzz)
FUZZ_NEEDS    := $(sort $(shell sed -n 's:^/\* needs\: \(.*\) \*/$$:\1:p' fuzz/*_fuzz.c))
FUZZ_SOURCES  := $(sort $(wildcard lib/*.c)) $(FUZZ_NEEDS)
FUZZ_OBJECTS  := $(FUZZ_SOURCES:%.c=$(FUZZ)/%.o)
# What a fuzzed function warns of is of no interest; reports of the sanitizers come through all the same.
# An input may take long where the machine is busy: what counts as a hang is far from that.
FUZZ_OPTIONS   = -timeout=60 -max_len=4096 -rss_limit_mb=512 -verbosity=0 -close_fd_mask=2 -artifact_prefix=$(FUZZ)/$*_fuzz.

fuzz: $(FUZZERS) $(FUZZ)/seeds

fuzz-run: $(FUZZ_NAMES:%=fuzz-run-%)
	@echo "$(words $^) passed, 0 failed"

.PHONY: $(FUZZ_NAMES:%=fuzz-run-%)
$(FUZZ_NAMES:%=fuzz-run-%): fuzz-run-%: $(FUZZ)/%_fuzz $(FUZZ)/seeds
	@mkdir -p $(FUZZ)/corpus/$* $(FUZZ)/seeds/$*
	@$< $(FUZZ_OPTIONS) -max_total_time=$(if $(filter $*,$(NAMED)),$(NAMED_SECONDS),$(SECONDS)) -print_coverage=1 \
		$(FUZZ)/corpus/$* $(FUZZ)/seeds/$* >$<.log 2>&1 || { cat $<.log; exit 1; }
	@for f in $$(sed -n 's:^/\* parser\: \(.*\) \*/$$:\1:p' fuzz/$*_fuzz.c); do \
		grep -q "^COVERED_FUNC.* $$f " $<.log || { echo "fuzzer $*: never reached $$f"; exit 1; }; done

$(FUZZ)/seeds: ../../scripts/fuzz-seeds.js ../../test/fixtures/golden.json knobs.def
	@mkdir -p $(FUZZ)
	node $< $@.new && rm -rf $@ && mv $@.new $@

# Not inlined: a function that is counts as never reached.
$(FUZZERS): $(FUZZ)/%: fuzz/%.c $(FUZZ_OBJECTS)
	$(HOSTCC) $(CFLAGS_COMMON) $(SAN) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJECTS)

$(FUZZ)/%.o: %.c $(HEADERS) Makefile fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(HOSTCC) $(CFLAGS_COMMON) $(SAN) -fno-inline -fsanitize=fuzzer-no-link -c -o $@ $<

COVER := -fprofile-instr-generate -fcoverage-mapping -fsanitize=fuzzer -O1 -g
fuzz-cover: $(FUZZ_NAMES:%=$(FUZZ)/%.cover)
	@for n in $(FUZZ_NAMES); do echo "== $$n"; cat $(FUZZ)/$$n.cover; done

$(FUZZ)/%.cover: $(FUZZ)/corpus/% $(FUZZ)/seeds
	$(HOSTCC) $(CFLAGS_COMMON) $(COVER) -o $(FUZZ)/$*.counting fuzz/$*_fuzz.c $(FUZZ_SOURCES)
	LLVM_PROFILE_FILE=$(FUZZ)/$*.raw $(FUZZ)/$*.counting -runs=0 -verbosity=0 -close_fd_mask=2 $(FUZZ)/corpus/$* $(FUZZ)/seeds/$*
	llvm-profdata merge -o $(FUZZ)/$*.profile $(FUZZ)/$*.raw
	llvm-cov report -show-functions -instr-profile=$(FUZZ)/$*.profile $(FUZZ)/$*.counting $(FUZZ_SOURCES) | \
		awk '$$1 !~ /^(File|Name|TOTAL|-)/ && $$3 != $$2 && NF > 6 {print $$1, "lines:", $$7}' > $@
