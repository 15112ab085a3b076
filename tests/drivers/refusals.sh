#!/bin/sh
# Checks what gst-launch-1.0 prints for caps that a real device can't deliver. Prints TAP.
#   refusals.sh PLUGIN_DIR DEVICE vivid|usb
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
device=$2

# shellcheck disable=SC2317  # result calls it
explain() { grep -e '^ERROR' -e '^WARNING: from' "$work/log"; }

# holds KIND PART...: the log has one line of that kind, with every part.
holds() {
  line="^$1: from element"
  shift
  [ "$(grep -c "$line" "$work/log")" = 1 ] || return 1
  for part; do
    grep "$line" "$work/log" | grep -qF -- "$part" || return 1
  done
}

play() { gst-launch-1.0 v4l2cppsrc device="$device" num-buffers=3 ! "$1" ! fakesink >"$work/log" 2>&1; }

# refused DESCRIPTION CAPS FIELD PART...: there is exactly one ERROR. It names the caps, the field and the nearest
# modes, and has every part.
refused() {
  description=$1
  caps=$2
  field=$3
  shift 3
  good=no
  play "$caps" || good=yes
  holds ERROR "'$device'" "no mode that downstream takes" "$field" "Asked for: $(echo "$caps" | sed 's/,/, /g')" \
    "Nearest:" "$@" || good=no
  ! grep -q "Internal data stream error" "$work/log" || good=no
  result $good "$description"
}

gst-inspect-1.0 v4l2cppsrc >/dev/null
case $3 in
  vivid)
    refused "a size that it lacks" video/x-raw,format=YUY2,width=1000,height=700 size \
      "width=1280, height=720" videoscale "GStreamer has no caps for what it also has" YUVO
    refused "a rate that it lacks" video/x-raw,format=YUY2,width=640,height=480,framerate=240/1 framerate \
      "width=640, height=480, framerate=" videorate
    refused "a format that it lacks" video/x-raw,format=NV12_64Z32,width=640,height=480 format \
      "width=640, height=480" videoconvert
    refused "a kind of format that it lacks" image/jpeg,width=640,height=480 "media type" \
      "width=640, height=480" encoder
    refused "fields that its input lacks" \
      video/x-raw,format=YUY2,width=640,height=480,interlace-mode=interleaved interlace-mode progressive \
      "Leave interlace-mode out"
    refused "pixels of another shape" \
      video/x-raw,format=YUY2,width=640,height=480,pixel-aspect-ratio=2/1 pixel-aspect-ratio 1/1 \
      force-aspect-ratio
    ;;
  usb)
    refused "a size that it lacks" video/x-raw,format=YUY2,width=1000,height=700 size \
      "width=1280, height=720" videoscale
    refused "a rate that it lacks" image/jpeg,width=640,height=480,framerate=60/1 framerate \
      "image/jpeg, width=640, height=480, framerate=30/1" videorate
    refused "raw video as fast as only JPEG comes" video/x-raw,width=1280,height=720,framerate=30/1 framerate \
      "image/jpeg, width=1280, height=720, framerate=30/1" jpegdec
    refused "a format that it lacks" video/x-raw,format=NV12,width=640,height=480 format \
      "format=YUY2, width=640, height=480" YUY2
    refused "a colorimetry that it lacks" \
      video/x-raw,format=YUY2,width=640,height=480,colorimetry=bt2020 colorimetry "2:4:5:1" \
      "Leave colorimetry out" "the property 'colorimetry'"
    good=no
    ! play video/x-raw,width=1280,height=720 || good=yes
    holds WARNING "'$device'" "1280x720 at 10/1" "1280x720 at 30/1" \
      "image/jpeg, width=1280, height=720, framerate=30/1" decodebin || good=no
    result $good "raw video where only JPEG runs, and a warning"
    good=no
    ! play video/x-raw,width=1280,height=720,framerate=10/1 || good=yes
    ! grep -q '^WARNING: from' "$work/log" || good=no
    result $good "and none for who names the rate"
    ;;
esac
good=no
! play video/x-raw,format=YUY2,width=640,height=480 || good=yes
result $good "and what it has, works"
echo "1..$point"
exit "$failed"
