#!/bin/sh
# release/base/alpine.sh ROOT.tar REPOSITORY [PACKAGE...]: the root file system of an Alpine base image, by apk (apk-tools,
# or apk.static on any other Linux); REPOSITORY is the URL of a release's main/ folder. Needs root.
# Alpine's own alpine-minirootfs-*.tar.gz will do as well. Then: s6ts base ROOT.tar --tag base-alpine
set -eu
out=${1:?usage: alpine.sh ROOT.tar REPOSITORY [PACKAGE...]}
repository=${2:?usage: alpine.sh ROOT.tar REPOSITORY [PACKAGE...]}
shift 2
if ! command -v apk >/dev/null; then
  echo 'alpine.sh: apk not found: Alpine has it as apk-tools, for any Linux as apk.static (apk-tools-static)' >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# alpine-keys has the keys that apk checks all else with; this machine's own come from its package of that name.
apk --root "$work" --initdb --keys-dir /etc/apk/keys --repository "$repository" --no-cache \
  add alpine-baselayout alpine-keys busybox apk-tools "$@"
echo "$repository" >"$work/etc/apk/repositories"
tar --sort=name --numeric-owner --xattrs --one-file-system --exclude='./dev/*' -C "$work" -cf "$out.new" .
mv "$out.new" "$out"
