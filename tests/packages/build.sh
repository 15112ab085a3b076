# Builds the packages in a minimal root, as root, with /packages/source.tar. tests/packages/debian.sh runs it there.
# It leaves the packages in /packages, and libv4l2fake.so, the tests' camera, for try.sh. With an architecture they are
# cross-built for it, as docs/guide/cross-build.md says, without the camera.
#   build.sh [ARCHITECTURE]
# shellcheck shell=sh

install() { apt-get install -y -qq --no-install-recommends "$@" >/tmp/install.log 2>&1 || { cat /tmp/install.log; exit 2; }; }

# as_builder COMMAND: runs a command as a user without rights.
as_builder() { su builder -c "$1"; }

architecture=${1:-}
build_options=
[ -z "$architecture" ] || {
  build_options="-a$architecture -Pcross,nocheck"
  dpkg --add-architecture "$architecture"
}
apt-get update -qq
# ccache is no part of the build. It spares a second run most of the compiling.
install build-essential ccache lintian ${architecture:+"crossbuild-essential-$architecture"}
useradd --create-home builder
mkdir -p /build/v4l2cppsrc
tar --extract --no-same-owner --file /packages/source.tar --directory /build/v4l2cppsrc
# shellcheck disable=SC2086  # Words.
apt-get build-dep -y -qq --no-install-recommends ${architecture:+--host-architecture $architecture -P cross,nocheck} \
  /build/v4l2cppsrc >/tmp/install.log 2>&1 || {
  cat /tmp/install.log
  exit 2
}
chown -R builder /build /ccache
as_builder 'cd /build/v4l2cppsrc && CCACHE_DIR=/ccache dpkg-buildpackage '"$build_options"' -us -uc >/build/log 2>&1' || {
  tail -n 60 /build/log
  exit 1
}
echo "==> lintian"
# It reads machine code as words, knows the autopkgtest to be superficial, and each release knows another newest policy.
# It takes Gstreamer-Elements for a field that dpkg knows, but without XB- Debian 12's dpkg leaves it out.
as_builder 'lintian --version && lintian --display-info --pedantic --tag-display-limit 0 --fail-on error,warning,info \
  --suppress-tags spelling-error-in-binary,superficial-tests,adopted-extended-field,out-of-date-standards-version,newer-standards-version \
  /build/*.changes'
cp /build/*.deb /build/*.dsc /build/*.changes /build/*.buildinfo /build/*.tar.* /build/log /packages
[ -z "$architecture" ] || exit 0

echo "==> Building the tests' camera"
install libgtest-dev
as_builder 'export CCACHE_DIR=/ccache
  meson setup /build/fake /build/v4l2cppsrc -Dvm-tests=disabled -Dtools=disabled -Doptimization=0 -Ddebug=false >/build/fake.log &&
  ninja -C /build/fake tests/fake/libv4l2fake.so >>/build/fake.log' || {
  tail -n 60 /build/fake.log
  exit 1
}
cp /build/fake/tests/fake/libv4l2fake.so /packages
