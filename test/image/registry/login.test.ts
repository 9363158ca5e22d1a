import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { S6tsError } from '../../../src/base/error.js';
import { certificateAuthority } from '../../harness/certificates.js';
import { startRegistry } from '../../harness/registry.js';
import { viaRegistryProxy } from '../../harness/registry-proxy.js';
import { serve } from '../../harness/http-server.js';
import { tokenServer } from '../../harness/token-server.js';
import { recorded } from '../injecting.js';
import { setStage, type Stage } from './setting.js';

let stage: Stage;
test.before(async () => {
  stage = await setStage();
});
test.after.always(() => stage.close());

const USER = 'somebody';
/** A password may hold a colon. */
const PASSWORD = 'pass:word';
/** bcrypt of PASSWORD: the only hash that the registry takes. */
const HASH = '$2b$04$abcdefghijklmnopqrstuu7govE5p0NSk1WUEk5C2Qm3hpPC6VJ66';
const AUTH = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

/** A registry that wants a password, and what of it the logins need. */
async function basicRegistry(): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const file = join(await stage.newFolder(), 'htpasswd');
  await writeFile(file, `${USER}:${HASH}\n`);
  return startRegistry({ sections: `auth:\n  htpasswd: {realm: tests, path: ${file}}` });
}

/** A folder for PATH with a credential helper. */
async function helper(answer: string): Promise<string> {
  const path = await stage.newFolder();
  const program = join(path, 'docker-credential-tests');
  await writeFile(program, `#!/bin/sh\n[ "$1" = get ] || exit 2\ncat >/dev/null\n${answer}\n`);
  await chmod(program, 0o755);
  return path;
}

test('basic authentication, from each place where docker, podman and skopeo keep a login', async (t) => {
  const registry = await basicRegistry();
  t.teardown(() => registry.stop());
  const { host } = registry;
  const target = (name: string): string => `docker://${host}/team/${name}:1`;
  const file = async (path: string, json: object): Promise<string> => {
    const folder = await stage.newFolder();
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), JSON.stringify(json));
    return folder;
  };
  const auths = (key: string): object => ({ auths: { [key]: { auth: AUTH } } });
  const path = await helper(`echo '{"Username":"${USER}","Secret":"${PASSWORD}"}'`);
  const PATH = process.env['PATH'] ?? '';
  process.env['PATH'] = `${path}:${PATH}`;
  t.teardown(() => (process.env['PATH'] = PATH));
  const wrong = { auths: { [host]: { auth: Buffer.from('nobody:wrong').toString('base64') } } };
  const ways: Readonly<Record<string, NodeJS.ProcessEnv>> = {
    'docker-config': { DOCKER_CONFIG: await file('config.json', auths(host)) },
    url: { DOCKER_CONFIG: await file('config.json', auths(`https://${host}/v1/`)) },
    'auth-file': { REGISTRY_AUTH_FILE: join(await file('auth.json', auths(host)), 'auth.json') },
    runtime: { XDG_RUNTIME_DIR: await file('containers/auth.json', auths(host)) },
    namespace: {
      XDG_RUNTIME_DIR: await file('containers/auth.json', {
        auths: { ...wrong.auths, [`${host}/team`]: { auth: AUTH } },
      }),
    },
    'user-config': { XDG_CONFIG_HOME: await file('containers/auth.json', auths(host)) },
    'cred-helpers': {
      DOCKER_CONFIG: await file('config.json', { credHelpers: { [host]: 'tests' }, ...wrong }),
    },
    'creds-store': {
      DOCKER_CONFIG: await file('config.json', { credsStore: 'tests', auths: { [host]: {} } }),
    },
  };
  for (const [name, env] of Object.entries(ways)) {
    const report = await stage.inject(t, stage.layout, { target: target(name), env });
    t.is(report.target.name, target(name), name);
  }
  const creds = { registry: { creds: `${USER}:${PASSWORD}` } };
  const report = await stage.inject(t, target('url'), { target: target('creds'), ...creds });
  t.is(report.upgraded, 's6ts');
});

test('no login, a wrong one, a helper that fails or is missing: said without a secret', async (t) => {
  const registry = await basicRegistry();
  t.teardown(() => registry.stop());
  const image = `docker://${registry.host}/app:1`;
  const denied = await t.throwsAsync(stage.inject(t, image), {
    instanceOf: S6tsError,
    code: 'registry-denied',
  });
  t.true(denied.hint?.includes(`docker login ${registry.host}`));
  const wrong = await t.throwsAsync(stage.inject(t, image, { registry: { creds: 'me:very-secret' } }), {
    code: 'registry-denied',
  });
  t.false(JSON.stringify([wrong.message, Object.entries(wrong)]).includes('very-secret'));
  const progress = recorded();
  const folder = await stage.newFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify({ credsStore: 'missing' }));
  await t.throwsAsync(stage.inject(t, image, { env: { DOCKER_CONFIG: folder }, progress }), {
    code: 'registry-denied',
  });
  t.regex(progress.lines.join('\n'), /docker-credential-missing.*is not installed/);
});

