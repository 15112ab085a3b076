#!/bin/sh
# Tests sensors behind a media graph, on vimc. A graph that is set up streams the bytes that v4l2-ctl captures. Any
# other graph leads to an ERROR that explains it. Its lines, run in order, make the graph stream. Prints TAP.
#   graph.sh PLUGIN_DIR
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
# shellcheck source=vimc.sh
. "$(dirname "$0")/vimc.sh"

# shellcheck disable=SC2317  # result calls it
explain() { [ "$1" = yes ] || cat "$work/log"; }

# --- the graph ----------------------------------------------------------------------------------

# set_second SENSOR_CODE DEBAYER_CODE FOURCC: sets the chain of the second sensor, which as_loaded leaves alone.
set_second() {
  pad '"Sensor B":0' "$1/640x480"
  pad '"Debayer B":0' "$2/640x480"
  node $second "$3" 640x480
}

# state NODE: prints all settings of the graph except those of the node itself.
state() {
  media-ctl -d /dev/media0 -p
  for path in /dev/video*; do
    [ "$path" = "$1" ] || v4l2-ctl -d "$path" -V
  done
}

# --- the element --------------------------------------------------------------------------------

# play NODE FILTER: plays three frames.
play() {
  gst-launch-1.0 v4l2cppsrc ${1:+device="$1"} num-buffers=3 ! ${2:+"$2" !} filesink location="$work/frames" >"$work/log" 2>&1
}

# delivers DESCRIPTION NODE FOURCC FILTER: v4l2cppsrc delivers the bytes that v4l2-ctl captures.
delivers() {
  good=no
  v4l2-ctl -d "$2" --set-fmt-video="width=640,height=480,pixelformat=$3" --stream-mmap --stream-count=3 \
    --stream-to="$work/expected" >/dev/null 2>&1
  [ -s "$work/expected" ] && play "$2" "$4" && cmp "$work/expected" "$work/frames" >>"$work/log" 2>&1 && good=yes
  result $good "$1"
}

# explained DESCRIPTION NODE FILTER PART...: there is one ERROR, which has each part. The graph is as before. The
# lines of the ERROR make it stream.
explained() {
  description=$1
  from=$2
  filter=$3
  shift 3
  good=yes
  state "${from:-$raw}" >"$work/before"
  play "$from" "$filter" && good=no
  state "${from:-$raw}" >"$work/after"
  cmp -s "$work/before" "$work/after" || { good=no; diff "$work/before" "$work/after" >>"$work/log"; }
  [ "$(grep -c '^ERROR: from element' "$work/log")" = 1 ] || good=no
  for part; do
    grep '^ERROR: from element' "$work/log" | grep -qF -- "$part" || good=no
  done
  grep -e '^media-ctl ' -e '^v4l2-ctl ' "$work/log" >"$work/lines" || good=no
  cp "$work/log" "$work/said"
  sh -e "$work/lines" >"$work/ran" 2>&1 || good=no
  if ! play "$from" "$filter"; then
    good=no
    state >>"$work/log" none
  fi
  [ $good = yes ] || cat "$work/said" "$work/ran" >>"$work/log"
  result $good "$description"
  sed 's/^/#   /' "$work/lines"
}

# --- what streams -------------------------------------------------------------------------------

hold_still
set_up
delivers "the Bayer node without a filter" $raw BA81 ''
delivers "the Bayer node with a filter" $raw BA81 'video/x-bayer,format=bggr,width=640,height=480'
delivers "the RGB node without a filter" $rgb RGB3 ''
delivers "the RGB node with a filter" $rgb RGB3 'video/x-raw,format=RGB,width=640,height=480'
set_second SBGGR8_1X8 SBGGR8_1X8 BA81
delivers "the second Bayer node without a filter" $second BA81 ''
delivers "the second Bayer node with a filter" $second BA81 'video/x-bayer,format=bggr,width=640,height=480'
set_second RGB888_1X24 SRGGB8_1X8 RGB3  # as loaded
play '' '' && good=yes || good=no
result $good "without a device the node that is set up"
pad '"Scaler":1' RGB888_1X24/320x240
good=no
play $rgb '' && [ "$(stat -c %s "$work/frames")" = $((3 * 320 * 240 * 3)) ] && good=yes
result $good "the size that the pad sends"

# --- what is explained --------------------------------------------------------------------------

as_loaded
explained "as loaded: the Bayer node" $raw '' "Sensor A gives RGB888_1X24 640x480, Debayer A takes SRGGB8_1X8"
as_loaded
explained "as loaded: the RGB node" $rgb '' "Sensor A gives RGB888_1X24 640x480, Debayer A takes SRGGB8_1X8"
as_loaded
explained "as loaded: without a device" '' '' "Sensor A gives RGB888_1X24"

set_up
link '"Debayer A":1 -> "Scaler":0 [0]'
explained "a link off" $rgb '' "no chain of enabled links leads from a source to RGB/YUV Capture"

for each in "$raw the Bayer node" "$rgb the RGB node"; do
  from=${each%% *}
  who=${each#* }
  set_up
  pad '"Debayer A":0' SBGGR8_1X8/320x240
  explained "$who: size before Debayer A" "$from" '' "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes 320x240"
  set_up
  pad '"Debayer A":0' SGRBG8_1X8/640x480
  explained "$who: code before Debayer A" "$from" '' "Sensor A gives SBGGR8_1X8 640x480, Debayer A takes SGRBG8_1X8"
  set_up
  pad '"Debayer A":0' SBGGR8_1X8/640x480 interlaced
  explained "$who: field before Debayer A" "$from" '' "Debayer A takes field interlaced"
  set_up
  pad '"Scaler":0' RGB888_1X24/320x240
  explained "$who: size before Scaler" "$from" '' "Debayer A gives RGB888_1X24 640x480, Scaler takes 320x240"
  set_up
  pad '"Scaler":0' BGR888_1X24/640x480
  explained "$who: code before Scaler" "$from" '' "Debayer A gives RGB888_1X24 640x480, Scaler takes BGR888_1X24"
done
set_up
node $raw RGB3 640x480
explained "the RGB node: the other node has another format" $rgb '' "Raw Capture 0 ($raw) takes RGB3"
set_up
v4l2-ctl -d $rgb --set-fmt-video=width=320,height=240,pixelformat=RGB3 >/dev/null
explained "the Bayer node: the other node has another size" $raw '' "RGB/YUV Capture ($rgb) takes 320x240"

# --- what is refused ----------------------------------------------------------------------------

other="Its media graph sends nothing else"
set_up
explained "the Bayer node: another size" $raw 'video/x-bayer,width=320,height=240' "$other"
set_up
explained "the Bayer node: another pattern" $raw 'video/x-bayer,format=rggb' "$other"
set_up
explained "the RGB node: another format" $rgb 'video/x-raw,format=BGR' "$other"
set_up
explained "the RGB node: another size" $rgb 'video/x-raw,width=320,height=240' "$other"
set_up
explained "the RGB node: another format and size" $rgb 'video/x-raw,format=BGR,width=320,height=240' "$other"
set_up
explained "the RGB node: other colours" $rgb 'video/x-raw,colorimetry=(string)1:1:5:1' "$other"

echo "1..$point"
exit "$failed"
