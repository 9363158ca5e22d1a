/**
 * The check-list of a release, done: version, changelog, key, build, tarballs, package, check of the package.
 *   node scripts/release.js --sign-key private.asc [--passphrase-file FILE] [--arch NAME]... [--out DIR] [--no-build] [--fast]
 * The key is the release engineer's own; only its public half comes into the tree (assets/keys/release) and the package.
 * --no-build takes dist/ and build/ as they are; --fast packs in seconds, to go through the list once before the real one.
 * Ends at the first point that isn't as it should be, with exit code 1.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CARRIED, COMMAND } from './carried.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_PACKED_BYTES = 8_000_000;

const { values } = parseArgs({
  options: {
    'sign-key': { type: 'string' },
    'passphrase-file': { type: 'string' },
    arch: { type: 'string', multiple: true, default: CARRIED },
    out: { type: 'string', default: 'release-out' },
    'no-build': { type: 'boolean', default: false },
    fast: { type: 'boolean', default: false },
  },
});
if (values['sign-key'] === undefined) fail('no key is named', '--sign-key FILE: your own private key');
const [out, signKey] = [resolve(values.out), resolve(values['sign-key'])];
const secret =
  values['passphrase-file'] === undefined ? {} : { passphraseFile: resolve(values['passphrase-file']) };
process.chdir(ROOT);

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

point('version', () => {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    fail(`package.json has the version ${version}`, 'npm version');
  if (existsSync('.git')) {
    const changed = run('git', ['status', '--porcelain', '--untracked-files=no']).trim();
    if (changed !== '') fail(`not committed:\n${changed}`, 'commit it, or take it back');
  }
  return version;
});

point('changelog', () => {
  const heading = readFileSync('CHANGELOG.md', 'utf8').match(/^## (\S+)(.*)$/m);
  if (heading?.[1] !== version)
    fail(`CHANGELOG.md begins with ${heading?.[1]}`, `write down what ${version} brings`);
  if (/unreleased/.test(heading[2])) fail(`CHANGELOG.md calls ${version} unreleased`, 'give it its date');
  return heading[0].slice(3);
});

if (!values['no-build']) {
  point('compile', () => {
    run('npm', ['run', '--silent', 'build:ts']);
    run(process.execPath, ['scripts/build-runtime.js', ...values.arch]);
    return values.arch.join(' ');
  });
}

const { loadSigningKey } = await import('../dist/overlay/signature/signing-key.js');
const { publicKeyOf } = await import('../dist/overlay/signature/sign.js');
const key = await loadSigningKey({ file: signKey, ...secret, env: process.env, now: new Date() });
const { fingerprint, userId } = key.signer;

point('key', () => {
  writeFileSync(join('assets/keys/release', `${fingerprint.toLowerCase()}.asc`), publicKeyOf(key));
  const text = readFileSync('README.md', 'utf8').replace(/\s+/g, '').toUpperCase();
  if (!text.includes(fingerprint.toUpperCase()))
    fail('README.md does not name the key', `write into it: ${fingerprint}`);
  return `${userId}, ${fingerprint}`;
});

point('tarballs', () => {
  rmSync('embedded', { recursive: true, force: true });
  const passphrase =
    values['passphrase-file'] === undefined ? [] : ['--passphrase-file', secret.passphraseFile];
  const architectures = values.arch.flatMap((name) => ['--arch', name]);
  run(process.execPath, [
    ...['bin/run.cjs', 'build-release', ...architectures, '--frozen', '--out', 'embedded'],
    ...['--sign-key', signKey, ...passphrase, ...(values.fast ? [] : ['--best'])],
  ]);
  return readdirSync('embedded').join(' ');
});

const packed = point('package', () => {
  mkdirSync(out, { recursive: true });
  const [report] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out]));
  const file = join(out, report.filename);
  if (statSync(file).size > MAX_PACKED_BYTES)
    fail(`${file} has ${statSync(file).size} bytes`, 'what came into it?');
  const paths = report.files.map(({ path }) => path);
  const foreign = paths.filter(
    (path) => /^(test|src|bench|scripts|\.)|\.(c|h|def|ts)$/.test(path) && !path.endsWith('.d.ts'),
  );
  if (foreign.length > 0)
    fail(`the package holds ${foreign.join(' ')}`, '"files" in package.json lists what it is for');
  const wanted = values.arch.flatMap((name) => [
    `embedded/s6-overlay-${name}.tar.gz`,
    `embedded/s6-overlay-${name}.tar.gz.sig`,
    ...['init', 'utils', 'syslogd'].map((binary) => `build/runtime/${name}/${binary}`),
  ]);
  const missing = [...wanted, ...COMMAND].filter((path) => !paths.includes(path));
  if (missing.length > 0) fail(`the package lacks ${missing.join(' ')}`, 'build first; npm run build');
  return file;
});

point('signatures in the package', () => {
  const folder = join(out, '.check');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('tar', ['-xzf', packed, '-C', folder]);
  const embedded = join(folder, 'package/embedded');
  const signatures = readdirSync(embedded).filter((name) => name.endsWith('.sig'));
  // Trusted because of the key that the package brings, and of none that this machine has.
  const env = { ...process.env, XDG_CONFIG_HOME: folder };
  for (const name of signatures)
    run(process.execPath, ['bin/run.cjs', 'verify', join(embedded, name)], { env });
  // npm leaves out links: those under TARGETARCH's names.
  run('sha256sum', ['--check', '--strict', '--quiet', '--ignore-missing', 'SHA256SUMS'], { cwd: embedded });
  rmSync(folder, { recursive: true });
  return `${signatures.length} good`;
});

console.log(`\nnext: git commit assets/keys/release && git tag v${version} && npm publish ${packed}`);

/** Does a point of the list and says so. */
function point(name, work) {
  const result = work();
  console.log(`ok  ${name.padEnd(26)} ${result}`);
  return result;
}

function run(program, args, options = {}) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
  } catch (error) {
    fail(
      `${program} ${args.slice(0, 3).join(' ')} … ended with ${error.status}\n${error.stdout}${error.stderr}`,
    );
  }
}

function fail(message, hint) {
  console.error(`not ok: ${message}${hint === undefined ? '' : `\n  → ${hint}`}`);
  process.exit(1);
}
