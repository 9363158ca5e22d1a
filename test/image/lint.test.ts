import test from 'ava';
import { treeOf, type TreeEntry } from '../../src/overlay/tree.js';
import { lint, RULES } from '../../src/image/lint/lint.js';
import type { LintRoot } from '../../src/image/lint/rule.js';

/** Path → text (executable), or text and mode. */
type Judged = Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>;

/** `rule /path:line` of each finding, in a root that has these programs, /etc/passwd with app, /etc/group with web. */
async function found(files: Judged): Promise<readonly string[]> {
  const tree = treeOf(
    Object.entries(files).map(([path, spec]): [string, TreeEntry] => {
      const { text, mode } = typeof spec === 'string' ? { text: spec, mode: 0o755 } : spec;
      return [path, { kind: 'file', mode, bytes: Buffer.from(text) }];
    }),
  );
  const programs = [
    'bin/sh',
    'usr/bin/env',
    'usr/bin/with-contenv',
    'command/execlineb',
    'usr/local/bin/tool',
  ];
  const root: LintRoot = {
    isFile: (path) => Promise.resolve(programs.includes(path) || tree.has(path)),
    path: '/opt/own/bin/:relative:',
    hasAccount: (kind, name) => Promise.resolve(name === (kind === 'user' ? 'app' : 'web')),
  };
  const findings = await lint({ tree, root });
  for (const { message, hint } of findings)
    if (message === '' || hint === '') throw new Error('a fault without words');
  return findings.map(({ rule, path, line }) => `${rule} /${path}${line === undefined ? '' : `:${line}`}`);
}

const INIT = 'etc/cont-init.d/a';
const RUN = 'etc/services.d/web/run';
const FIX = 'etc/fix-attrs.d/a';

/** Rule → cases that it finds, and cases like them that it must not. */
const CASES: Readonly<
  Record<string, readonly [finds: readonly [Judged, string][], passes: readonly Judged[]]>
