import type { Fault, LintRoot, Rule } from './rule.js';
import { fixAttrsIn, scriptsIn, type Script } from './scripts.js';

/** The fields of a line of fix-attrs.d; the grammar is that of src/runtime/lib/fix_attrs_parse.c. */
const FIELDS = ['path', 'recurse', 'account', 'fmode', 'dmode'] as const;

/** A mode in octal, or `-`: leave it as it is. */
const MODE = /^(?:-|[0-7]{1,5})$/;

/** The line's fields, without a comment; none for a line that says nothing. */
function fieldsOf(line: string): readonly string[] {
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

export const fixAttrsLine: Rule = {
  id: 'fix-attrs-line',
  severity: 'error',
  check: ({ tree }) =>
    linesOf(fixAttrsIn(tree)).flatMap(({ path, line, text }) => {
      const fault = faultOf(text);
      const hint = `a line is: ${FIELDS.join(' ')}; for instance: /data true app,1000:1000 0640 0750`;
      return fault === undefined ? [] : [{ path, line, message: fault, hint }];
    }),
};

function faultOf(text: string): string | undefined {
  const fields = fieldsOf(text.replace(/\r$/, ''));
  if (fields.length === 0) return undefined;
  if (text.endsWith('\r')) return 'ends with CR LF';
  if (fields.length !== FIELDS.length) return `has ${fields.length} fields, not ${FIELDS.length}`;
  const [, recurse = '', , fmode = '', dmode = ''] = fields;
  if (!['true', 'false'].includes(recurse)) return `recurse is ${recurse}, neither true nor false`;
  const bad = [fmode, dmode].find((mode) => !MODE.test(mode));
  return bad === undefined ? undefined : `${bad} is no mode`;
}

export const fixAttrsAccount: Rule = {
  id: 'fix-attrs-account',
  severity: 'error',
  check: ({ tree, root }) =>
    unknownAccounts(fixAttrsIn(tree), root, (text) => {
      const account = fieldsOf(text)[2];
      // What stands behind the comma holds where the name is unknown.
      if (account === undefined || account.includes(',')) return undefined;
      return { account, hint: `say what holds then: ${account},1000:1000` };
    }),
};

/** A warning: a script of cont-init.d may make the account at the start. */
export const scriptAccount: Rule = {
  id: 'script-account',
  severity: 'warning',
  check: ({ tree, root }) =>
    unknownAccounts(scriptsIn(tree), root, (text) => {
      const account = SETUIDGID.exec(text)?.[1];
      const hint = 'add the account to the image, or let a script of cont-init.d do so';
      return account === undefined ? undefined : { account, hint };
    }),
};

const SETUIDGID = /^[^#]*\bs6-setuidgid[ \t]+([A-Za-z_][\w.-]*(?::[\w.-]+)?)(?=[ \t;\r]|$)/;

/** The lines that name an account which the image lacks; `named` finds it in a line, and what to do where it is missing. */
async function unknownAccounts(
  files: readonly Script[],
  root: LintRoot,
  named: (text: string) => { readonly account: string; readonly hint: string } | undefined,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const { path, line, text } of linesOf(files)) {
    const found = named(text);
    const unknown = found === undefined ? undefined : await unknownIn(found.account, root);
    if (found === undefined || unknown === undefined) continue;
    faults.push({ path, line, message: `names ${unknown}, which the image lacks`, hint: found.hint });
  }
  return faults;
}

/** What of `USER` or `USER:GROUP` the image has no account for; numbers need none. */
async function unknownIn(account: string, root: LintRoot): Promise<string | undefined> {
  const [user = '', group] = account.split(':');
  if (!isId(user) && !(await root.hasAccount('user', user))) return `the account ${user}`;
  if (group === undefined || isId(group) || (await root.hasAccount('group', group))) return undefined;
  return `the group ${group}`;
}

function isId(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

function linesOf(
  files: readonly { readonly path: string; readonly text: string }[],
): readonly { readonly path: string; readonly line: number; readonly text: string }[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').map((content, index) => ({ path, line: index + 1, text: content })),
  );
}
