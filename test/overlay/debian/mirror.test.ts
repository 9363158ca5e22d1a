import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { S6tsError } from '../../../src/base/error.js';
import { findMirror } from '../../../src/overlay/source/debian/mirror.js';

/** An apt folder with these files. */
async function aptWith(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const apt = await mkdtemp(join(tmpdir(), 's6ts-apt-'));
  t.teardown(() => rm(apt, { recursive: true, force: true }));
  await mkdir(join(apt, 'sources.list.d'));
  for (const [name, text] of Object.entries(files))
    await writeFile(join(apt, name), text.replaceAll('APT', apt));
  return apt;
}

for (const [name, files, expected] of [
  [
    'one-line format',
    {
      'sources.list':
        '# deb http://no/debian x main\ndeb-src http://src/debian x\ndeb http://a/debian/ trixie main\n',
    },
    'http://a/debian',
  ],
  [
    'one-line format with options',
    { 'sources.list.d/x.list': 'deb [arch=amd64 signed-by=/k] https://a/debian trixie main\n' },
    'https://a/debian',
  ],
  [
    'deb822 format',
    {
      'sources.list.d/debian.sources':
        'Types: deb deb-src\nURIs: http://a/debian http://b/debian\nSuites: trixie\n',
    },
    'http://a/debian',
  ],
  [
    'deb822, first stanza off',
    {
      'sources.list.d/debian.sources':
        'Types: deb\nURIs: http://a/debian\nEnabled: no\n\nTypes: deb\nURIs: http://b/debian\n',
    },
    'http://b/debian',
  ],
  [
    'security and vendors are passed over',
    {
      'sources.list':
        'deb http://s/debian-security trixie main\ndeb https://v/tool stable main\ndeb http://a/debian trixie main\n',
    },
    'http://a/debian',
  ],
  [
    'mirror+file',
    {
      'sources.list': 'deb mirror+file:APT/list trixie main\n',
      list: '# mine\nhttp://m/debian\tpriority:1\n',
    },
    'http://m/debian',
  ],
  [
    'files that apt passes over',
    {
      'sources.list.d/x.list.save': 'deb http://no/debian x main\n',
      'sources.list.d/y.list': 'deb http://y/debian x main\n',
    },
    'http://y/debian',
  ],
] as [string, Record<string, string>, string][]) {
  test(`apt's configuration: ${name}`, async (t) => {
    t.is(await findMirror({ env: {}, apt: await aptWith(t, files) }), expected);
  });
}

test('--mirror goes before S6TS_MIRROR, that before apt', async (t) => {
  const apt = await aptWith(t, { 'sources.list': 'deb http://a/debian trixie main\n' });
  t.is(
    await findMirror({ option: 'http://o/debian/', env: { S6TS_MIRROR: 'http://e' }, apt }),
    'http://o/debian',
  );
  t.is(await findMirror({ env: { S6TS_MIRROR: 'http://e' }, apt }), 'http://e');
  t.is(await findMirror({ env: { S6TS_MIRROR: '' }, apt }), 'http://a/debian');
});

test('no mirror anywhere: what to type', async (t) => {
  for (const apt of [await aptWith(t, {}), join(await aptWith(t, {}), 'missing')]) {
    const error = await t.throwsAsync(findMirror({ env: {}, apt }), { instanceOf: S6tsError });
    t.is(error.code, 'mirror-unknown');
    t.regex(error.hint ?? '', /--mirror URL.*S6TS_MIRROR/);
  }
});

test('a mirror with a password is refused, and the password not shown; apt keeps its own', async (t) => {
  const option = 'http://me:secret@host/debian';
  const error = await t.throwsAsync(findMirror({ option, env: {} }), { instanceOf: S6tsError });
  t.is(error.code, 'mirror-malformed');
  t.notRegex(`${error.message} ${error.what ?? ''} ${error.hint ?? ''}`, /secret/);
  const sources = 'deb http://me:secret@host/debian trixie main\ndeb http://open/debian trixie main\n';
  t.is(
    await findMirror({ env: {}, apt: await aptWith(t, { 'sources.list': sources }) }),
    'http://open/debian',
  );
});

test('what is no http URL is refused, naming where it came from', async (t) => {
  for (const option of [
    'mirror',
    'file:///srv/debian',
    'ftp://a/debian',
    'http://a/debian?x=1',
    'http://a/#x',
  ]) {
    const error = await t.throwsAsync(findMirror({ option, env: {} }), { instanceOf: S6tsError });
    t.is(error.code, 'mirror-malformed');
    t.regex(error.message, /^--mirror/);
  }
});
