/** True for this machine itself, with or without a port: `localhost`, `127.0.0.1:5000`, `[::1]:5000`. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}
