import type { IncomingMessage } from 'node:http';
import { S6tsError } from '../../../base/error.js';
import type { Engine } from './engine.js';

/** The archive that the engine makes of an image or index, as it comes. @throws S6tsError `engine-…` */
export async function exportStream(engine: Engine, id: string): Promise<IncomingMessage> {
  const message = await engine.stream({ method: 'GET', path: `/images/${id}/get` });
  if (message.statusCode === 200) return message;
  message.destroy();
  throw new S6tsError(
    'engine-refused',
    `the Docker engine cannot export ${id}: status ${message.statusCode ?? 0}`,
  );
}
