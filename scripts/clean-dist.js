// A compiled file whose source has gone would go on being a command: dist/ is made anew each time.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
