#!/bin/sh
# Checks that Meson, the package and the changelog agree on the version. Prints TAP.
#   versions_test.sh SOURCE_DIR VERSION
source=$1
version=$2
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"

packaged() { head -n 1 "$source/debian/changelog" | grep "^v4l2cppsrc ($version) "; }

# The newest section is what comes next, or the release of this version.
described() { grep -m 1 '^## ' "$source/CHANGELOG.md" | grep -E "^## (Unreleased|\[?$version\]?( |\$))"; }

check "debian/changelog begins with $version" packaged
check "CHANGELOG.md begins with Unreleased or with $version" described
finish
