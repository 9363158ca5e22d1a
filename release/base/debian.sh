#!/bin/sh
# release/base/debian.sh ROOT.tar [SUITE [MIRROR]]: the root file system of a Debian base image, by debootstrap; needs
# root. Then: s6ts base ROOT.tar --tag base:SUITE
set -eu
out=${1:?usage: debian.sh ROOT.tar [SUITE [MIRROR]]}
suite=${2:-bookworm}
if ! command -v debootstrap >/dev/null; then
  echo 'debian.sh: debootstrap not found: apt-get install debootstrap' >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debootstrap --variant=minbase "$suite" "$work/root" ${3:+"$3"}
# What only debootstrap needed, and what every machine must make for itself.
rm -rf "$work/root/var/cache/apt/archives/"*.deb "$work/root/var/lib/apt/lists/"* "$work/root/debootstrap" \
  "$work/root/var/log/"*.log "$work/root/var/cache/ldconfig/"*
: >"$work/root/etc/machine-id"
rm -f "$work/root/etc/hostname" "$work/root/etc/resolv.conf"
tar --sort=name --numeric-owner --xattrs --one-file-system --exclude='./dev/*' -C "$work/root" -cf "$out.new" .
mv "$out.new" "$out"
