/** The architectures whose signed tarballs the npm package carries. */
export const CARRIED = ['amd64', 'x86', 'armhf', 'aarch64'];

/** What its command runs from: tsc alone doesn't make all of it. */
export const COMMAND = [
  'bin/run.cjs',
  'dist/index.js',
  'dist/help.txt',
  'dist/cli/load-bundle.cjs',
  'dist/cli/run.cjs',
];
