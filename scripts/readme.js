// npm run readme: writes the parts of README.md that come from tables (--check: only says whether they are current).
import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);
const TABLES = new URL('../build/runtime/tables.json', import.meta.url);

/** @param {{name: string, default: string, unit: string, help: string}[]} knobs */
function knobTable(knobs) {
  const rows = knobs.map(({ name, default: value, unit, help }) => {
    const shown = value === '' ? 'not set' : `\`${value}\`${unit === '' ? '' : ` ${unit}`}`;
    return `| \`${name}\` | ${shown} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | what it does |', '|---|---|---|', ...rows].join('\n');
}

/** Puts `content` between the markers `<!-- NAME -->` and `<!-- /NAME -->`. */
function replaceSection(text, name, content) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`README.md has no section ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}

const { knobs } = JSON.parse(readFileSync(TABLES, 'utf8'));
const old = readFileSync(README, 'utf8');
const current = replaceSection(old, 'knobs', knobTable(knobs));
if (process.argv.includes('--check')) {
  if (current !== old) {
    console.error(
      'README.md: the table of variables differs from src/runtime/knobs.def; run `npm run readme`',
    );
    process.exit(1);
  }
} else {
  writeFileSync(README, current);
}
