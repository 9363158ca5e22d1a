import { commandsIn, say } from './terminal.js';

/**
 * The environment in which `docker` and `s6ts` find an engine: the user's own, where one answers that runs amd64
 * images; else one of ours, on a private socket. `stop` ends ours.
 */
export async function findEngine(env) {
  const own = await answering(env);
  if (own !== undefined) {
    say(`your Docker engine answers (${own}): using it`);
    return { env, stop: () => Promise.resolve() };
  }
  say('no Docker engine of yours answers: starting a private one, which ends with the demo');
  const { startDockerd } = await import('../../test/harness/dockerd.ts');
  const engine = await startDockerd();
  const ours = { ...env, DOCKER_HOST: engine.address };
  delete ours.DOCKER_CONTEXT;
  return { env: ours, stop: () => engine.stop() };
}

async function answering(env) {
  const { docker } = commandsIn(env);
  const format = '{{.Server.Version}} {{.Server.Arch}}';
  const { code, stdout } = await docker(['version', '--format', format], { code: 'any', quiet: true });
  return code === 0 && stdout.trim().endsWith('amd64') ? stdout.trim() : undefined;
}
