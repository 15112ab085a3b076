#!/bin/sh
# Tests the rates of a USB camera whose dwFrameIntervals are 333667, 166833 and 417083. They mean 30000/1001,
# 60000/1001 and 24000/1001. uvcvideo shortens the numbers. Prints TAP.
#   rates.sh PLUGIN_DIR DEVICE
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
device=$2

# shellcheck disable=SC2317  # result calls it
explain() { grep -e '^ERROR' -e 'GstPad:src: caps' "$work/log"; }

# play CAPS: plays three frames.
play() {
  gst-launch-1.0 -v v4l2cppsrc device="$device" num-buffers=3 ! "video/x-raw,format=YUY2,width=320,height=240$1" ! \
    fakesink >"$work/log" 2>&1
}

# streams WISH RATE INTERVAL: caps with WISH stream at RATE, and the camera is set to INTERVAL.
streams() {
  good=yes
  play "$1" || good=no
  grep -q "src: caps = .*framerate=(fraction)$2[^0-9]" "$work/log" || good=no
  v4l2-ctl -d "$device" --get-parm >"$work/parm" || good=no
  grep -q "Frames per second: $3" "$work/parm" || good=no
  result $good "${1:-any rate} streams at $2, which is $3 to the driver"
  sed 's/^/# /' "$work/parm"
}

# refused RATE HAS: caps with RATE lead to an ERROR that names the rates that the camera HAS.
refused() {
  good=no
  play ",framerate=$1" || good=yes
  grep '^ERROR' "$work/log" | grep -qF -- "none has that framerate; it has $2" || good=no
  result $good "$1 is refused"
}

gst-inspect-1.0 v4l2cppsrc >/dev/null
v4l2-ctl -d "$device" --list-frameintervals=width=320,height=240,pixelformat=YUYV | sed 's/^/# /'
streams ,framerate=30000/1001 30000/1001 29.970
streams ,framerate=60000/1001 60000/1001 59.940
streams ,framerate=24000/1001 24000/1001 23.976
streams ,framerate=2997/100 2997/100 29.970
streams "" 60000/1001 59.940
streams ",framerate=[20/1,30/1]" 30000/1001 29.970
refused 30/1 59.94
refused 24/1 59.94
echo "1..$point"
exit "$failed"
