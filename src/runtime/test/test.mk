# make test: all unit tests in one program, under ASan and UBSan, with the host's compiler. A test file that needs more
# than lib/ names it in a line: /* needs: init/knobs.c */
TEST_NEEDS   := $(sort $(shell sed -n 's:^/\* needs\: \(.*\) \*/$$:\1:p' test/*_test.c))
TEST_SOURCES := test/harness.c $(sort $(wildcard test/*_test.c)) $(sort $(wildcard lib/*.c)) $(TEST_NEEDS)
TEST_OBJECTS := $(TEST_SOURCES:%.c=$(HOST_OUT)/test/%.o)

test: $(HOST_OUT)/test/unit
	$<

$(HOST_OUT)/test/unit: $(TEST_OBJECTS)
	$(HOSTCC) $(SAN) -o $@ $(TEST_OBJECTS)

$(HOST_OUT)/test/%.o: %.c $(HEADERS) test/harness.h Makefile test/test.mk
	@mkdir -p $(@D)
	$(HOSTCC) $(CFLAGS_COMMON) $(SAN) -c -o $@ $<
