import { S6tsError } from '../../base/error.js';
import { treeOf, type OverlayTree, type TreeEntry } from '../../overlay/tree.js';
import { isServiceName } from '../lint/service-rules.js';
import { parseCommand } from './command-words.js';
import { readFolder } from './read-folder.js';
import { serviceScript } from './service-script.js';

/** What a user wants in an image beside the overlay, as typed. */
export interface AdditionsRequest {
  /** `NAME=COMMAND` */
  readonly services: readonly string[];
  /** A folder that is laid over the root. */
  readonly files?: string;
  /** `KEY=VALUE` */
  readonly env: readonly string[];
  /** A JSON array, or words as for a shell. */
  readonly cmd?: string;
}

/** The same, read. */
export interface Additions {
  readonly tree: OverlayTree;
  /** Names of `--service`, sorted. */
  readonly services: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cmd?: readonly string[];
}

const SERVICE = '--service web=\'nginx -g "daemon off;"\'';

/** Reads what is to be added. @throws S6tsError `usage` | `file-…` | `additions-invalid`. */
export async function readAdditions(request: AdditionsRequest): Promise<Additions> {
  const files = request.files === undefined ? treeOf([]) : await readFolder(request.files);
  const read = request.services.map(serviceOf);
  const services = new Map(read);
  const folders = [...files.keys()];
  for (const name of services.keys()) {
    const folder = `etc/services.d/${name}`;
    if (!folders.some((path) => path === folder || path.startsWith(`${folder}/`))) continue;
    throw new S6tsError('usage', `the service ${name} stands in ${request.files ?? ''} too, as ${folder}`, {
      what: name,
      hint: 'name it once: in the folder, or with --service',
    });
  }
  const names = read.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`--service names the service ${twice} twice`, SERVICE);
  const scripts = [...services].map(([name, text]): [string, TreeEntry] => [
    `etc/services.d/${name}/run`,
    { kind: 'file', mode: 0o755, bytes: Buffer.from(text) },
  ]);
  return {
    tree: treeOf([...files, ...scripts]),
    services: [...services.keys()].sort(),
    env: new Map(request.env.map(variableOf)),
    ...(request.cmd === undefined ? {} : { cmd: cmdOf(request.cmd) }),
  };
}

/** `NAME=COMMAND` → its name and the text of its `run`. */
function serviceOf(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals));
  if (!isServiceName(name))
    throw usage(`--service ${text} does not begin with NAME=, letters, digits and . _ - @ + :`, SERVICE);
  return [name, serviceScript(parseCommand(text.slice(equals + 1), `--service ${name}`))];
}

function variableOf(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0 || text.includes('\0')) throw usage(`--env ${text} is no KEY=VALUE`, '--env TZ=UTC');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** What only a shell understands is given to one, as a Dockerfile does. */
function cmdOf(text: string): readonly string[] {
  const command = parseCommand(text, '--cmd');
  return command.kind === 'words' ? command.words : ['/bin/sh', '-c', command.text];
}

function usage(message: string, example: string): S6tsError {
  return new S6tsError('usage', message, { hint: `for instance: ${example}` });
}
