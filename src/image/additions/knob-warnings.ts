import { judgeSetting, readKnobs } from '../../overlay/knobs.js';
import type { Additions } from './read-additions.js';

/** What /init would say at its start of the variables that are added. @throws S6tsError of `readKnobs`. */
export async function knobWarnings({ env }: Additions): Promise<readonly string[]> {
  const settings = [...env].filter(([name]) => name.startsWith('S6_'));
  if (settings.length === 0) return [];
  const table = await readKnobs();
  return settings.flatMap(([name, value]) => {
    const verdict = judgeSetting(table, name, value);
    switch (verdict.kind) {
      case 'good':
      case 'foreign':
        return [];
      case 'unknown':
        return [
          `/init knows no ${name}${verdict.nearest === undefined ? '' : `: is it ${verdict.nearest}?`}`,
        ];
      case 'bad-value':
        return [`${name}=${value} is ${verdict.why}: /init takes ${verdict.used || 'nothing'}`];
    }
  });
}
