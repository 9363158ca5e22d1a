# The builder, used as s6-overlay v1's was:
#   docker build -q .                               (prints the image's id, for IMAGE below)
#   docker run --rm -v `pwd`/dist:/builder/dist IMAGE
#   docker run --rm -e SKAWARE_SOURCE=file:///skaware -v FOLDER:/skaware:ro -v `pwd`/dist:/builder/dist IMAGE
# -e ARCH="amd64 x86" builds these alone; arguments replace the whole command. What comes out isn't signed: s6ts sign does it.
ARG BASE=node:22-bookworm-slim
FROM ${BASE}
COPY . /builder/s6ts/
WORKDIR /builder/s6ts
# A context that was built already (npm run build) is taken as it is; a fresh clone is compiled here.
RUN set -e; \
    if ! [ -e dist/index.js ] || ! [ -e build/runtime/amd64/init ]; then \
      apt-get -q update; \
      DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install ca-certificates clang lld llvm make; \
      npm ci; \
      npm run --silent build:ts; \
      node scripts/build-runtime.js amd64 x86 armhf aarch64; \
      npm prune --omit=dev; \
      rm -rf /var/lib/apt/lists/* /root/.npm /root/.cache build/sysroot; \
    fi; \
    mkdir -p /builder/dist; \
    chmod 0777 /builder/dist
ENV HOME=/builder XDG_CACHE_HOME=/tmp/cache ARCH="amd64 x86 armhf aarch64"
WORKDIR /builder
USER nobody
CMD ["sh", "-c", "set --; for each in $ARCH; do set -- \"$@\" --arch \"$each\"; done; exec node s6ts/bin/run.cjs build-release --no-sign --out /builder/dist \"$@\""]
