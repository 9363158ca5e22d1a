const sumOf = (output, pattern) =>
  [...output.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);

/** Sums all lines "N passed, N failed". */
export function countLines(output) {
  return {
    passed: sumOf(output, /^(\d+) passed, \d+ failed$/gm),
    failed: sumOf(output, /^\d+ passed, (\d+) failed$/gm),
  };
}

/** ava's closing lines: "12 tests passed", "1 test failed", "2 uncaught exceptions", "1 test file could not…". */
export function countAva(output) {
  const closing = output.slice(output.lastIndexOf('  ─\n'));
  return {
    passed: sumOf(closing, /^ {2}(\d+) tests? passed/gm),
    failed: sumOf(
      closing,
      /^ {2}(\d+) (?:tests? failed|hooks? failed|uncaught exceptions?|unhandled rejections?|tests? remained pending|tests? remaining in)/gm,
    ),
  };
}
