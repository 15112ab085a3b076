#!/bin/sh
# Builds tests/examples/subproject, which has this project as a subproject, and captures with it. Prints TAP.
#   subproject_test.sh SOURCE_DIR PRELOAD_LIBRARY CORE_PLUGINS
# With a checkout of git and git installed, the subproject is unpacked from what `meson dist` makes. Otherwise it is
# SOURCE_DIR itself.
source=$1
preload=$2
core_plugins=$3
# shellcheck source=points.sh
. "$(dirname "$0")/points.sh"
parent=$work/parent
mkdir -p "$parent/subprojects" "$work/unpacked"
cp "$source"/tests/examples/subproject/* "$parent"

# The archive has what was committed, and nothing else.
makes_archive() {
  git clone -q "$source" "$work/clone" && meson setup "$work/dist" "$work/clone" -Dtests=false &&
    meson dist -C "$work/dist" --no-tests && (cd "$work/dist/meson-dist" && sha256sum -c ./*.sha256sum)
}

is_complete() {
  tar -xf "$work"/dist/meson-dist/*.tar.xz -C "$work/unpacked" --strip-components=1 || return 1
  git -C "$work/clone" ls-files | sort >"$work/committed"
  (cd "$work/unpacked" && find . -type f -o -type l) | sed 's,^\./,,' | sort >"$work/archived"
  diff "$work/committed" "$work/archived"
}

configures() { meson setup "$work/with-tests" "$work/unpacked" -Dvm-tests=auto; }

builds() {
  meson setup "$parent/build" "$parent" --wrap-mode=forcefallback -Doptimization=0 -Ddebug=false &&
    ninja -C "$parent/build"
}

captures() {
  LD_PRELOAD=$preload alone "$parent/build/five_frames" /dev/video-fake | tee "$work/said" &&
    grep -qx '5 frames' "$work/said"
}

if [ -e "$source/.git" ] && command -v git >/dev/null; then
  check "meson dist makes an archive" makes_archive
  check "the archive has the files of the commit" is_complete
  check "what it has can be set up with the tests" configures
  mv "$work/unpacked" "$parent/subprojects/v4l2cppsrc"
else
  ln -s "$source" "$parent/subprojects/v4l2cppsrc"
fi
check "a project builds with this one as a subproject" builds
check "its program captures" captures
finish
