#!/usr/bin/env node
const { runCli } = await import('../dist/cli/run.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('s6ts: this checkout is not built yet\n  → npm ci && npm run build\n');
  process.exit(2);
});

await runCli(process.argv.slice(2), import.meta.url);
