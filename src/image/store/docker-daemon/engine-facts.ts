import { S6tsError } from '../../../base/error.js';
import type { Engine } from './engine.js';
import { expectGood } from './errors.js';
import { parseAnswer, stringsOf, textOf } from './json.js';

/** What one asks an engine before anything is written. */
export interface EngineFacts {
  /** Where it keeps layers: each kind takes another form of archive, so it is asked, not tried. */
  readonly layerStore: 'classical' | 'containerd';
  /** True where files on its disk have other owners than in a container: user namespaces. */
  readonly ownersShifted: boolean;
  /** The platform that its containers run on: `linux/x86_64`. */
  readonly platform: string;
}

/** Asks the engine (GET /info). @throws S6tsError `engine-…`. */
export async function engineFacts(engine: Engine): Promise<EngineFacts> {
  const info = parseAnswer(expectGood(await engine.ask({ method: 'GET', path: '/info' }), 'describe itself'));
  const status = info['DriverStatus'];
  const containerd =
    Array.isArray(status) &&
    status.some(
      (row: unknown) =>
        Array.isArray(row) &&
        row[0] === 'driver-type' &&
        String(row[1]).startsWith('io.containerd.snapshotter'),
    );
  if (textOf(info['OSType']) === 'windows') {
    throw new S6tsError('engine-windows', 'this Docker engine runs Windows containers', {
      what: engine.address.url,
      hint: 'switch Docker Desktop to Linux containers',
    });
  }
  const ownersShifted = stringsOf(info['SecurityOptions']).some((option) =>
    /^name=(?:userns|rootless)\b/.test(option),
  );
  const platform = `${textOf(info['OSType'])}/${textOf(info['Architecture'])}`;
  return { layerStore: containerd ? 'containerd' : 'classical', ownersShifted, platform };
}
