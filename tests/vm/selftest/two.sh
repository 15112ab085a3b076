#!/bin/sh
# Tests in the guest that cameras do not mix. Two cameras are stepped, the second one with a static pattern. A
# third camera begins unplugged.
set -u
# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${0%/*}/guest.sh"

serial() { cat "/sys/class/video4linux/${1##*/}/device/../serial"; }

expect "the first has its serial number" "FIRST" "$(serial "$USBCAM_DEVICE_1")"
expect "the second has its own" "SECOND" "$(serial "$USBCAM_DEVICE_2")"

stream() {
  v4l2-ctl -d "$1" --set-fmt-video=width=320,height=240,pixelformat=YUYV >/dev/null
  timeout 3600 v4l2-ctl -d "$1" --stream-mmap=8 --stream-count=6 --stream-to="$work/$2" >/dev/null 2>&1
}
stream "$USBCAM_DEVICE_1" one &
one=$!
stream "$USBCAM_DEVICE_2" two &
two=$!
for control in "$USBCAM_CONTROL_1" "$USBCAM_CONTROL_2"; do
  check "it streams" usbcam --send "$control" --until '*streaming=yes*' status
done
# Both cameras stream now, and send their frames at the same time.
for control in "$USBCAM_CONTROL_1" "$USBCAM_CONTROL_2"; do
  usbcam --send "$control" frames 6 >/dev/null
done
check "the first has sent all" wait "$one"
check "the second has sent all" wait "$two"
usbcam --dump yuyv 320x240 6 0 >"$work/counted"
usbcam --dump yuyv 320x240 6 0 --pattern static >"$work/static"
check "the first sent numbered frames" cmp "$work/one" "$work/counted"
check "the second sent equal frames" cmp "$work/two" "$work/static"

third() { usbcam --send "$USBCAM_CONTROL_3" "$@"; }
expect "the third has no node yet" "" "$USBCAM_DEVICE_3"
expect "the third is not plugged in" "error: not plugged in" "$(third node)"
third plug >/dev/null
node=$(third --until 'ok /dev/video*' node)
expect "the third comes when it is plugged in" "THIRD" "$(serial "${node#ok }")"

expect "nothing is wrong in the kernel's log" "" "$(kernel_complaints)"
finish
