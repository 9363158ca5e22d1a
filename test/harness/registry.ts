import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How a registry differs from the plain one: parts of its configuration, as they stand in the YAML. */
export interface RegistryConfig {
  /** Below `http:`, e.g. `tls:` with two indented lines. */
  readonly http?: string;
  /** Whole sections, e.g. `auth:`. */
  readonly sections?: string;
}

/** Debian's docker-registry on a port of 127.0.0.1. */
export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;

/** Starts a registry with a folder of its own. @throws Error with its log where it doesn't come up. */
export async function startRegistry({ http = '', sections = '' }: RegistryConfig = {}): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 's6ts-registry-'));
  await mkdir(join(folder, 'data'));
  const config = `version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: ${JSON.stringify(join(folder, 'data'))}}
  delete: {enabled: true}
http:
  addr: 127.0.0.1:0
  secret: of-the-tests
${http}
${sections}
`;
  await writeFile(join(folder, 'config.yml'), config);
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const log: string[] = [];
  const host = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), READY_LIMIT_MS);
    child.once('error', (error) => void log.push(error.message));
    child.once('close', () => resolve(undefined));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (log.length < 100) log.push(line);
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  if (host !== undefined) return { host, stop };
  await stop();
  throw new Error(`docker-registry does not start (is it installed: npm run setup?)\n${log.join('\n')}`);
}
