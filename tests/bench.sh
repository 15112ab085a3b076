#!/bin/sh
# Installs missing packages, builds, and measures what a frame costs. It compares v4l2cppsrc with v4l2src, with
# a bare capture loop and with a pipeline without a camera. Prints a table and the goals. The exit status is 1
# if a goal was missed. See docs/performance.md.
#   sh tests/bench.sh [ROUNDS [FRAMES]]     (7 and 50000)
# BUILD_DIR (default: build) is the build directory. The script writes only there.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=scripts/configure.sh
. tests/scripts/configure.sh
build=${BUILD_DIR:-build}

# shellcheck disable=SC2086  # Package names, to be split.
need $build_packages $test_packages

echo "==> Building in $build"
configure "$build"
ninja -C "$build" tests/bench/bench tests/bench/copy_bench tests/fake/libv4l2fake.so gst/v4l2cppsrc/libgstv4l2cpp.so

echo "==> Measuring (a minute or two)"
status=0
python3 tests/bench/compare.py "$build/tests/bench/bench" "$build/tests/fake/libv4l2fake.so" \
  "$build/gst/v4l2cppsrc" "$build/tests/bench/work" "$@" || status=1
"$build/tests/bench/copy_bench" || status=1
exit $status
