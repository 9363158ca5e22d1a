import { check, duration, say, stage, until } from './terminal.js';

/** Runs the injected image and looks into it. */
export async function lookInside({ docker }, { injected, name }) {
  stage('6. Run it');
  const options = [
    '--name',
    name,
    '--network',
    'none',
    '-e',
    'WHO=world',
    '-e',
    'S6_LOGGING_SCRIPT=n3 s4096 T',
  ];
  await docker(['run', '-d', ...options, injected]);
  const inside = (...words) => docker(['exec', name, ...words], { quiet: true });
  await until('CMD runs', async () =>
    (await docker(['logs', name], { quiet: true })).stdout.includes('cmd: at work'),
  );
  // One pipe for both streams: what was written first is shown first.
  const { output } = await docker(['logs', name], { joined: true });
  check(output.includes('[fix-attrs.d] 01-data: exited 0.'), 'fix-attrs ran', output);
  const owner = (await inside('stat', '-c', '%U %a', '/data/upload')).stdout.trim();
  check(owner === 'www-data 640', `it gave /data/upload to ${owner.replace(' ', ', mode ')}`, owner);
  check(
    output.includes('cont-init: hello, world'),
    "the cont-init script ran, with the container's environment",
    output,
  );

  stage('7. A service is killed, and comes back');
  const pid = async () => (await inside('s6-svstat', '-o', 'up,pid', '/run/service/ticker')).stdout.trim();
  const before = await until('the service is up', async () => (await pid()).startsWith('true') && pid());
  await docker(['exec', name, 's6-svc', '-k', '/run/service/ticker']);
  const after = await until('the service is back', async () => {
    const now = await pid();
    return now.startsWith('true') && now !== before && now;
  });
  check(after !== before, `process ${before.slice(5)} is gone, process ${after.slice(5)} does its work`);

  stage('8. Its log rotates');
  const sizes = await until('three rotated logs', async () => {
    const { stdout } = await inside('sh', '-c', 'stat -c %s /var/log/ticker/@*');
    const found = stdout.trim().split('\n').map(Number);
    return found.length === 3 && found;
  });
  await docker(['exec', name, 'ls', '-l', '/var/log/ticker']);
  // s6-log looks at the size after what it has read in one go: a burst may overshoot.
  check(
    Math.max(...sizes) < 8192,
    'three old files are kept, each rotated before it would pass 4 kB, as S6_LOGGING_SCRIPT says',
    sizes.join(' '),
  );

  stage('9. What runs in there');
  const words = ['top', name, '-eo', 'pid,ppid,user,args'];
  await until('the service has written all its lines, and rests', async () => {
    const { stdout } = await docker(words, { quiet: true });
    return /^\d+ +\d+ +nobody +sleep/m.test(stdout);
  });
  const top = await docker(words);
  const count = top.stdout.trim().split('\n').length - 1;
  // /init, s6-svscan, CMD and its child, two supervisors, the service, its logger.
  check(
    count === 8,
    'init, s6-svscan, CMD with its child, a service with its logger, a supervisor each: no more',
    top.stdout,
  );
}

/** CMD's exit code, and how long a stop takes with and without us. */
export async function endings({ docker }, { image, injected, name }) {
  stage("10. CMD's exit code is the container's");
  await docker(
    [
      'run',
      '--rm',
      '--network',
      'none',
      '-e',
      'S6_VERBOSITY=1',
      injected,
      'sh',
      '-c',
      'echo a last word; exit 42',
    ],
    { code: 42 },
  );
  check(true, 'exit code 42');

  stage('11. Stop it, beside the same CMD under plain Docker');
  const ours = await docker(['stop', name]);
  const code = async (box) =>
    (await docker(['inspect', '--format', '{{.State.ExitCode}}', box], { quiet: true })).stdout.trim();
  check((await code(name)) === '143', 'CMD was told to end, and did: exit code 143', await code(name));
  await docker(['run', '-d', '--name', `${name}-plain`, '--network', 'none', image]);
  await until('CMD runs', async () =>
    (await docker(['logs', `${name}-plain`], { quiet: true })).stdout.includes('at work'),
  );
  const plain = await docker(['stop', `${name}-plain`]);
  say(
    `plain Docker ${duration(plain.ms)}, exit code ${await code(`${name}-plain`)}; with s6ts ${duration(ours.ms)}`,
  );
  check(
    ours.ms < plain.ms / 2,
    'a shell as PID 1 is deaf until Docker kills it; ours stops when it is told to',
    `${ours.ms} ms`,
  );
}
