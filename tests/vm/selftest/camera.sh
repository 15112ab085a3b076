#!/bin/sh
# Tests in the guest how the real uvcvideo sees the camera, and that each frame arrives as it was made. The
# camera is stepped, and was made with
#   --serial SELF01 --name 'Self test camera' --vendor-id 0x046d --product-id 0x0825 --port 3
set -u
# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${0%/*}/guest.sh"

expect "the driver is uvcvideo" "uvcvideo" \
  "$(v4l2-ctl -d "$device" --info | sed -n 's/^\tDriver name *: //p' | head -n 1)"
expect "the card is named after the product" "Self test camera" \
  "$(v4l2-ctl -d "$device" --info | sed -n 's/^\tCard type *: //p')"
usb=/sys/class/video4linux/${device##*/}/device/..
expect "the serial number is in sysfs" "SELF01" "$(cat "$usb/serial")"
expect "the vendor and product are in sysfs" "046d:0825" "$(cat "$usb/idVendor"):$(cat "$usb/idProduct")"
expect_like "it is at its port" "*/1-4" "$(readlink -f "$usb")"
expect "it runs at high speed" "480" "$(cat "$usb/speed")"

formats=$(v4l2-ctl -d "$device" --list-formats | sed -n "s/.*'\(....\)'.*/\1/p" | tr '\n' ' ')
expect "all formats are offered" "YUYV MJPG H264 " "$formats"
sizes=$(v4l2-ctl -d "$device" --list-framesizes=MJPG | sed -n 's/.*Discrete //p' | tr '\n' ' ')
expect "all sizes are offered" "640x480 320x240 1280x720 " "$sizes"
rates() {
  v4l2-ctl -d "$device" --list-frameintervals="width=$2,height=$3,pixelformat=$1" |
    sed -n 's/.*(\(.*\) fps)/\1/p' | tr '\n' ' '
}
expect "all rates are offered" "30.000 15.000 10.000 " "$(rates MJPG 1280 720)"
expect "what USB 2 cannot carry is not offered" "10.000 " "$(rates YUYV 1280 720)"

# same_frames FOURCC CODEC WIDTH HEIGHT: captures six frames, and compares them with those that were made.
same_frames() {
  set_format "$1" "$3" "$4" || return 1
  first=$(field next)
  send frames 6 >/dev/null
  capture 6 || return 1
  usbcam --dump "$2" "$3x$4" 6 "$first" | cmp - "$work/frames"
}

for size in '320 240' '640 480'; do
  # shellcheck disable=SC2086  # Two words.
  set -- $size
  check "YUYV $1x$2 arrives byte for byte" same_frames YUYV yuyv "$1" "$2"
  check "MJPEG $1x$2 arrives byte for byte" same_frames MJPG mjpeg "$1" "$2"
  check "H.264 $1x$2 arrives byte for byte" same_frames H264 h264 "$1" "$2"
done

set_format YUYV 320 240
first=$(field next)
send frames 6 >/dev/null
capture 6
numbers=$(seq -s ' ' "$first" $((first + 5)))
expect "YUYV carries the frame number" "$numbers " "$(yuyv_numbers $((320 * 240 * 2)))"
expect "the sequence has no holes" "0 1 2 3 4 5 " "$(sequences)"
for fourcc in MJPG H264; do
  set_format $fourcc 320 240
  first=$(field next)
  send frames 6 >/dev/null
  capture 6
  expect "$fourcc carries the frame number" "$(seq -s ' ' "$first" $((first + 5))) " "$(text_numbers)"
done

# Each metadata buffer begins with the kernel's time (8 bytes) and bus frame number (2 bytes). The payload
# header follows: its length, and flags that say that PTS and SCR are there.
set_format YUYV 320 240
metadata=/dev/$(for node in "$usb"/*:1.0/video4linux/*; do
  [ "$(cat "$node/index")" != 1 ] || echo "${node##*/}"
done)
expect_like "the metadata node speaks UVCH" "*'UVCH'*" "$(v4l2-ctl -d "$metadata" --get-fmt-meta)"
timeout 3600 v4l2-ctl -d "$metadata" --stream-mmap --stream-count=1 --stream-to="$work/metadata" \
  >/dev/null 2>&1 &
reader=$!
send stepped off >/dev/null
capture 20
send stepped on >/dev/null
wait "$reader"
expect_like "payload headers with PTS and SCR arrive" " 0c 8[c-f]" \
  "$(od -A n -t x1 -j 10 -N 2 "$work/metadata")"

expect "nothing is wrong in the kernel's log" "" "$(kernel_complaints)"
finish
