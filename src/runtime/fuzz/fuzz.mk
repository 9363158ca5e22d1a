# make fuzz builds a fuzzer of each parser; make fuzz-run SECONDS=5 runs each for so long and fails on any finding. Further
# sources than lib/ are named as in test.mk.
.PHONY: fuzz-run
SECONDS      ?= 5
FUZZERS      := $(sort $(patsubst fuzz/%.c,$(HOST_OUT)/fuzz/%,$(wildcard fuzz/*_fuzz.c)))
FUZZ_NEEDS   := $(sort $(shell sed -n 's:^/\* needs\: \(.*\) \*/$$:\1:p' fuzz/*_fuzz.c))
FUZZ_OBJECTS := $(patsubst %.c,$(HOST_OUT)/fuzz/%.o,$(sort $(wildcard lib/*.c)) $(FUZZ_NEEDS))

fuzz: $(FUZZERS)

fuzz-run: $(FUZZERS)
	@for f in $(FUZZERS); do \
		mkdir -p $$f.corpus; \
		$$f -max_total_time=$(SECONDS) -timeout=5 -max_len=4096 -verbosity=0 -print_final_stats=0 -close_fd_mask=0 -artifact_prefix=$$f. $$f.corpus || exit 1; \
	done
	@echo "$(words $(FUZZERS)) passed, 0 failed"

$(FUZZERS): $(HOST_OUT)/fuzz/%: fuzz/%.c $(FUZZ_OBJECTS)
	$(HOSTCC) $(CFLAGS_COMMON) $(SAN) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJECTS)

$(HOST_OUT)/fuzz/%.o: %.c $(HEADERS) Makefile fuzz/fuzz.mk
	@mkdir -p $(@D)
	$(HOSTCC) $(CFLAGS_COMMON) $(SAN) -fsanitize=fuzzer-no-link -c -o $@ $<
