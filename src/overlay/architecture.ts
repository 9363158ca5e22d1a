import { editDistance } from '../base/edit-distance.js';
import { S6tsError } from '../base/error.js';

/** A processor architecture under all the names that it has. The one table; nothing else may hold such a name. */
export interface Architecture {
  /** The name of the seed, of files and of the command line. */
  readonly seed: string;
  /** OCI platform (image-spec, image-index.md): GOARCH and variant. */
  readonly oci: { readonly architecture: string; readonly variant?: string };
  readonly debian: string;
  /** ELF header: class, byte order and e_machine (elf(5)). */
  readonly elf: { readonly bits: 32 | 64; readonly endian: 'little' | 'big'; readonly machine: number };
  /** Where Debian keeps its libraries (multiarch tuple) and the file name of its dynamic loader. */
  readonly multiarch: string;
  readonly loader: string;
  /** qemu-user's name. */
  readonly qemu: string;
  /** Further names that are accepted. */
  readonly aliases: readonly string[];
}

/** All architectures, the seed's four first. */
export const ARCHITECTURES: readonly Architecture[] = [
  {
    seed: 'amd64',
    oci: { architecture: 'amd64' },
    debian: 'amd64',
    elf: { bits: 64, endian: 'little', machine: 62 },
    multiarch: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
    qemu: 'x86_64',
    aliases: ['x86-64', 'x64'],
  },
  {
    seed: 'x86',
    oci: { architecture: '386' },
    debian: 'i386',
    elf: { bits: 32, endian: 'little', machine: 3 },
    multiarch: 'i386-linux-gnu',
    loader: 'ld-linux.so.2',
    qemu: 'i386',
    aliases: ['i486', 'i586', 'i686', 'ia32'],
  },
  {
    seed: 'armhf',
    oci: { architecture: 'arm', variant: 'v7' },
    debian: 'armhf',
    elf: { bits: 32, endian: 'little', machine: 40 },
    multiarch: 'arm-linux-gnueabihf',
    loader: 'ld-linux-armhf.so.3',
    qemu: 'arm',
    aliases: ['armv7', 'armv7l', 'armv7hf'],
  },
  {
    seed: 'aarch64',
    oci: { architecture: 'arm64', variant: 'v8' },
    debian: 'arm64',
    elf: { bits: 64, endian: 'little', machine: 183 },
    multiarch: 'aarch64-linux-gnu',
    loader: 'ld-linux-aarch64.so.1',
    qemu: 'aarch64',
    aliases: ['armv8'],
  },
  {
    seed: 'riscv64',
    oci: { architecture: 'riscv64' },
    debian: 'riscv64',
    elf: { bits: 64, endian: 'little', machine: 243 },
    multiarch: 'riscv64-linux-gnu',
    loader: 'ld-linux-riscv64-lp64d.so.1',
    qemu: 'riscv64',
    aliases: [],
  },
  {
    seed: 'ppc64le',
    oci: { architecture: 'ppc64le' },
    debian: 'ppc64el',
    elf: { bits: 64, endian: 'little', machine: 21 },
    multiarch: 'powerpc64le-linux-gnu',
    loader: 'ld64.so.2',
    qemu: 'ppc64le',
    aliases: ['powerpc64le'],
  },
  {
    seed: 's390x',
    oci: { architecture: 's390x' },
    debian: 's390x',
    elf: { bits: 64, endian: 'big', machine: 22 },
    multiarch: 's390x-linux-gnu',
    loader: 'ld64.so.1',
    qemu: 's390x',
    aliases: [],
  },
];

/** Every name under which an architecture is known but for its variants, the seed's first. */
export function namesOf(architecture: Architecture): readonly string[] {
  const { seed, debian, oci, qemu, multiarch, aliases } = architecture;
  return [...new Set([seed, debian, oci.architecture, qemu, multiarch, ...aliases])];
}

/** ARM before v7, in each system's name: Debian's armhf, and our /init, would die there of an illegal instruction. */
const TOO_OLD_ARM = new Set(['arm/v5', 'arm/v6', 'armel', 'armv5', 'armv5tel', 'armv6', 'armv6l', 'armv6hf']);

/** How far a mistyped name may be from the one that was meant. */
const NEAREST = 2;

/**
 * Reads an architecture in the seed's, the OCI (`linux/arm/v7`, `arm64`), Debian's or the kernel's name; `linux/` may be
 * left out, and case doesn't matter.
 * @throws S6tsError `architecture-unknown` with the list of names and the nearest one, or what to do about an old ARM.
 */
export function parseArchitecture(name: string): Architecture {
  const platform = name
    .trim()
    .toLowerCase()
    .replace(/^linux\//, '');
  if (TOO_OLD_ARM.has(platform)) {
    throw new S6tsError(
      'architecture-unknown',
      `${name} is older than the ARMv7 that Debian's armhf is built for: its programs would die there of an illegal instruction`,
      {
        what: name,
        hint: 'no release of s6ts has it; programs and a /init compiled for it can be brought by SKAWARE_SOURCE only',
      },
    );
  }
  const [word = '', variant, ...rest] = platform.split('/');
  const found = ARCHITECTURES.find((architecture) => namesOf(architecture).includes(word));
  // A variant belongs to OCI's names alone.
  const isPlatform = variant === undefined || (found?.oci.architecture === word && /^v\d+$/.test(variant));
  if (found !== undefined && isPlatform && rest.length === 0) return found;
  const near = nearestTo(platform);
  throw new S6tsError('architecture-unknown', `unknown architecture "${name}"`, {
    what: name,
    hint: `${near === undefined ? '' : `did you mean ${near}? `}known are: ${SEEDS} (or their OCI, Debian and kernel names), and all`,
  });
}

const SEEDS = ARCHITECTURES.map(({ seed }) => seed).join(' ');

/**
 * Reads a list of architectures, `all` among them, in the table's order, each once.
 * @throws S6tsError as `parseArchitecture`.
 */
export function parseArchitectures(names: readonly string[]): Architecture[] {
  const wanted = new Set(
    names.flatMap((name) => (name.trim().toLowerCase() === 'all' ? ARCHITECTURES : parseArchitecture(name))),
  );
  return ARCHITECTURES.filter((architecture) => wanted.has(architecture));
}

/** The architecture of an OCI platform, or undefined where we have none for it. */
export function architectureOfPlatform(goarch: string, variant?: string): Architecture | undefined {
  const platform = variant === undefined || variant === '' ? goarch : `${goarch}/${variant}`;
  if (TOO_OLD_ARM.has(platform)) return undefined;
  return ARCHITECTURES.find((architecture) => architecture.oci.architecture === goarch);
}

function nearestTo(wanted: string): string | undefined {
  return ['all', ...ARCHITECTURES.flatMap(namesOf)]
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .filter(({ name, distance }) => distance <= NEAREST && distance < name.length)
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}