test('tokens: for each repository and what is done there, renewed when they end; the identity token too', async (t) => {
  const folder = await stage.newFolder();
  const authority = await certificateAuthority(folder);
  const { cert, key } = await authority.issue('tokens');
  const tokens = await tokenServer(t, {
    ...{ issuer: 'tests', cert, key, lifetime: 1 },
    allows: ({ authorization, form }) =>
      authorization === `Basic ${AUTH}` || form.get('refresh_token') === 'identity',
  });
  const registry = await startRegistry({
    sections: `auth:\n  token: {realm: "${tokens.url}/token", service: tests, issuer: tests, rootcertbundle: ${authority.cert}}`,
  });
  t.teardown(() => registry.stop());
  const creds = { registry: { creds: `${USER}:${PASSWORD}` } };
  const image = `docker://${registry.host}/from:1`;
  await stage.inject(t, stage.layout, { target: image, ...creds });
  const proxy = await viaRegistryProxy(t, registry.host);
  const source = image.replace(registry.host, proxy.host);
  await stage.inject(t, source, { target: `docker://${proxy.host}/to:1`, ...creds });
  const asked = tokens.requests.map((url) => new URL(url, tokens.url).searchParams.getAll('scope').join(' '));
  t.true(asked.includes('repository:from:pull'));
  t.true(asked.includes('repository:to:pull,push repository:from:pull'), asked.join('\n'));
  t.true(proxy.seen.some(({ line }) => line.includes('mount=') && line.includes('from=from')));
  const config = await stage.newFolder();
  await writeFile(
    join(config, 'config.json'),
    JSON.stringify({ auths: { [registry.host]: { identitytoken: 'identity' } } }),
  );
  const report = await stage.inject(t, image, { env: { DOCKER_CONFIG: config } });
  t.is(report.target.name, `${image}-s6`);
  await t.throwsAsync(stage.inject(t, image), { code: 'registry-denied', message: /gives no token/ });
});

test('what is for a registry alone does not go where it sends on', async (t) => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  const registry = await serve(t, (request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="tests"' }).end();
      return;
    }
    response.writeHead(307, { location: `${elsewhere.url}/elsewhere?signature=secret` }).end();
  });
  const host = registry.url.replace('http://', '');
  const error = await t.throwsAsync(
    stage.inject(t, `docker://${host}/app:1`, { registry: { creds: `${USER}:${PASSWORD}` } }),
    { code: 'image-missing' },
  );
  t.deepEqual(new Set(seen), new Set([undefined]));
  t.false(error.message.includes('secret'));
});

test('TLS: an authority and a client certificate of one’s own, from --cert-dir or certs.d; else refused', async (t) => {
  const folder = await stage.newFolder();
  const authority = await certificateAuthority(folder);
  const server = await authority.issue('server');
  const client = await authority.issue('client');
  const registry = await startRegistry({
    http: `  tls: {certificate: ${server.cert}, key: ${server.key}, clientcas: [${authority.cert}]}`,
  });
  t.teardown(() => registry.stop());
  const image = `docker://${registry.host}/app:1`;
  const home = await stage.newFolder();
  const certs = join(home, 'containers', 'certs.d', registry.host);
  await mkdir(certs, { recursive: true });
  await copyFile(authority.cert, join(certs, 'ca.crt'));
  await copyFile(client.cert, join(certs, 'client.cert'));
  await copyFile(client.key, join(certs, 'client.key'));
  await stage.inject(t, stage.layout, { target: image, registry: { certDir: certs } });
  const report = await stage.inject(t, image, { env: { XDG_CONFIG_HOME: home } });
  t.is(report.target.name, `${image}-s6`);
  const untrusted = await t.throwsAsync(stage.inject(t, image), { code: 'fetch-untrusted' });
  t.true(untrusted.message.includes(registry.host));
  // Believed, but without a certificate of the client's.
  await t.throwsAsync(stage.inject(t, image, { env: { SSL_CERT_FILE: authority.cert } }));
  const { cert, key } = await authority.issue('other');
  const open = await startRegistry({ http: `  tls: {certificate: ${cert}, key: ${key}}` });
  t.teardown(() => open.stop());
  const there = `docker://${open.host}/app:1`;
  await stage.inject(t, stage.layout, { target: there, env: { SSL_CERT_FILE: authority.cert } });
  await t.throwsAsync(stage.inject(t, there), { code: 'fetch-untrusted' });
  await stage.inject(t, there, { registry: { insecure: [open.host] } });
});
