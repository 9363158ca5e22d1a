import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { S6tsError } from '../base/error.js';

/**
 * Asks for a secret on the terminal without showing what is typed; undefined where there is no terminal to ask on, so
 * that nothing waits for an answer that can't come. The question goes to stderr: stdout stays the command's result.
 */
export function terminalPrompt(): ((question: string) => Promise<string>) | undefined {
  return process.stdin.isTTY && process.stderr.isTTY ? askHidden : undefined;
}

/** @throws S6tsError `passphrase-missing` when the input ends (Ctrl-D) without an answer */
async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    // Only now is the terminal silent; what is typed after seeing the question is never shown.
    process.stderr.write(question);
    return await new Promise<string>((resolve, reject) => {
      lines.on('line', resolve);
      lines.on('close', () => reject(new S6tsError('passphrase-missing', 'no passphrase was typed')));
      // The terminal is raw while we ask, so Ctrl-C comes as a key; hand it on as the signal that it means.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
