/* The arrows of the house go one way: commands -> cli -> image -> overlay -> base. */
const above = {
  base: 'overlay|image|cli|commands',
  overlay: 'image|cli|commands',
  image: 'cli|commands',
  cli: 'commands',
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(above).map(([room, higher]) => ({
      name: `${room}-knows-nothing-above-it`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${higher})/` },
    })),
    { name: 'runtime-only-as-built-files', severity: 'error', from: {}, to: { path: '^src/runtime/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
