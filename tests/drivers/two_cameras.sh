#!/bin/sh
# Pairs the frames of two cameras by their times of capture, and plays both into one picture. Prints TAP.
#   two_cameras.sh PLUGIN_DIR TWO_CAMERAS DEVICE DEVICE
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
two_cameras=$2
left=$3
right=$4

# shellcheck disable=SC2317  # result calls it
explain() { tail -n 20 "$work/log"; }

gst-inspect-1.0 v4l2cppsrc >/dev/null

# A pair is at most half an interval apart, by the example's rule. So no frame of a steady pair stays alone for long.
good=yes
"$two_cameras" "$left" "$right" 100 >"$work/log" 2>&1 || good=no
[ "$(grep -c '^pair ' "$work/log")" -eq 100 ] || good=no
grep -q '^100 pairs: the right camera is ' "$work/log" || good=no
result $good "a hundred frames of each are paired: $(tail -n 1 "$work/log")"

good=no
"$two_cameras" "$left" /dev/none 1 >"$work/log" 2>&1 || good=yes
grep -q '^two_cameras: 0 pairs, then: .*/dev/none' "$work/log" || good=no
result $good "it says which camera is missing"

# Both are nodes of one platform device, so the name tells them apart.
selector="bus=platform:vivid.0,card=$(cat "/sys/class/video4linux/${right##*/}/name")"
good=yes
timeout 60 gst-launch-1.0 v4l2cppsrc device="$selector" num-buffers=3 ! fakesink >"$work/log" 2>&1 || good=no
result $good "the selector $selector chooses one"

# compositor waits for the frames of both as long as LATENCY says. A frame that comes later would be left out, with a
# message of compositor or of the sink. An element that can't keep what it promised says so in a WARNING.
good=yes
caps=video/x-raw,format=I420,width=320,height=180,framerate=30/1
timeout 120 gst-launch-1.0 -m compositor name=both sink_1::xpos=320 ! video/x-raw,framerate=30/1 ! \
  fakesink sync=true num-buffers=150 name=sink \
  v4l2cppsrc device="$left" name=left ! "$caps" ! queue ! both. \
  v4l2cppsrc device="$right" name=right ! "$caps" ! queue ! both. >"$work/log" 2>&1 || good=no
grep -q 'Got EOS' "$work/log" || good=no
! grep -E '^(WARNING|ERROR)|\((warning|error)\):' "$work/log" >"$work/complaints" || good=no
! grep -E 'from element "(both|sink)".*\(qos\)|\(qos\).*(both|sink)' "$work/log" >>"$work/complaints" || good=no
sed 's/^/# /' "$work/complaints"
result $good "compositor takes the frames of both, and none is late"

echo "1..$point"
exit "$failed"
