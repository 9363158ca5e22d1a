import { readFile } from 'node:fs/promises';
import { fileError } from '../base/error.js';
import { packagePath } from '../base/package-root.js';
import type { PartName } from './meta.js';

/** Where a part's tarball holds the copyright and licences of all that is in it. */
export function noticesOf(part: PartName): string {
  return `usr/share/doc/${part}/copyright`;
}

/** What one holder, or several together, say of their work. */
export interface Notice {
  readonly title: string;
  readonly text: string;
}

/** Copyright files of packages: package name → its text. */
export type PackageNotices = ReadonlyMap<string, string>;

/**
 * The notices of what is ours and of what the runtime is linked with. @throws S6tsError `file-missing` | `file-error` when the installation is broken.
 */
export async function ownNotices(): Promise<readonly Notice[]> {
  return [
    { title: '/init and the programs of s6ts', text: await read('LICENSE') },
    { title: 'musl, which they are linked with', text: await read('assets', 'licences', 'musl') },
    {
      title:
        'libgcc, which they are linked with: GPL-3.0-or-later with the GCC Runtime Library Exception 3.1',
      text: 'The exception lets programs that are compiled by GCC or LLVM be distributed under terms of their own.\n',
    },
  ];
}

/** The licence that glibc's notice refers to, and images may lack. */
export async function lgpl(): Promise<Notice> {
  const text = await read('assets', 'licences', 'LGPL-2.1');
  return { title: 'GNU Lesser General Public License 2.1', text };
}

/** All notices as one text; packages that say the same share one. */
export function copyrightText(own: readonly Notice[], packages: PackageNotices): string {
  const byText = new Map<string, string[]>();
  for (const [name, text] of packages) byText.set(text, [...(byText.get(text) ?? []), name]);
  const all = [
    ...own,
    ...[...byText].map(([text, names]) => ({ title: `From the packages ${names.join(', ')}`, text })),
  ];
  return all.map(({ title, text }) => `==== ${title}\n\n${text.trimEnd()}\n`).join('\n');
}

async function read(...parts: string[]): Promise<string> {
  const path = packagePath(...parts);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error, 'install s6ts again');
  });
}
