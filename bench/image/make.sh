#!/bin/sh
# Makes the benchmark image in every archive form: `sh bench/image/make.sh OUTDIR` (root; Debian package debootstrap; a running dockerd).
# Debian's versions are those of the day and are recorded in OUTDIR/dpkg.txt; npm and PyPI packages are pinned beside this file.
# Four layers: Debian, the npm application, a layer that deletes and replaces, the labels of an old package on purpose.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
out=${1:?usage: make.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
root=$out/rootfs
mirror=${PLIMSOLL_BENCH_MIRROR:-$(awk '/^deb /{for(i=2;i<=NF;i++)if($i~/^http/){print $i;exit}} /^URIs:/{print $2;exit}' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)}

if [ ! -f "$out/base.tar" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates,curl,perl,git,gcc,libssl3,openssl bookworm "$root" "$mirror"
  cp "$here/requirements.txt" "$root/tmp/requirements.txt"
  pip download --quiet --only-binary=:all: --python-version 3.11 --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 --platform any --dest "$root/tmp/wheels" -r "$here/requirements.txt"
  chroot "$root" python3 -m pip install --quiet --break-system-packages --no-compile --no-index --find-links /tmp/wheels -r /tmp/requirements.txt
  rm -rf "$root/tmp/wheels" "$root/tmp/requirements.txt" "$root"/var/cache/apt/archives/*.deb
  # Two Debian packages made old on purpose: only their recorded version, so that the image stays bootable.
  sed -i '/^Package: libssl3$/,/^$/s/^Version: .*/Version: 3.0.9-1/; /^Package: openssl$/,/^$/s/^Version: .*/Version: 3.0.9-1/' "$root/var/lib/dpkg/status"
  chroot "$root" dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\n' | sort >"$out/dpkg.txt"
  chroot "$root" python3 -m pip list --format=json >"$out/pip.json"
  tar -C "$root" --sort=name --numeric-owner -cf "$out/base.tar" .
fi
if [ ! -f "$out/app.tar" ]; then
  rm -rf "$out/app"
  mkdir -p "$out/app/srv/app"
  cp "$here/package.json" "$out/app/srv/app/"
  (cd "$out/app/srv/app" && npm install --ignore-scripts --no-audit --no-fund --omit=optional --loglevel=error)
  tar -C "$out/app" --sort=name --numeric-owner --owner=0 --group=0 -cf "$out/app.tar" srv
fi
cat >"$out/Dockerfile" <<'D'
FROM scratch
ADD base.tar /
ADD app.tar /
RUN rm -rf /srv/app/node_modules/mocha /usr/share/doc && echo changed > /etc/motd
LABEL org.opencontainers.image.title=plimsoll-bench
CMD ["node", "/srv/app"]
D
DOCKER_BUILDKIT=0 docker build -q -t plimsoll-bench:1 -f "$out/Dockerfile" "$out" >/dev/null
docker save -o "$out/docker-old.tar" plimsoll-bench:1
gzip -6 -kc "$out/docker-old.tar" >"$out/docker-old.tar.gz"
rm -rf "$out/oci" "$out/oci-plain" "$out/oci.tar"
node "$here/oci-from-docker.mjs" "$out/docker-old.tar" "$out/oci" 1
tar -C "$out/oci" -cf "$out/oci.tar" .
