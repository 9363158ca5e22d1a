import type { Rule } from './rule.js';
import { scriptsIn, servicesIn } from './scripts.js';

/** A program of a service: what would be sent a signal has to be the program itself. */
const RUN = /\/services\.d\/[^/]+\/run$/;

export const serviceNoFolder: Rule = {
  id: 'service-no-folder',
  severity: 'warning',
  check: ({ tree }) =>
    servicesIn(tree)
      .filter(({ isFolder }) => !isFolder)
      .map(({ path, name }) => ({
        path,
        message: 'is no folder: /init passes it over',
        hint: `a service is a folder with a file run: services.d/${name}/run`,
      })),
};

export const serviceNoRun: Rule = {
  id: 'service-no-run',
  severity: 'error',
  check: async ({ tree, root }) => {
    const faults = await Promise.all(
      servicesIn(tree)
        .filter(({ isFolder }) => isFolder)
        .flatMap(({ path, parts }) => [
          path,
          ...(parts.some((part) => part.startsWith('log/')) ? [`${path}/log`] : []),
        ])
        .map(async (path) => ((await root.isFile(`${path}/run`)) ? [] : [path])),
    );
    return faults.flat().map((path) => ({
      path,
      message: 'has no file run: /init leaves it out',
      hint: 'give it a script called run that starts the program and stays in the foreground',
    }));
  },
};

export const serviceName: Rule = {
  id: 'service-name',
  severity: 'error',
  check: ({ tree }) =>
    servicesIn(tree)
      .filter(({ name }) => !isServiceName(name))
      .map(({ path }) => ({
        path,
        message: 'is no good name for a service',
        hint: 'use letters, digits and . _ - @ + : only, 64 at most',
      })),
};

export const serviceShellStays: Rule = {
  id: 'service-shell-stays',
  severity: 'warning',
  check: ({ tree }) =>
    scriptsIn(tree)
      .filter(({ path, text }) => RUN.test(path) && isShell(text) && !execs(text) && !endsInShell(text))
      .map(({ path }) => ({
        path,
        message: 'does not exec its program: a stop reaches the shell only',
        hint: 'put exec before its last command',
      })),
};

/** True for a name that every tool of s6 takes, and that needs no quoting in a shell. */
export function isServiceName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._@+:-]{0,63}$/.test(name);
}

function execs(text: string): boolean {
  return /(?:^|[\s;&|(])exec\s/m.test(text);
}

/** Commands of the shell itself that a script may end with: exec has nothing to start there. */
const BUILTINS = new Set(['exit', 'return', 'echo', 'printf', 'true', 'false', ':', 'test', '[', 'wait']);

/** True where the last command is the shell's own. */
function endsInShell(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '' && !line.startsWith('#')) ?? '';
  const command = last.split(/;|&&|\|\|/).findLast((part) => part.trim() !== '') ?? '';
  return BUILTINS.has(command.trim().split(/\s/)[0] ?? '');
}

function isShell(text: string): boolean {
  return /^#!\s*\S*(?:\/|\s)(?:ba|da|a|k|z)?sh\b/.test(text);
}
