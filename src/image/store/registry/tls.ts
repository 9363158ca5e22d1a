import { readdir, readFile } from 'node:fs/promises';
import type { AgentOptions } from 'node:https';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { errnoOf, fileError, S6tsError } from '../../../base/error.js';
import { configHome } from '../../../base/user-folders.js';

/** Whom to believe, and who we are. */
export interface Certificates {
  /** PEM, beside those that everybody trusts. */
  readonly ca: readonly string[];
  readonly client: Pick<AgentOptions, 'cert' | 'key'>;
}

export interface CertificatesContext {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** A folder for each registry alike, where the user has said. */
  readonly certDir?: string;
}

/** Where the distributions keep what the machine trusts. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The certificates for a registry: `certDir`, else the first folder of its name that podman (containers-certs.d(5)) or
 * Docker would look into. In it `*.crt` are authorities, the first `*.cert` with its `*.key` the client's own. Beside them the
 * machine's authorities, or SSL_CERT_FILE's. @throws S6tsError `file-error` | `certificate-key`.
 */
export async function certificatesFor(host: string, context: CertificatesContext): Promise<Certificates> {
  const { env, home, certDir } = context;
  const config = configHome(env, () => home);
  const folders =
    certDir === undefined
      ? [join(config, 'containers'), '/etc/containers', join(config, 'docker'), '/etc/docker'].map((folder) =>
          join(folder, 'certs.d', host),
        )
      : [certDir];
  for (const folder of folders) {
    const names = await namesIn(folder, certDir !== undefined);
    if (names !== undefined) return inFolder(folder, names, await trusted(env));
  }
  return { ca: await trusted(env), client: {} };
}

async function inFolder(
  folder: string,
  names: readonly string[],
  known: readonly string[],
): Promise<Certificates> {
  const read = (name: string): Promise<string> => readText(join(folder, name));
  const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read));
  // One of several would do; Node can't choose, as it has to know before the server says whom it believes.
  const [cert] = names.filter((name) => name.endsWith('.cert'));
  if (cert === undefined) return { ca: [...known, ...authorities], client: {} };
  const key = cert.replace(/cert$/, 'key');
  if (!names.includes(key)) {
    throw new S6tsError(
      'certificate-key',
      `${folder} has a client's certificate, ${cert}, without its key ${key}`,
      { what: join(folder, key) },
    );
  }
  const client = { cert: await read(cert), key: await read(key) };
  return { ca: [...known, ...authorities], client };
}

/** Node's own list stays in: the machine's may be missing, or hold nothing but the firm's. */
async function trusted(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const given = env['SSL_CERT_FILE'];
  if (given !== undefined && given !== '') return [...rootCertificates, await readText(given)];
  for (const bundle of SYSTEM_BUNDLES) {
    const text = await readFile(bundle, 'utf8').catch(() => undefined);
    if (text !== undefined) return [...rootCertificates, text];
  }
  return rootCertificates;
}

async function namesIn(folder: string, wanted: boolean): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (!wanted && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return undefined;
    throw fileError('read the certificates in', folder, error);
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw fileError('read the certificate', file, error);
  });
}
