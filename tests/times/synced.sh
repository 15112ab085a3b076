#!/bin/sh
# A sink that drops late frames shows every frame that one without a clock gets. Prints TAP.
#   synced.sh PLUGIN_DIR TIMES PRELOAD_LIBRARY fake|DEVICE [PRODUCER]
# The device is a vivid, or a loopback device that the command line PRODUCER feeds.
# shellcheck source=../drivers/gst_launch.sh
. "$(dirname "$0")/../drivers/gst_launch.sh"
# shellcheck source=../drivers/fed.sh
. "$(dirname "$0")/../drivers/fed.sh"
times=$2
preload=$3
device=$4
producer=$5
caps=video/x-raw,format=YUY2,width=320
frames=150

# shellcheck disable=SC2317  # result calls it
explain() { cat "$work/log"; }

gst-inspect-1.0 v4l2cppsrc >/dev/null

# shows DESCRIPTION PROPERTIES [COMMAND...]: COMMAND stands in front of the program.
shows() {
  what=$1
  properties=$2
  shift 2
  good=no
  "$@" "$times" "v4l2cppsrc name=source $properties ! $caps" synced >"$work/log" 2>&1 &&
    grep -qx "synced=$frames unsynced=$frames" "$work/log" && good=yes
  result $good "$what: a synced sink shows every frame"
}

case $device in
  fake)
    for stamps in good zero constant future old backwards unknown wall; do
      shows "stamps $stamps" device=/dev/video-fake env "LD_PRELOAD=$preload" "V4L2CPP_FAKE=stamps=$stamps"
    done
    ;;
  *)
    if [ -n "$producer" ]; then
      $producer >"$work/producer" 2>&1 &
      feeding=$!
      trap 'kill $feeding; rm -rf "$work"' EXIT
      until fed "$device"; do sleep 1; done
      sources=producer
    else
      # The end of a frame, and the start of its exposure.
      sources="0 1"
    fi
    for source in $sources; do
      if [ -z "$producer" ]; then v4l2-ctl -d "$device" -c timestamp_source="$source"; fi
      for mode in mmap rw; do
        shows "$device, stamps of $source, io-mode=$mode" "device=$device io-mode=$mode"
      done
    done
    ;;
esac

echo "1..$point"
exit "$failed"
