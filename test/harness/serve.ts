/*
 * Runs an engine for as long as its stdin is open: whoever asked for it may die in any way, and it still ends.
 * Prints one line of JSON, {"address", "driver"}, when the engine answers.
 */
import { startDockerd } from './dockerd.js';

// A ^C on the terminal is for our parent, which ends us by closing stdin.
process.on('SIGINT', () => undefined);
const engine = await startDockerd();
process.stdout.write(`${JSON.stringify({ address: engine.address, driver: engine.driver })}\n`);
await new Promise<void>((resolve) => {
  process.stdin.once('end', resolve).once('close', resolve).resume();
  process.once('SIGTERM', () => resolve());
});
await engine.stop();
process.exit(0);
