import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findEngine } from '../../../src/image/store/docker-daemon/context.js';

/** A home folder with docker contexts: name → what its meta.json holds. */
function home(
  t: ExecutionContext,
  contexts: Readonly<Record<string, unknown>>,
  config?: object | string,
): string {
  const folder = mkdtempSync(join(tmpdir(), 's6ts-home-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const docker = join(folder, '.docker');
  mkdirSync(docker);
  if (config !== undefined) {
    writeFileSync(join(docker, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  }
  for (const [name, meta] of Object.entries(contexts)) {
    const at = join(docker, 'contexts', 'meta', idOf(name));
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'meta.json'), JSON.stringify(meta));
  }
  return folder;
}

function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

const LAB = { Name: 'lab', Endpoints: { docker: { Host: 'ssh://me@lab', SkipTLSVerify: false } } };
const DESK = { Name: 'desk', Endpoints: { docker: { Host: 'unix:///desk.sock' } } };

test('DOCKER_HOST wins over DOCKER_CONTEXT, that over the current context, that over the default', async (t) => {
  const at = home(t, { lab: LAB, desk: DESK }, { currentContext: 'lab' });
  const url = async (env: NodeJS.ProcessEnv): Promise<string> => (await findEngine(env, at)).url;
  t.is(await url({ DOCKER_HOST: 'unix:///x', DOCKER_CONTEXT: 'desk' }), 'unix:///x');
  t.is(await url({ DOCKER_HOST: '', DOCKER_CONTEXT: 'desk' }), 'unix:///desk.sock');
  t.is(await url({ DOCKER_CONTEXT: '' }), 'ssh://me@lab');
  t.is(await url({ DOCKER_CONTEXT: 'default' }), 'unix:///var/run/docker.sock');
  t.deepEqual(await findEngine({}, home(t, {})), {
    url: 'unix:///var/run/docker.sock',
    from: 'the default socket',
  });
  t.is((await findEngine({}, at)).from, 'docker context "lab"');
});

test('DOCKER_CONFIG moves the whole folder', async (t) => {
  const at = home(t, { desk: DESK }, { currentContext: 'desk' });
  t.is((await findEngine({ DOCKER_CONFIG: join(at, '.docker') }, '/nowhere')).url, 'unix:///desk.sock');
});

test("a context's certificates, or its wish to check none", async (t) => {
  const secure = { Endpoints: { docker: { Host: 'tcp://h:2376', SkipTLSVerify: true } } };
  const at = home(t, { secure, plain: { Endpoints: { docker: { Host: 'tcp://h:2375' } } } });
  const tls = join(at, '.docker', 'contexts', 'tls', idOf('secure'), 'docker');
  mkdirSync(tls, { recursive: true });
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(tls, `${name}.pem`), name);
  const found = await findEngine({ DOCKER_CONTEXT: 'secure' }, at);
  t.deepEqual(found.tls, {
    verify: false,
    ca: Buffer.from('ca'),
    cert: Buffer.from('cert'),
    key: Buffer.from('key'),
  });
  t.is((await findEngine({ DOCKER_CONTEXT: 'plain' }, at)).tls, undefined);
  const byHost = { DOCKER_HOST: 'h:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls };
  t.like(await findEngine(byHost, at), { url: 'tcp://h:2376', tls: { verify: true, ca: Buffer.from('ca') } });
});

test('a context that is not there is said', async (t) => {
  const error = await t.throwsAsync(findEngine({ DOCKER_CONTEXT: 'none' }, home(t, {})), {
    code: 'docker-context',
  });
  t.regex(error.message, /no docker context "none"/);
  await t.throwsAsync(findEngine({}, home(t, {}, '{')), { message: /config\.json/ });
});
