#!/bin/sh
# Installs what is missing, builds, and runs every test, those in the VM too. The last line says how
# many passed and how many failed; a test that was skipped has failed.
#   sh tests/run.sh [MESON_TEST_ARGUMENT...]
# BUILD_DIR (default: build) is where to build. The details are in BUILD_DIR/meson-logs/testlog.txt.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=packages.sh
. tests/packages.sh
build=${BUILD_DIR:-build}

# shellcheck disable=SC2086  # Package names, to be split.
need $build_packages $test_packages

echo "==> Building in $build"
[ -f "$build/build.ninja" ] || meson setup "$build" -Dvm-tests=enabled -Dwerror=true
ninja -C "$build"

echo "==> Running the tests (with the VM's this takes some minutes)"
status=0
meson test -C "$build" --no-rebuild --print-errorlogs "$@" || status=$?
python3 tests/count.py "$build/meson-logs" || status=1
exit $status
