import { engine } from '../harness/engine.js';
import { overlaidImage } from '../harness/overlaid.js';

/** The image that most tests run: busybox with a real /bin, /var/run a link to /run, our overlay, ENTRYPOINT /init. */
export async function overlaidBusybox(): Promise<string> {
  return overlaidImage(await engine(), 'busybox', { varRun: 'relative-link' });
}
