import type { Command } from './command-words.js';

/**
 * The text of a service's `run`. Words are started by execline, so that an image needs no shell; the variables are the
 * container's either way.
 */
export function serviceScript(command: Command): string {
  if (command.kind === 'words') {
    return `#!/command/execlineb -P\nwith-contenv ${command.words.map(quoted).join(' ')}\n`;
  }
  return `#!/command/with-contenv sh\n${command.simple ? 'exec ' : ''}${command.text}\n`;
}

/** A word as execlineb reads it back (execlineb.html, "Syntax"). */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/[\\"]/g, '\\$&')}"`;
}
