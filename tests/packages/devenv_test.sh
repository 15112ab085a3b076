#!/bin/sh
# Checks that `meson devenv` finds what was built, and leaves the user's registry alone. Prints TAP.
#   devenv_test.sh BUILD_DIR CORE_PLUGINS
build=$1
core_plugins=$2
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
# shellcheck source=alone.sh
. "$(dirname "$0")/alone.sh"

inspects() {
  HOME=$work XDG_CACHE_HOME=$work alone meson devenv -C "$build" gst-inspect-1.0 v4l2cppsrc >"$work/element" &&
    grep -q "Filename *$build/gst/v4l2cppsrc/libgstv4l2cpp.so" "$work/element" && [ ! -e "$work/gstreamer-1.0" ]
}

describes() { alone meson devenv -C "$build" v4l2cpp-describe --version | grep -q '^v4l2cpp-describe '; }

check "gst-inspect-1.0 finds the plugin of the build" inspects
[ ! -e "$build/gst/describe/v4l2cpp-describe" ] || check "v4l2cpp-describe is in the path" describes
finish
