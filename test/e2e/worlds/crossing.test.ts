import test from 'ava';
import { COLUMNS } from './columns.js';
import { WORLDS } from './table.js';

for (const [name, world] of Object.entries(WORLDS)) {
  for (const [title, cross] of Object.entries(COLUMNS)) {
    test(`${name}: ${title}`, (t) => cross(t, world));
  }
}
