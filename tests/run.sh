#!/bin/sh
# Installs missing packages, builds, and runs the tests, those in the VM too. The last line says how many passed
# and how many failed. A skipped test counts as failed.
#   sh tests/run.sh [--fast | --all] [--clang] [MESON_TEST_ARGUMENT...]
# --fast leaves out the VM, the benchmark and the suite `long`. --all adds the suite `long`, which CI and tests/matrix.sh run.
# --fast wins over --all. --clang builds with the newest clang that apt has, instead of g++. --install only
# installs the packages that a run with the other options needs.
# BUILD_DIR (default: build, or build-clang) is the build directory. V4L2CPP_WERROR=true makes warnings errors, and
# V4L2CPP_DEBUG=false leaves out debug information.
# The details are in BUILD_DIR/meson-logs/testlog.txt.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=scripts/configure.sh
. tests/scripts/configure.sh

install_only=
fast=
all=
clang=
while [ $# -gt 0 ]; do
  case $1 in
    --install) install_only=yes ;;
    --fast) fast=yes ;;
    --all) all=yes ;;
    --clang) clang=$(newest_clang) ;;
    *) break ;;
  esac
  shift
done
packages="$build_packages $test_packages"
suites='--no-suite long'
vm_tests=enabled
if [ -n "$fast" ]; then
  suites='--no-suite vm --no-suite bench --no-suite long'
  vm_tests=auto
else
  packages="$packages $vm_packages"
  [ -z "$all" ] || suites=
fi
build=${BUILD_DIR:-build${clang:+-clang}}

# shellcheck disable=SC2086  # Package names, to be split.
need $packages $clang
[ -z "$install_only" ] || exit 0
[ -z "$clang" ] || export CXX="clang++${clang#clang}"

echo "==> Building in $build"
configure "$build" -Dvm-tests="$vm_tests"
# The logs of an earlier run must not be counted as this run's.
rm -f "$build"/meson-logs/testlog.*
ninja -C "$build"

echo "==> Running the tests${fast:+ but those of the VM}"
status=0
# shellcheck disable=SC2086  # Suites, to be split.
meson test -C "$build" --no-rebuild --print-errorlogs $suites "$@" || status=$?
python3 tests/scripts/count.py "$build/meson-logs" || status=1
exit $status