> = {
  'script-empty': [
    [[{ [INIT]: '' }, `/${INIT}`]],
    [{ [INIT]: '#!/bin/sh' }, { 'etc/other/a': '' }, { [FIX]: '' }],
  ],
  'script-bom': [[[{ [INIT]: '\uFEFF#!/bin/sh\n' }, `/${INIT}`]], [{ [INIT]: '#!/bin/sh\n# \uFEFF\n' }]],
  'script-no-interpreter-line': [
    [
      [{ [INIT]: 'echo\n' }, `/${INIT}:1`],
      [{ [INIT]: '#! \n' }, `/${INIT}:1`],
      [{ 'etc/cont-profile.d/p/cont-finish.d/a': 'x' }, '/etc/cont-profile.d/p/cont-finish.d/a:1'],
    ],
    [
      { [INIT]: '\x7fELF…' },
      { 'etc/cont-init.d/.keep': 'x' },
      { 'etc/services.d/web/data/x': 'x', [RUN]: '#!/bin/sh\nexec x' },
    ],
  ],
  'script-crlf-interpreter-line': [
    [[{ [INIT]: '#!/bin/sh\r\ntrue\n' }, `/${INIT}:1`]],
    [{ [INIT]: '#!/bin/sh\ntrue\n' }],
  ],
  'script-crlf': [
    [[{ [INIT]: '#!/bin/sh\ntrue\nfalse\r\n' }, `/${INIT}:3`]],
    [{ [INIT]: '#!/bin/sh\n# \\r\n' }],
  ],
  'script-interpreter-missing': [
    [
      [{ [INIT]: '#!/bin/bash\n' }, `/${INIT}:1`],
      [{ [INIT]: '#!sh\n' }, `/${INIT}:1`],
      [{ [INIT]: '#!/usr/bin/with-contenv bash\n' }, `/${INIT}:1`],
      [{ [INIT]: '#!/usr/bin/env /bin/bash\n' }, `/${INIT}:1`],
    ],
    [
      { [INIT]: '#! /bin/sh -e\n' },
      { [INIT]: '#!/usr/bin/env tool\n' },
      { [INIT]: '#!/usr/bin/env -S tool x\n' },
      { [INIT]: '#!/usr/bin/with-contenv sh\n' },
      { [INIT]: '#!/command/execlineb -P\n' },
      { [INIT]: '#!/mine\n', mine: 'x' },
    ],
  ],
  'script-not-executable': [
    [[{ [INIT]: { text: '#!/bin/sh\n', mode: 0o644 } }, `/${INIT}`]],
    [{ [INIT]: { text: '#!/bin/sh\n', mode: 0o700 } }, { 'etc/a': { text: 'x', mode: 0o644 } }],
  ],
  'script-program-missing': [
    [
      [{ [RUN]: '#!/command/execlineb -P\nwith-contenv nosuch -f\n' }, `/${RUN}:2`],
      [{ [RUN]: '#!/command/execlineb -P\nwith-contenv /usr/bin/tool\n' }, `/${RUN}:2`],
    ],
    [
      { [RUN]: '#!/command/execlineb -P\nwith-contenv tool -f\n' },
      { [RUN]: '#!/command/execlineb -P\nwith-contenv own\n', 'opt/own/bin/own': 'x' },
      { [RUN]: '#!/command/execlineb -P\nwith-contenv /usr/local/bin/tool\n' },
      { [RUN]: '#!/command/execlineb -P\nwith-contenv ./from-the-working-directory\n' },
      { [RUN]: '#!/command/execlineb -P\nwith-contenv "a b"\n' },
      { [RUN]: '#!/command/execlineb -P\nforeground { nosuch }\nother\n' },
    ],
  ],
  'script-account': [
    [
      [{ [RUN]: '#!/bin/sh\nexec s6-setuidgid nosuch x\n' }, `/${RUN}:2`],
      [{ [RUN]: '#!/bin/sh\nexec s6-setuidgid app:nosuch x\n' }, `/${RUN}:2`],
    ],
    [
      { [RUN]: '#!/bin/sh\nexec s6-setuidgid app x\n' },
      { [RUN]: '#!/bin/sh\nexec s6-setuidgid app:web x\n' },
      { [RUN]: '#!/bin/sh\nexec s6-setuidgid 1000:1000 x\n' },
      { [RUN]: '#!/bin/sh\nexec s6-setuidgid "$USER" x\n' },
      { [RUN]: '#!/bin/sh\n# s6-setuidgid nosuch\nexec x\n' },
    ],
  ],
  'service-name': [
    [[{ 'etc/services.d/a b/run': '#!/bin/sh\nexec x' }, '/etc/services.d/a b']],
    [
      { 'etc/services.d/a-b.c@1/run': '#!/bin/sh\nexec x' },
      { 'etc/services.d/.s6-svscan/finish': '#!/bin/sh\n' },
    ],
  ],
  'service-no-folder': [
    [[{ 'etc/services.d/web': 'x' }, '/etc/services.d/web']],
    [{ [RUN]: '#!/bin/sh\nexec x' }],
  ],
  'service-no-run': [
    [
      [{ 'etc/services.d/web/finish': '#!/bin/sh\n' }, '/etc/services.d/web'],
      [
        { [RUN]: '#!/bin/sh\nexec x', 'etc/services.d/web/log/finish': '#!/bin/sh\n' },
        '/etc/services.d/web/log',
      ],
    ],
    [{ [RUN]: '#!/bin/sh\nexec x', 'etc/services.d/web/log/run': '#!/bin/sh\nexec x' }],
  ],
  'service-shell-stays': [
    [
      [{ [RUN]: '#!/bin/sh\nserver\n' }, `/${RUN}`],
      [{ [RUN]: '#!/bin/sh\nif test -e /x; then exit 1; fi\necho starts; server --foreground\n' }, `/${RUN}`],
      [{ [RUN]: '#!/usr/bin/with-contenv sh\nexecute me\n' }, `/${RUN}`],
    ],
    [
      { [RUN]: '#!/bin/sh\ncd / && exec server\n' },
      { [RUN]: '#!/bin/sh\necho once; exit 3\n' },
      { [RUN]: '#!/bin/sh\nserver &\n\nwait\n# done\n' },
      { [RUN]: '#!/command/execlineb -P\nserver\n' },
      { 'etc/services.d/web/finish': '#!/bin/sh\ntrue\n', [RUN]: '#!/bin/sh\nexec x' },
      { [INIT]: '#!/bin/sh\ntrue\n' },
    ],
  ],
  'fix-attrs-line': [
    [
      [{ [FIX]: '# fine\n/a true root 0644\n' }, `/${FIX}:2`],
      [{ [FIX]: '/a maybe app 0644 0755\n' }, `/${FIX}:1`],
      [{ [FIX]: '/a true app 0684 0755\n' }, `/${FIX}:1`],
      [{ [FIX]: '/a true app 0644 0755 more\n' }, `/${FIX}:1`],
      [{ [FIX]: '/a true app 0644 0755\r\n' }, `/${FIX}:1`],
    ],
    [{ [FIX]: '\n  # only\n/a true app - 0755 # why\n/b\tfalse\tapp:web\t0644\t-\n' }],
  ],
  'fix-attrs-account': [
    [
      [{ [FIX]: '/a true nosuch 0644 0755\n' }, `/${FIX}:1`],
      [{ [FIX]: '/a true app:nosuch 0644 0755\n' }, `/${FIX}:1`],
    ],
    [{ [FIX]: '/a true nosuch,1000:1000 0644 0755\n/b true 7:8 0644 0755\n' }],
  ],
};

for (const { id } of RULES) {
  test(`rule ${id}`, async (t) => {
    const [finds = [], passes = []] = CASES[id] ?? [];
    t.true(finds.length > 0 && passes.length > 0);
    for (const [files, place] of finds) {
      const all = await found(files);
      t.true(all.includes(`${id} ${place}`), `${JSON.stringify(files)}: ${all.join(', ')}`);
    }
    for (const files of passes) {
      const all = await found(files);
      t.deepEqual(
        all.filter((one) => one.startsWith(`${id} `)),
        [],
        JSON.stringify(files),
      );
    }
  });
}

test('good files are found nothing of', async (t) => {
  const run = '#!/usr/bin/with-contenv sh\nexec s6-setuidgid app server\n';
  t.deepEqual(
    await found({ [RUN]: run, [INIT]: '#!/bin/sh\n', [FIX]: '/data true app 0640 0750\n', 'srv/x': '' }),
    [],
  );
});
