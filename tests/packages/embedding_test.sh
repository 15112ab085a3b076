#!/bin/sh
# Builds tests/examples/subproject, a program that has the plugin in it, and captures with it: with the plugin as a
# subproject, and with the archive that was installed then. Prints TAP.
#   embedding_test.sh SOURCE_DIR PRELOAD_LIBRARY CORE_PLUGINS
# With a checkout of git and git installed, the subproject is unpacked from what `meson dist` makes. Otherwise it is
# SOURCE_DIR itself.
source=$1
preload=$2
core_plugins=$3
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
# shellcheck source=alone.sh
. "$(dirname "$0")/alone.sh"
example=$source/tests/examples/subproject
parent=$work/parent
subproject=$parent/subprojects/v4l2cppsrc
root=$work/root
mkdir -p "$parent/subprojects" "$work/unpacked" "$work/alone"
cp "$example"/* "$parent"
cp "$example"/* "$work/alone"

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

# Without optimization, to be quick.
builds() {
  meson setup "$parent/build" "$parent" --wrap-mode=forcefallback -Doptimization=0 -Ddebug=false --prefix="$root" \
    --libdir=lib && ninja -C "$parent/build"
}

captures() { LD_PRELOAD=$preload alone "$1" /dev/video-fake | tee "$work/said" && grep -qx '5 frames' "$work/said"; }

no_plugin_needed() { ! alone gst-inspect-1.0 v4l2cppsrc; }

installs() { meson install -C "$parent/build" --no-rebuild && [ -f "$root/lib/gstreamer-1.0/libgstv4l2cpp.a" ]; }

links() {
  # shellcheck disable=SC2046  # Options, to be split.
  ${CC:-cc} -o "$work/five_frames" "$example/five_frames.c" $(pkg-config --cflags --libs gstv4l2cpp)
}

links_by_meson() {
  meson setup --wrap-mode=nofallback "$work/alone/build" "$work/alone" && ninja -C "$work/alone/build"
}

if [ -e "$source/.git" ] && command -v git >/dev/null; then
  check "meson dist makes an archive" makes_archive
  check "the archive has the files of the commit" is_complete
  check "what it has can be set up with the tests" configures
  mv "$work/unpacked" "$subproject"
else
  ln -s "$source" "$subproject"
fi
check "a project builds with this one as a subproject" builds
check "its program captures" captures "$parent/build/five_frames"
check "GStreamer knows no such plugin here" no_plugin_needed
check "the archive is installed" installs
export PKG_CONFIG_PATH="$root/lib/gstreamer-1.0/pkgconfig"
check "pkg-config says how a program in C is linked with it" links
check "that program captures" captures "$work/five_frames"
check "Meson finds the archive by pkg-config" links_by_meson
check "the program that Meson built captures" captures "$work/alone/build/five_frames"
finish
