import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);

/** README.md's text. */
export function readReadme(): string {
  return readFileSync(README, 'utf8');
}

/** Replaces README.md. */
export function writeReadme(text: string): void {
  writeFileSync(README, text);
}

/** `text` with `content` between the markers `<!-- NAME -->` and `<!-- /NAME -->`. @throws Error where they are missing */
export function replaceSection(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`README.md has no section ${open} … ${close}`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}
