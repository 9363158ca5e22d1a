import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An authority of the tests' own; its certificate is `ca.crt` in its folder. */
export interface Authority {
  /** Issues `NAME.cert` with `NAME.key` for 127.0.0.1, to be a server or a client; gives their paths. */
  issue(name: string): Promise<{ readonly cert: string; readonly key: string }>;
  readonly cert: string;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority with openssl, in `folder`. */
export async function certificateAuthority(folder: string): Promise<Authority> {
  const at = (name: string): string => join(folder, name);
  const ca = { cert: at('ca.crt'), key: at('ca.key') };
  await run('openssl', [
    ...['req', '-x509', ...EC, '-days', '2', '-subj', '/CN=s6ts tests'],
    ...['-keyout', ca.key, '-out', ca.cert],
  ]);
  return {
    cert: ca.cert,
    issue: async (name) => {
      const [cert, key] = [at(`${name}.cert`), at(`${name}.key`)];
      const [request, extensions] = [at(`${name}.csr`), at(`${name}.ext`)];
      await writeFile(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      await run('openssl', ['req', ...EC, '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
      const by = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'];
      await run('openssl', [
        'x509',
        '-req',
        '-in',
        request,
        ...by,
        '-days',
        '2',
        '-extfile',
        extensions,
        '-out',
        cert,
      ]);
      return { cert, key };
    },
  };
}
