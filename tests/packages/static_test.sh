#!/bin/sh
# Builds the plugin as an archive, installs it, links a program with it, and captures with the program. Prints TAP.
#   static_test.sh SOURCE_DIR PRELOAD_LIBRARY CORE_PLUGINS
source=$1
preload=$2
core_plugins=$3
# shellcheck source=points.sh
. "$(dirname "$0")/points.sh"
# Quick to build, and of one compiler's cache with the other tests here.
options='-Dtests=false -Dtools=disabled -Doptimization=0 -Ddebug=false'

installs() {
  # shellcheck disable=SC2086  # Options, to be split.
  meson setup "$work/build" "$source" $options -Ddefault_library=static --prefix="$work/root" --libdir=lib &&
    meson install -C "$work/build" && [ -f "$work/root/lib/gstreamer-1.0/libgstv4l2cpp.a" ]
}

links() {
  export PKG_CONFIG_PATH="$work/root/lib/gstreamer-1.0/pkgconfig"
  # shellcheck disable=SC2046  # Options, to be split.
  ${CC:-cc} -o "$work/five_frames" "$source/tests/examples/subproject/five_frames.c" \
    $(pkg-config --cflags --libs gstv4l2cpp gstreamer-1.0)
}

links_with_meson() {
  export PKG_CONFIG_PATH="$work/root/lib/gstreamer-1.0/pkgconfig"
  cp -r "$source/tests/examples/subproject" "$work/parent" &&
    meson setup --wrap-mode=nofallback "$work/parent/build" "$work/parent" && ninja -C "$work/parent/build"
}

captures() { LD_PRELOAD=$preload alone "$1" /dev/video-fake | tee "$work/said" && grep -qx '5 frames' "$work/said"; }

no_plugin_needed() { ! alone gst-inspect-1.0 v4l2cppsrc; }

check "the archive is installed" installs
check "a program in C is linked with it" links
check "GStreamer has no such plugin here" no_plugin_needed
check "the program captures" captures "$work/five_frames"
check "Meson finds the archive by pkg-config" links_with_meson
check "the program that Meson built captures" captures "$work/parent/build/five_frames"
finish
