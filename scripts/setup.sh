#!/bin/bash
# npm run setup: installs the Debian packages that building and testing s6ts need. Does nothing, in well under a
# second, when none is missing. Never asks a question, starts no service.
set -euo pipefail

# package | how to see that it is there | what it is for
packages='
clang              | cmd clang              | compiles /init (C) and, with sanitizers, its unit tests
lld                | cmd ld.lld             | links /init for each architecture
llvm               | cmd llvm-ar            | archives and symbol tools that fit clang
libclang-rt-14-dev | file /usr/lib/*/clang/*/lib/linux/libclang_rt.asan-*.a /usr/lib/clang/*/lib/linux/libclang_rt.asan-*.a | sanitizers and fuzzer of the unit tests
binutils-s390x-linux-gnu | cmd s390x-linux-gnu-ld | links /init for s390x, unknown to ld.lld 14
qemu-user-static   | cmd qemu-s390x-static  | runs the programs of other architectures in the tests
clang-tidy         | cmd clang-tidy         | checks the C code in the test command
make               | cmd make               | builds src/runtime
libc6-dev          | file /usr/include/stdio.h | C headers for the unit tests, which run on this machine
docker.io          | cmd dockerd            | the engine that tests and demo start on a socket of their own
iptables           | cmd iptables           | dockerd looks for it when it starts
busybox-static     | static busybox         | the root of the test and demo images
debootstrap        | cmd debootstrap        | makes a real Debian root for the tests
docker-registry    | cmd docker-registry    | a registry on 127.0.0.1 for the tests
openssl            | cmd openssl            | certificates for the registry of the tests
skopeo             | cmd skopeo             | judges our images from outside
umoci              | cmd umoci              | judges our layers from outside
buildah            | cmd buildah            | judges our archives from outside, as podman reads them
gnupg              | cmd gpg                | judges our signatures from outside
attr               | cmd setfattr           | extended attributes in the layers of tests
xz-utils           | cmd xz                 | makes the package mirror of the tests
strace             | cmd strace             | shows which files our programs open
ca-certificates    | file /etc/ssl/certs/ca-certificates.crt | lets a package mirror with https be used
tini               | cmd tini               | a peer in the benchmarks
dumb-init          | cmd dumb-init          | a peer in the benchmarks
runit              | cmd runsv              | a peer in the benchmarks
supervisor         | cmd supervisord        | a peer in the benchmarks
'

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Looks for the tool, not into dpkg: quick, and right too where it was installed in another way.
present() { # KIND NAMES
  local kind=$1 path
  shift
  case $kind in
    cmd) command -v "$1" >/dev/null ;;
    file) for path in "$@"; do if [ -e "$path" ]; then return 0; fi; done; return 1 ;;
    # The other busybox package needs the libc of its image, and the two exclude each other.
    static) path=$(command -v "$1") && ! grep -q /ld-linux "$path" ;;
  esac
}

missing=()
list=''
while IFS='|' read -r package sign reason; do
  package=${package// /}
  if [ -z "$package" ]; then continue; fi
  # shellcheck disable=SC2086 # split into words, globs expanded: that is wanted
  if ! present $sign; then
    missing+=("$package")
    list+=$(printf '\n  %-19s%s' "$package" "${reason# }")
  fi
done <<<"$packages"

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "setup: missing on this machine:$list"
# shellcheck disable=SC1091
os=$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}" || true)

if ! command -v apt-get >/dev/null; then
  echo "setup: this is ${os:-not a Debian system} without apt-get. Install what provides the tools above with its own"
  echo "       package manager (names are Debian's), or work in a Debian 12 machine, then run the command again."
  exit 1
fi >&2
if [ "$(id -u)" -ne 0 ]; then
  echo "setup: installing needs root. Type this, then run the command again:"
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  exit 1
fi >&2

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=
finish() {
  rm -f "$log"
  if [ -n "$made_policy" ]; then rm -f "$policy"; fi
}
trap finish EXIT
# dockerd and supervisord are wanted as programs only: policy-rc.d with 101 keeps their services from being started.
if [ ! -e "$policy" ]; then
  made_policy=1
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1; }
install() { apt --no-install-recommends install "${missing[@]}"; }
known() { apt -s --no-install-recommends install "${missing[@]}"; }

echo "setup: installing ${#missing[@]} package(s) with apt-get"
# An index is fetched only where apt does not know a package, or the mirror no longer has what the old index names.
if ! { known && install; }; then
  echo 'setup: refreshing the package index'
  if ! { apt update && install; }; then
    tail -n 25 "$log" >&2
    echo "setup: apt-get could not install them (its last words above; this is ${os:-an unknown system}, made for" >&2
    echo '       Debian 12). Mend the cause, or install them in another way, then run the command again.' >&2
    exit 1
  fi
fi
echo 'setup: done'
