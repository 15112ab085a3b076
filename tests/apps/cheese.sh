#!/bin/sh
# Runs cheese on the preload camera, in a virtual screen: it must find the camera by the device monitor, show it with
# v4l2cppsrc, and take a picture. Prints TAP.
#   cheese.sh PRELOAD_LIBRARY PLUGIN_DIR [SCREENSHOT.png]
# It needs Debian's packages cheese, xvfb, xdotool and dbus-daemon. Debian 12 and 13 have cheese.
preload=$(realpath "$1")
plugins=$(realpath "$2")
screenshot=${3:-}
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
started=
stop() {
  # shellcheck disable=SC2086  # Process ids, to be split.
  [ -z "$started" ] || kill $started 2>/dev/null
  wait
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 143' TERM INT

# Without a countdown and a flash.
mkdir -p "$work/home/config/glib-2.0/settings" "$work/runtime"
chmod 700 "$work/runtime"
printf '[org/gnome/cheese]\ncountdown=false\nflash=false\n' >"$work/home/config/glib-2.0/settings/keyfile"
export HOME="$work/home" XDG_CONFIG_HOME="$work/home/config" XDG_RUNTIME_DIR="$work/runtime" GSETTINGS_BACKEND=keyfile
export GST_PLUGIN_PATH="$plugins" GST_REGISTRY="$work/registry.bin" NO_AT_BRIDGE=1
export GST_PLUGIN_FEATURE_RANK=v4l2cppdeviceprovider:300
# The fake camera's JPEGs are no real ones.
export V4L2CPP_FAKE=listed,stamps=good,no-jpeg

# Xvfb writes its number into a pipe as soon as it can be used.
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 1024x768x24 3>"$work/display" >/dev/null 2>&1 &
started=$!
read -r number <"$work/display"
export DISPLAY=":$number"

is_listed() {
  LD_PRELOAD=$preload timeout 60 gst-device-monitor-1.0 Video/Source >"$work/list" 2>&1 || :
  cat "$work/list"
  [ "$(grep -c 'gst-launch-1.0 v4l2cppsrc' "$work/list")" -eq 1 ] && ! grep -q 'gst-launch-1.0 v4l2src' "$work/list"
}

# The element logs when its stream has started.
shows() {
  GST_DEBUG=v4l2cppsrc:5 GST_DEBUG_NO_COLOR=1 GST_DEBUG_FILE="$work/gst.log" LD_PRELOAD=$preload \
    dbus-run-session -- cheese >"$work/cheese" 2>&1 &
  started="$started $!"
  count=0
  until grep -qa "$1" "$work/gst.log" 2>/dev/null; do
    count=$((count + 1))
    [ $count -lt 120 ] || { cat "$work/cheese"; tail -n 20 "$work/gst.log"; return 1; }
    sleep 1
  done
}

take_screenshot() {
  [ -z "$screenshot" ] ||
    gst-launch-1.0 -q ximagesrc num-buffers=1 show-pointer=false ! videoconvert ! pngenc ! filesink location="$screenshot"
}

# A key takes the picture. It is sent again each ten seconds, since cheese does not take keys before its camera plays.
takes_a_picture() {
  window=$(xdotool search --sync --onlyvisible --class cheese | tail -n 1)
  count=0
  until picture=$(find "$HOME" -name '*.jpg' -size +1k | head -n 1) && [ -n "$picture" ]; do
    count=$((count + 1))
    [ $count -lt 60 ] || { cat "$work/cheese"; return 1; }
    [ $((count % 10)) -ne 1 ] || xdotool windowfocus "$window" key space
    sleep 1
  done
  GST_PLUGIN_PATH='' gst-launch-1.0 -v filesrc location="$picture" ! jpegdec ! fakesink 2>&1 | grep 'width=(int)640'
}

check "gst-device-monitor lists the camera once" is_listed
check "cheese shows it with v4l2cppsrc" shows v4l2cppsrc
check "cheese takes a picture" takes_a_picture
if [ -n "$screenshot" ]; then
  gst-launch-1.0 -q ximagesrc num-buffers=1 show-pointer=false ! videoconvert ! pngenc ! filesink location="$screenshot"
fi
finish
