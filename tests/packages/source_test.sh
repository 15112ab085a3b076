#!/bin/sh
# Checks that the source package has the sources, and neither builds nor recordings of the demo. Prints TAP.
#   source_test.sh SOURCE_DIR
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"

mkdir -p "$work/tree/build/meson-logs" "$work/tree/build-trixie" "$work/tree/demo" "$work/tree/tests"
cp -R "$1/debian" "$work/tree"
for file in build/plugin build/meson-logs/testlog.txt build-trixie/plugin build-trixie.ini demo/video.mkv tests/build.sh \
  tests/demo.sh meson.build; do
  echo text >"$work/tree/$file"
done

packed() { (cd "$work" && dpkg-source --build tree >/dev/null && tar --list --file v4l2cppsrc_*.tar.*) >"$work/list"; }

# listed FILE...: the package has these files, and debian/.
listed() {
  grep -v -e '/$' -e '^tree/debian/' "$work/list" | sort >"$work/found"
  printf 'tree/%s\n' "$@" | sort | cmp - "$work/found" && grep -q '^tree/debian/control$' "$work/list"
}

check "dpkg-source packs the tree" packed
check "it leaves out builds and the recordings of the demo" listed meson.build tests/build.sh tests/demo.sh
finish
