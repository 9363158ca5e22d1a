/** Files that take longest, these first: one of them started last would run alone at the end. */
const LONGEST = [
  'e2e/builder',
  'e2e/npm-package',
  'e2e/architectures',
  'e2e/golden',
  'e2e/extract',
  'image/store/all-stores',
  'cli/signature-commands',
  'e2e/worlds/crossing',
].map((name) => `/test/${name}.test.ts`);

const place = (file) => {
  const index = LONGEST.findIndex((name) => file.endsWith(name));
  return index < 0 ? LONGEST.length : index;
};

export default {
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  files: ['test/**/*.test.ts'],
  sortTestFiles: (a, b) => place(a) - place(b) || a.localeCompare(b),
  workerThreads: false,
  timeout: '15m',
};
