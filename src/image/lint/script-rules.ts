import { holdsProgram } from './find-program.js';
import type { Fault, LintRoot, Rule } from './rule.js';
import { interpreterOf, scriptsIn, textScriptsIn, type Script } from './scripts.js';

/* Faults of a script that the kernel, or /init, would not start (src/runtime/lib/script.c says the same at boot). */

const BOM = '\xef\xbb\xbf';

/** Programs that look for another one in PATH, and start that. */
const LAUNCHERS = ['env', 'with-contenv'];

export const scriptEmpty: Rule = {
  id: 'script-empty',
  severity: 'error',
  check: ({ tree }) =>
    faultsIn(scriptsIn(tree), ({ text }) =>
      text === ''
        ? fault('is empty: there is nothing to run', 'write the script, or leave the file out')
        : undefined,
    ),
};

export const scriptBom: Rule = {
  id: 'script-bom',
  severity: 'error',
  check: ({ tree }) =>
    faultsIn(textScriptsIn(tree), ({ text }) =>
      text.startsWith(BOM)
        ? fault('begins with a byte order mark: its #! is not seen', 'save it as UTF-8 without BOM')
        : undefined,
    ),
};

export const scriptNoInterpreterLine: Rule = {
  id: 'script-no-interpreter-line',
  severity: 'error',
  check: ({ tree }) =>
    faultsIn(textScriptsIn(tree), (script) => {
      if (script.text === '' || script.text.startsWith(BOM)) return undefined;
      const words = interpreterOf(script);
      if (words !== undefined && words.length > 0) return undefined;
      const message = words === undefined ? 'has no #! line' : 'has a #! line with nothing behind it';
      return fault(message, 'its first line has to name its interpreter: #!/bin/sh', 1);
    }),
};

export const scriptCrlfInterpreterLine: Rule = {
  id: 'script-crlf-interpreter-line',
  severity: 'error',
  check: ({ tree }) =>
    faultsIn(textScriptsIn(tree), ({ text }) =>
      /^#![^\n]*\r\n/.test(text)
        ? fault('has a #! line that ends with CR LF: the CR is a part of the interpreter’s name', TO_UNIX, 1)
        : undefined,
    ),
};

export const scriptCrlf: Rule = {
  id: 'script-crlf',
  severity: 'warning',
  check: ({ tree }) =>
    faultsIn(textScriptsIn(tree), ({ text }) => {
      const lines = text.split('\n');
      const first = lines.findIndex((line, index) => index > 0 && line.endsWith('\r'));
      return first < 0 ? undefined : fault('has a line that ends with CR LF', TO_UNIX, first + 1);
    }),
};

export const scriptInterpreterMissing: Rule = {
  id: 'script-interpreter-missing',
  severity: 'error',
  check: async ({ tree, root }) => {
    const faults = await Promise.all(
      textScriptsIn(tree).map(async (script) => {
        const missing = await missingOf(interpreterOf(script) ?? [], root);
        const hint = 'the image has to have it, or the script another interpreter';
        return missing === undefined
          ? []
          : [{ path: script.path, ...fault(`needs ${missing}, which the image lacks`, hint, 1) }];
      }),
    );
    return faults.flat();
  },
};

/** A warning: a script of cont-init.d, or a volume, may bring the program. */
export const scriptProgramMissing: Rule = {
  id: 'script-program-missing',
  severity: 'warning',
  check: async ({ tree, root }) => {
    const faults = await Promise.all(
      scriptsIn(tree).map(async ({ path, text }) => {
        // As src/image/additions/service-script.ts writes it.
        const program = /^#!\/command\/execlineb -P\nwith-contenv ([\w@%+:,./-]+)(?: [^\n]*)?\n?$/.exec(
          text,
        )?.[1];
        if (program === undefined || (await holdsProgram(root, program))) return [];
        const hint =
          'name one that the image has, by its path or in PATH; or let a script of cont-init.d bring it';
        return [{ path, ...fault(`starts ${program}, which the image lacks`, hint, 2) }];
      }),
    );
    return faults.flat();
  },
};

export const scriptNotExecutable: Rule = {
  id: 'script-not-executable',
  severity: 'warning',
  check: ({ tree }) =>
    faultsIn(scriptsIn(tree), ({ mode }) =>
      (mode & 0o111) === 0
        ? fault('is not executable: /init has to make it so, or to run a copy', 'chmod +x')
        : undefined,
    ),
};

const TO_UNIX = 'convert the file, as with dos2unix';

/** The program that a `#!` line needs and the root hasn't. */
async function missingOf(words: readonly string[], root: LintRoot): Promise<string | undefined> {
  const [interpreter, argument] = words;
  if (interpreter === undefined) return undefined;
  if (!interpreter.startsWith('/')) return `${interpreter}, a path that is not absolute`;
  if (!(await root.isFile(interpreter.slice(1)))) return interpreter;
  const name = interpreter.split('/').at(-1) ?? '';
  if (!LAUNCHERS.includes(name) || argument === undefined || /^-|=/.test(argument)) return undefined;
  return (await holdsProgram(root, argument)) ? undefined : argument;
}

function faultsIn(
  scripts: readonly Script[],
  judge: (script: Script) => Omit<Fault, 'path'> | undefined,
): readonly Fault[] {
  return scripts.flatMap((script) => {
    const found = judge(script);
    return found === undefined ? [] : [{ path: script.path, ...found }];
  });
}

function fault(message: string, hint: string, line?: number): Omit<Fault, 'path'> {
  return { message, hint, ...(line === undefined ? {} : { line }) };
}
