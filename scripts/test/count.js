const sumOf = (output, pattern) =>
  [...output.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);

/** Sums all lines "N passed, N failed". */
export function countLines(output) {
  return {
    passed: sumOf(output, /^(\d+) passed, \d+ failed$/gm),
    failed: sumOf(output, /^\d+ passed, (\d+) failed$/gm),
  };
}

/**
 * ava names each test that passed, and closes with "1 test failed", "2 uncaught exceptions"…; where some failed it gives
 * no sum of those that passed.
 */
export function countAva(output) {
  const closing = output.slice(output.lastIndexOf('  ─\n'));
  const bad =
    /^ {2}(\d+) (?:tests? failed|hooks? failed|uncaught exceptions?|unhandled rejections?|tests? remained pending|tests? remaining in)/gm;
  return { passed: [...output.matchAll(/^ {2}✔ /gm)].length, failed: sumOf(closing, bad) };
}
