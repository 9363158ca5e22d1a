import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The bytes of a file of the cache. What isn't a plain file is an error, never waited for: a fifo has no end, nor what a
 * link may lead to. Windows knows neither flag. @throws the error of the file system
 */
export async function readCached(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error(`${file} is no file`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
