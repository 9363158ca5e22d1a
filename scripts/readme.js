// npm run readme: writes the parts of README.md that come from tables (--check: only says whether they are current).
import { readFileSync } from 'node:fs';
import { register } from 'tsx/esm/api';

register();
const { readReadme, replaceSection, writeReadme } = await import('../bench/readme-section.ts');

const TABLES = new URL('../build/runtime/tables.json', import.meta.url);

/** @param {{name: string, default: string, unit: string, help: string}[]} knobs */
function knobTable(knobs) {
  const rows = knobs.map(({ name, default: value, unit, help }) => {
    const shown = value === '' ? 'not set' : `\`${value}\`${unit === '' ? '' : ` ${unit}`}`;
    return `| \`${name}\` | ${shown} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | what it does |', '|---|---|---|', ...rows].join('\n');
}

const { knobs } = JSON.parse(readFileSync(TABLES, 'utf8'));
const old = readReadme();
const current = replaceSection(old, 'knobs', knobTable(knobs));
if (process.argv.includes('--check')) {
  if (current !== old) {
    console.error(
      'README.md: the table of variables differs from src/runtime/knobs.def; run `npm run readme`',
    );
    process.exit(1);
  }
} else {
  writeReadme(current);
}
