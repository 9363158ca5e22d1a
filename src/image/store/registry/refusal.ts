import { S6tsError } from '../../../base/error.js';
import { isObject, jsonOrNothing } from '../../../base/json-object.js';
import type { Answer } from '../../../base/send.js';

/** Of an answer that says why not, this much is read. */
const MOST_BYTES = 65_536;
const MOST_SHOWN = 200;

/** A request as a "no" tells of it. */
interface Asked {
  /** `push the manifest of …` */
  readonly doing: string;
  /** The registry, or the repository in it. */
  readonly what: string;
  /** What to do where credentials are missing or wrong. */
  readonly hint?: string;
}

/** A registry's "no" to a request (distribution-spec, "Error Codes"). */
export function refusal({ doing, what, hint }: Asked, status: number, text = ''): S6tsError {
  const reasons = reasonsIn(text);
  const said = reasons.map(({ code, message }) => (message === '' ? code : `${code}: ${message}`)).join('; ');
  const why = `the registry answers ${status}${said === '' ? '' : ` (${said.slice(0, MOST_SHOWN)})`}`;
  const denied = status === 401 || status === 403;
  return new S6tsError(denied ? 'registry-denied' : 'registry-refused', `cannot ${doing}: ${why}`, {
    what,
    ...(denied && hint !== undefined ? { hint } : {}),
  });
}

/** The beginning of an answer's text. @throws TemporaryError where the connection breaks. */
export async function textOf(answer: Answer): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of answer.body()) {
      pieces.push(piece);
      if ((length += piece.length) > MOST_BYTES) break;
    }
  } finally {
    answer.discard();
  }
  return Buffer.concat(pieces).toString();
}

/** `{"errors": [{"code": "DENIED", "message": "…"}]}` */
function reasonsIn(text: string): readonly { readonly code: string; readonly message: string }[] {
  const value = jsonOrNothing(text);
  const errors: readonly unknown[] = isObject(value) && Array.isArray(value['errors']) ? value['errors'] : [];
  return errors.filter(isObject).map(({ code, message }) => ({
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message: typeof message === 'string' ? message : '',
  }));
}
