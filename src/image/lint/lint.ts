import { fixAttrsAccount, fixAttrsLine, scriptAccount } from './account-rules.js';
import { placeOf, type Finding, type Rule, type Subject } from './rule.js';
import {
  scriptBom,
  scriptCrlf,
  scriptCrlfInterpreterLine,
  scriptEmpty,
  scriptInterpreterMissing,
  scriptNoInterpreterLine,
  scriptNotExecutable,
  scriptProgramMissing,
} from './script-rules.js';
import { serviceName, serviceNoFolder, serviceNoRun, serviceShellStays } from './service-rules.js';

/** All rules. To add one: a `Rule` in a file of its subject, a row here, a case in test/image/lint.test.ts. */
export const RULES: readonly Rule[] = [
  scriptEmpty,
  scriptBom,
  scriptNoInterpreterLine,
  scriptCrlfInterpreterLine,
  scriptCrlf,
  scriptInterpreterMissing,
  scriptProgramMissing,
  scriptNotExecutable,
  scriptAccount,
  serviceName,
  serviceNoFolder,
  serviceNoRun,
  serviceShellStays,
  fixAttrsLine,
  fixAttrsAccount,
];

/** Judges files by all rules, those of one place together. */
export async function lint(subject: Subject): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { id, severity, check } of RULES) {
    for (const fault of await check(subject)) found.push({ rule: id, severity, ...fault });
  }
  return found.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** A finding in a line for people, its severity left to who prints it. */
export function formatFinding(finding: Finding): string {
  return `${placeOf(finding)} ${finding.message} (${finding.rule})\n    → ${finding.hint}`;
}
