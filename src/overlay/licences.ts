import { parseControl } from './source/debian/control.js';

/** A licence as CycloneDX names it: by its SPDX identifier, else by the name that its holder gave it. */
export type LicenceName = { readonly id: string } | { readonly name: string };

/** Names of Debian's machine-readable copyright files (copyright-format/1.0, 7.2) that are others in SPDX's list. */
const SPDX: Readonly<Record<string, string>> = {
  'BSD-2-clause': 'BSD-2-Clause',
  'BSL-1.0': 'BSL-1.0',
  Expat: 'MIT',
  FSFAP: 'FSFAP',
  'GPL-2': 'GPL-2.0-only',
  'GPL-2+': 'GPL-2.0-or-later',
  'GPL-3+': 'GPL-3.0-or-later',
  ISC: 'ISC',
  'LGPL-2+': 'LGPL-2.0-or-later',
  'LGPL-2.1+': 'LGPL-2.1-or-later',
  'LGPL-3+': 'LGPL-3.0-or-later',
  MIT: 'MIT',
  'Unicode-DFS-2016': 'Unicode-DFS-2016',
};

/** What a copyright file says, in the order in which it says it. */
export interface Claims {
  readonly licences: readonly LicenceName[];
  /** The holders of the work as a whole. */
  readonly copyright: string | undefined;
}

/** Reads a copyright file of a Debian package; of one that is free text only the file itself can tell. */
export function claimsOf(notice: string, what: string): Claims {
  if (
    !/^Format: *https?:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\/1\.0/i.test(notice)
  ) {
    return { licences: [{ name: `see the copyright file of ${what}` }], copyright: undefined };
  }
  const stanzas = parseControl(notice, what);
  const whole = stanzas.find((stanza) => stanza.get('files')?.trim() === '*');
  const names = stanzas
    .filter((stanza) => stanza.has('files'))
    .flatMap((stanza) => (stanza.get('license')?.split('\n')[0] ?? '').split(/,? (?:and|or) /))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const copyright = whole?.get('copyright');
  return {
    licences: [...new Set(names)].map((name) => licence(name)),
    copyright: copyright
      ?.split('\n')
      .map((line) => line.trim())
      .join('\n'),
  };
}

function licence(name: string): LicenceName {
  const id = SPDX[name];
  return id === undefined ? { name } : { id };
}
