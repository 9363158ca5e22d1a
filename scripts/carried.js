/** The architectures whose signed tarballs the npm package carries. */
export const CARRIED = ['amd64', 'x86', 'armhf', 'aarch64'];
