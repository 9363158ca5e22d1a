import { S6tsError } from '../../../base/error.js';

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;

/**
 * The members of an ar archive, in order (deb(5): the common format, no long names).
 * @throws S6tsError `deb-malformed` naming `what`.
 */
export function readAr(bytes: Uint8Array, what: string): Map<string, Uint8Array> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.toString('latin1', 0, MAGIC.length) !== MAGIC) throw malformed(what, 'it is no ar archive');
  const members = new Map<string, Uint8Array>();
  let offset = MAGIC.length;
  while (offset < view.length) {
    const header = view.toString('latin1', offset, offset + HEADER_BYTES);
    if (header.length < HEADER_BYTES || !header.endsWith('`\n'))
      throw malformed(what, `no member header at ${offset}`);
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
    const digits = header.slice(48, 58).trimEnd();
    const start = offset + HEADER_BYTES;
    const end = start + Number(digits);
    if (!/^\d+$/.test(digits) || end > view.length) throw malformed(what, `the member ${name} is cut short`);
    if (members.has(name)) throw malformed(what, `it holds ${name} twice`);
    members.set(name, bytes.subarray(start, end));
    offset = end + (end % 2);
  }
  return members;
}

function malformed(what: string, fault: string): S6tsError {
  return new S6tsError('deb-malformed', `${what}: ${fault}`, { what });
}
