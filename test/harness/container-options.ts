import type Docker from 'dockerode';
import type { Files } from './tarball.js';

/** A signal for PID 1, sent when the one before it has been, and all that is named here holds, in this order. */
export interface PlannedSignal {
  /** What its output must match. */
  readonly when?: RegExp | string;
  /** What must succeed in it (`Box.exec`): tried again and again until it does. */
  readonly until?: readonly string[];
  /** So many ms pass then: for what must not happen meanwhile. */
  readonly afterMs?: number;
  readonly signal: string | number;
}

/** What to run and how; what is left out is the image's. */
export interface ContainerOptions {
  readonly image: string;
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Put into the container's root before it starts. */
  readonly files?: Files;
  /** Written to its stdin, which is closed then. */
  readonly stdin?: string;
  /** Its stdin stays open for `Box.write`. */
  readonly openStdin?: boolean;
  readonly signals?: readonly PlannedSignal[];
  readonly tty?: boolean;
  readonly user?: string;
  readonly workdir?: string;
  readonly hostname?: string;
  readonly readOnly?: boolean;
  /** Path → mount options, as `docker run --tmpfs PATH:OPTIONS`. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly host?: Docker.HostConfig;
  /** It has a loopback interface that is up. Default false: the engine starts a program of its own for each that has one. */
  readonly loopback?: boolean;
  /** Killed, and an error, when it runs longer. Default 60 s. */
  readonly limitMs?: number;
}

/** The engine's form of it (Docker Engine API, ContainerCreate). */
export function createOptions(options: ContainerOptions): Docker.ContainerCreateOptions {
  const stdin = options.stdin !== undefined || options.openStdin === true || options.tty === true;
  return {
    Image: options.image,
    Hostname: options.hostname ?? 'box',
    NetworkDisabled: options.loopback !== true,
    Tty: options.tty === true,
    OpenStdin: stdin,
    StdinOnce: stdin,
    AttachStdin: stdin,
    AttachStdout: true,
    AttachStderr: true,
    ...(options.cmd === undefined ? {} : { Cmd: [...options.cmd] }),
    ...(options.entrypoint === undefined ? {} : { Entrypoint: [...options.entrypoint] }),
    ...(options.env === undefined
      ? {}
      : { Env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`) }),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.workdir === undefined ? {} : { WorkingDir: options.workdir }),
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: options.readOnly === true,
      ...(options.tmpfs === undefined ? {} : { Tmpfs: { ...options.tmpfs } }),
      ...options.host,
    },
  };
}
