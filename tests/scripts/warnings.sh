#!/bin/sh
# Checks that a warning of a new compiler stops CI and no user. This code has the warning -Wpadded. A file of the core
# is built with it as tests/run.sh and tests/demo.sh build, and as CI does.
#   sh tests/scripts/warnings.sh [DIRECTORY]        where to build (default: build-warnings, which is removed)
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=packages.sh
. tests/scripts/packages.sh
# shellcheck source=configure.sh
. tests/scripts/configure.sh
directory=${1:-build-warnings}
# shellcheck disable=SC2086  # Package names, to be split.
need $build_packages
trap 'rm -rf "$directory"' EXIT
object=gst/v4l2/libv4l2core.a.p/device_modes.cpp.o

# built WERROR: builds the file with this option, and logs the build to a file.
built() {
  rm -rf "$directory"
  V4L2CPP_WERROR=$1 CXXFLAGS=-Wpadded configure "$directory" -Dtests=false >"$directory.log" || return 2
  ninja -C "$directory" "$object" >>"$directory.log" 2>&1
}

if ! built '' || ! grep -q 'warning: .*\[-Wpadded\]' "$directory.log"; then
  tail -n 20 "$directory.log" >&2
  echo "warnings.sh: a warning stops a user's build, or there was none" >&2
  exit 1
fi
if built true || ! grep -q 'error: .*\[-Werror=padded\]' "$directory.log"; then
  tail -n 20 "$directory.log" >&2
  echo "warnings.sh: a warning does not stop CI" >&2
  exit 1
fi
rm -f "$directory.log"
echo "A new warning stops CI and no user's build."
