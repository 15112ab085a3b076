#!/bin/sh
# Cross-builds the project and runs its tests in the guest of that architecture. tests/matrix.sh calls it.
#   cross.sh ARCHITECTURE ROOT [--kernel ROOT] [--fast] [MESON_TEST_ARGUMENT...]
# ARCHITECTURE is arm64 or armhf. ROOT is a root of it, see roots.sh. --kernel is a root of arm64, on whose kernel programs of
# armhf run too. --fast runs only the programs that need no device.
# BUILD_DIR is the build directory. The last line and the exit status are those of tests/run.sh.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=packages.sh
. tests/scripts/packages.sh
# shellcheck source=configure.sh
. tests/scripts/configure.sh

architecture=$1
root=$2
shift 2
install_only=
compat_kernel=
suite=vm
while [ $# -gt 0 ]; do
  case $1 in
    --install) install_only=yes ;;
    --fast) suite=guest ;;
    --kernel)
      compat_kernel="compat_kernel = '$2'"
      shift
      ;;
    --all) ;;
    *) break ;;
  esac
  shift
done
case $architecture in
  arm64) triplet=aarch64-linux-gnu family=aarch64 ;;
  armhf) triplet=arm-linux-gnueabihf family=arm ;;
  *) echo "cross.sh: no recipe for $architecture" >&2 && exit 2 ;;
esac
build=${BUILD_DIR:-build-$architecture}

need "g++-$triplet" meson ninja-build pkg-config qemu-system-arm cpio kmod xz-utils zstd util-linux python3
[ -z "$install_only" ] || exit 0
ccache=
! command -v ccache >/dev/null || ccache="'ccache', "

cat >"$build.ini" <<EOF
[binaries]
c = [$ccache'$triplet-gcc', '--sysroot=$root']
cpp = [$ccache'$triplet-g++', '--sysroot=$root']
ar = '$triplet-gcc-ar'
strip = '$triplet-strip'
pkgconfig = 'pkg-config'

[properties]
sys_root = '$root'
pkg_config_libdir = '$root/usr/lib/$triplet/pkgconfig:$root/usr/share/pkgconfig'
needs_exe_wrapper = true
$compat_kernel

[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = 'little'
EOF
echo "==> Building for $architecture in $build"
cross_file=$build.ini
configure "$build" -Dvm-tests=enabled
rm -f "$build"/meson-logs/testlog.*
ninja -C "$build"

echo "==> Running the tests in a guest of $architecture"
status=0
meson test -C "$build" --no-rebuild --print-errorlogs --suite "$suite" "$@" || status=$?
python3 tests/scripts/count.py "$build/meson-logs" || status=1
exit $status
