#!/bin/sh
# Tests on the host that the camera's pictures are what they claim to be. Another decoder decodes them.
# Argument: the camera program.
set -u
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "${0%/*}/tap.sh"

usbcam=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=1000000007
width=320
height=240

# dump CODEC COUNT [OPTION...]: writes COUNT frames to $work/stream.
dump() {
  dump_codec=$1
  dump_count=$2
  shift 2
  "$usbcam" --dump "$dump_codec" "${width}x$height" "$dump_count" $first "$@" >"$work/stream"
}

# Prints the frame numbers in the marks of all decoded frames.
marked_numbers() {
  frame_bytes=$((width * height))
  offset=0
  while [ "$offset" -lt "$(wc -c <"$work/luma")" ]; do
    # Line 8 is in the middle of the marks, and 256 bytes are their width. Each mark is sampled at every eighth
    # pixel from the fifth on.
    od -A n -v -t u1 -w8 -j $((offset + 8 * width)) -N 256 "$work/luma" |
      awk '{ if ($5 > 128) number += 2 ^ (NR - 1) } END { printf "%d ", number }'
    offset=$((offset + frame_bytes))
  done
}

# expect_marks NAME WANTED: decodes the stream's luma, one byte for each pixel, and compares the numbers.
expect_marks() {
  if ! command -v ffmpeg >/dev/null; then
    skip "$1" "no ffmpeg here"
    return
  fi
  ffmpeg -v error -y -f "$dump_codec" -i "$work/stream" -fps_mode passthrough \
    -f rawvideo -pix_fmt gray "$work/luma" </dev/null
  expect "$1" "$2" "$(marked_numbers)"
}

dump yuyv 1
expect "YUYV has the size of its frames" $((width * height * 2)) "$(wc -c <"$work/stream")"
expect "YUYV begins with the frame number" "$first" \
  "$(od -A n -t u1 -N 8 "$work/stream" | awk '{ print $1 + 256 * ($3 + 256 * ($5 + 256 * $7)) }')"

dump mjpeg 3
expect_marks "MJPEG: a decoder sees the numbers" "$first $((first + 1)) $((first + 2)) "
expect "MJPEG: a shell sees them too" 3 "$(grep -a -c 'usbcam-frame=10000000[01]' "$work/stream")"

dump h264 3 --gop 1
expect_marks "H.264: a decoder sees the numbers" "$first $((first + 1)) $((first + 2)) "
dump h264 7 --gop 3
expect_marks "H.264: skipped pictures show the last IDR picture" \
  "$first $first $first $((first + 3)) $((first + 3)) $((first + 3)) $((first + 6)) "
height=360
dump h264 2 --gop 1
expect_marks "H.264: lines are cropped" "$first $((first + 1)) "
height=240

for codec in yuyv mjpeg h264; do
  dump $codec 1 --pattern static
  cat "$work/stream" "$work/stream" >"$work/twice"
  dump $codec 2 --pattern static
  check "$codec: static frames are equal" cmp "$work/twice" "$work/stream"
done

# The camera repeats a picture of the user. It cuts a stream of the user at its delimiters, and repeats it.
dump mjpeg 1
cp "$work/stream" "$work/own"
cat "$work/own" "$work/own" >"$work/twice"
dump mjpeg 2 --mjpeg "$work/own"
check "MJPEG of one's own is repeated" cmp "$work/twice" "$work/stream"
dump h264 3 --gop 2
cp "$work/stream" "$work/own"
dump h264 6 --h264 "$work/own"
cat "$work/own" "$work/own" >"$work/twice"
check "H.264 of one's own is repeated" cmp "$work/twice" "$work/stream"
dump h264 4 --h264 "$work/own"
check "H.264 of one's own is cut into frames" \
  [ "$(grep -a -o 'usbcam-frame=1000000007' "$work/stream" | wc -l)" -eq 2 ]
finish
