#!/bin/sh
# Builds and runs the tests on a release of Debian, whatever this machine has. The compiler, GStreamer, QEMU and
# the VM's kernel are that release's. The script makes a root of the release once, which takes some minutes, and
# keeps it. The last line and the exit status are those of tests/run.sh.
#   sh tests/matrix.sh RELEASE [--fast] [--clang] [MESON_TEST_ARGUMENT...]   as tests/run.sh --all does there;
#                                        RELEASE is bookworm, trixie, forky or what comes next
#   sh tests/matrix.sh RELEASE -- COMMAND...      runs a command there instead, in the checkout
#   sh tests/matrix.sh RELEASE:ARCHITECTURE [--fast] [MESON_TEST_ARGUMENT...]   builds for arm64 or armhf with the
#                                        release's compiler, and runs the tests in a guest of that architecture; --fast
#                                        leaves out those with a device
# The build directory is build-RELEASE, or build-RELEASE-clang with --clang. V4L2CPP_WERROR=true makes warnings
# errors, V4L2CPP_DEBUG=false leaves out debug information. V4L2CPP_MIRROR is the mirror of Debian's packages, if apt does not know one.
set -eu
cd "$(dirname "$0")/.."
project=$(pwd)
# shellcheck source=scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=scripts/roots.sh
. tests/scripts/roots.sh

case ${1:-} in
  '' | -* | */*) give_up "usage: sh tests/matrix.sh RELEASE [ARGUMENT... | -- COMMAND...]" ;;
esac
release=${1%%:*}
case $1 in
  *:*) architecture=${1#*:} ;;
  *) architecture= ;;
esac
shift
root=$roots/$release
foreign=$roots/$release-$architecture
# The kernel of arm64 runs programs of armhf too.
compat=$roots/$release-arm64

# there UID:GID COMMAND...: runs the command as that user in the root, in this checkout, at its usual path. The mounts
# are in a mount namespace of its own. The environment is only what is set here, since the paths of this machine mean
# nothing there.
there() {
  user=$1
  shift
  # shellcheck disable=SC2016
  as_root unshare --mount sh -euc '
    root=$1
    project=$2
    foreign=$3
    compat=$4
    shift 4
    for directory in dev proc sys; do mount --rbind "/$directory" "$root/$directory"; done
    mount -t tmpfs tmpfs "$root/tmp"
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
    for directory in "$project" "$foreign" "$compat"; do
      [ -d "$directory" ] || continue
      mkdir -p "$root$directory"
      mount --bind "$directory" "$root$directory"
    done
    exec chroot "$@"
  ' sh "$root" "$project" "$foreign" "$compat" --userspec="$user" --groups="$(id -G | tr ' ' ,)" "$root" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    HOME=/var/cache/v4l2cppsrc CCACHE_NOHASHDIR=1 BUILD_DIR="$build" V4L2CPP_WERROR="${V4L2CPP_WERROR:-}" \
    V4L2CPP_DEBUG="${V4L2CPP_DEBUG:-}" \
    V4L2CPP_VM_ACCEL="${V4L2CPP_VM_ACCEL:-}" V4L2CPP_VM_CPU="${V4L2CPP_VM_CPU:-}" \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
    sh -c 'cd "$0" && exec "$@"' "$project" "$@"
}

me=$(id -u):$(id -g)
if [ -n "$architecture" ]; then
  build=build-$release-$architecture
  root=$foreign
  make_foreign_root
  if [ "$architecture" = armhf ]; then
    architecture=arm64 root=$compat
    make_foreign_root
    architecture=armhf
    set -- --kernel "$compat" "$@"
  fi
  root=$roots/$release
  # A machine of that release needs no root of it for the compiler.
  if [ "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" = "$release" ]; then
    BUILD_DIR=$build exec sh tests/scripts/cross.sh "$architecture" "$foreign" "$@"
  fi
  [ -d "$root" ] || make_root
  echo "==> In the root of Debian $release"
  # shellcheck disable=SC2016
  there 0:0 sh -euc '
    mkdir -p "$HOME"
    chown "$1" "$HOME"
    shift
    . tests/scripts/packages.sh
    need ccache
    sh tests/scripts/cross.sh "$1" "$2" --install
  ' sh "$me" "$architecture" "$foreign" || exit 2
  there "$me" sh tests/scripts/cross.sh "$architecture" "$foreign" "$@"
  exit
fi
build=build-$release
[ -d "$root" ] || make_root
if [ "${1:-}" = -- ]; then
  shift
  there "$me" "$@"
  exit
fi

echo "==> In the root of Debian $release"
case " $* " in
  *' --clang '*) build=$build-clang ;;
esac
set -- --all "$@"
# Root installs the missing packages there. The caller's user runs the rest. Meson uses ccache where that is installed,
# so only what a change reaches is compiled again, also in a new checkout.
# shellcheck disable=SC2016
there 0:0 sh -euc '
  mkdir -p "$HOME"
  chown "$1" "$HOME"
  shift
  . tests/scripts/packages.sh
  need ccache
  sh tests/run.sh --install "$@"
' sh "$me" "$@" || exit 2
there "$me" sh tests/run.sh "$@"
