import type { ExecutionContext } from 'ava';

/** What a shell adds to its own environment. */
const SHELLS_OWN = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
const CONTAINERS = [
  '',
  'EMPTY=',
  'FOO=bar',
  'HOME=/root',
  'HOSTNAME=box',
  'MULTI=l1',
  'NLEND=x',
  'SP=  lead trail  ',
  'l2',
];
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What each kind of program of case k1 may see, and nothing else: `env | sort`, each line behind its kind. */
export function environments(stdout: string, t: ExecutionContext): void {
  const seen = (kind: string): string[] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith(`${kind}: `))
      .map((line) => line.slice(kind.length + 2))
      .filter((line) => !SHELLS_OWN.has(line.replace(/=.*/, '')))
      .sort();
  const plain = ['PATH=/command:/usr/bin:/usr/sbin:/bin:/sbin'];
  const withContenv = [...CONTAINERS, `PATH=/command:${DEFAULT_PATH}`].sort();
  t.deepEqual(
    Object.fromEntries(
      [
        'init-plain',
        'init-with',
        'run-plain',
        'run-with',
        'cmd',
        'svcfinish-plain',
        'contfinish-plain',
        'contfinish-with',
      ].map((kind) => [kind, seen(kind)]),
    ),
    {
      'init-plain': plain,
      'init-with': withContenv,
      'run-plain': plain,
      'run-with': withContenv,
      cmd: [...CONTAINERS, `PATH=${DEFAULT_PATH}:/command`].sort(),
      'svcfinish-plain': plain,
      'contfinish-plain': plain,
      'contfinish-with': withContenv,
    },
  );
}
