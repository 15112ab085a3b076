#!/bin/sh
# Installs what is missing, builds, and runs the tests, those in the VM too. The last line says how many
# passed and how many failed; a test that was skipped has failed.
#   sh tests/run.sh [--fast | --all] [--clang] [MESON_TEST_ARGUMENT...]
# --fast leaves out the VM and the benchmark; --all adds the suite `long`, which CI and tests/matrix.sh run;
# --clang builds with the newest clang that apt has, in place of g++. --install, as the first argument,
# only installs what a run with the other arguments needs.
# BUILD_DIR (default: build, or build-clang) is where to build; V4L2CPP_WERROR=true makes warnings errors.
# The details are in BUILD_DIR/meson-logs/testlog.txt.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh
# shellcheck source=configure.sh
. tests/configure.sh

install_only=
fast=
suites='--no-suite long'
vm_tests=enabled
packages="$build_packages $test_packages"
clang=
while [ $# -gt 0 ]; do
  case $1 in
    --install) install_only=yes ;;
    --fast)
      fast=yes
      suites='--no-suite vm --no-suite bench --no-suite long'
      vm_tests=auto
      ;;
    --all) suites= ;;
    --clang) clang=$(newest_clang) ;;
    *) break ;;
  esac
  shift
done
[ -n "$fast" ] || packages="$packages $vm_packages"
build=${BUILD_DIR:-build${clang:+-clang}}

# shellcheck disable=SC2086  # Package names, to be split.
need $packages $clang
[ -z "$install_only" ] || exit 0
[ -z "$clang" ] || export CXX="clang++${clang#clang}"

echo "==> Building in $build"
configure "$build" -Dvm-tests="$vm_tests"
ninja -C "$build"

echo "==> Running the tests${fast:+ but those of the VM}"
status=0
# shellcheck disable=SC2086  # Suites, to be split.
meson test -C "$build" --no-rebuild --print-errorlogs $suites "$@" || status=$?
python3 tests/count.py "$build/meson-logs" || status=1
exit $status
