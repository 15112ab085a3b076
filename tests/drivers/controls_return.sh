#!/bin/sh
# Sets the exposure of a USB camera by extra-controls, in either order, and reads it from another process. The values
# are back when the camera returns after an unplug. Prints TAP.
#   controls_return.sh PLUGIN_DIR
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# point DESCRIPTION COMMAND...
point() {
  number=$((number + 1))
  description=$1
  shift
  if "$@"; then
    echo "ok $number - $description"
  else
    echo "not ok $number - $description"
    failed=1
  fi
}

tell() { usbcam --send "$USBCAM_CONTROL" "$@" >/dev/null; }

# until_told TEXT: reads messages up to one that contains TEXT. That one is in $line then.
until_told() {
  while IFS= read -r line <&3; do
    printf '%s\n' "$line" >>"$work/log"
    case $line in
      *"$1"*) return 0 ;;
    esac
  done
  return 1
}

# Prints the values that another process reads from the device.
values_of() { v4l2-ctl -d "$1" -C auto_exposure,exposure_time_absolute | sed 's/.*: //; s/ .*//' | tr '\n' ' '; }

# An automatic mode decides on the exposure at first.
v4l2-ctl -d "$USBCAM_DEVICE" -c auto_exposure=3
for wishes in auto_exposure=manual,exposure_time_absolute=157 exposure_time_absolute=157,auto_exposure=manual; do
  : >"$work/log"
  mkfifo "$work/messages"
  gst-launch-1.0 -m v4l2cppsrc device="$USBCAM_DEVICE" on-disconnect=wait extra-controls="c,$wishes" ! image/jpeg ! \
    fakesink >"$work/messages" 2>&1 &
  launch=$!
  exec 3<"$work/messages"
  rm "$work/messages"
  point "$wishes: it plays" until_told 'new-state=(GstState)playing'
  has=$(values_of "$USBCAM_DEVICE")
  point "$wishes: the device has them: $has" [ "$has" = '1 157 ' ]
  tell unplug
  point "$wishes: the camera is away" until_told 'state=(string)waiting'
  tell plug
  point "$wishes: it is back" until_told 'state=(string)back'
  device=$(printf '%s\n' "$line" | sed 's/.*device=(string)//; s/[",;].*//')
  has=$(values_of "$device")
  point "$wishes: and so are the values: $has" [ "$has" = '1 157 ' ]
  kill -INT $launch
  until_told 'nothing, but the end'
  wait $launch
  exec 3<&-
  point "$wishes: no WARNING came" [ "$(grep -c '^WARNING' "$work/log")" = 0 ]
  v4l2-ctl -d "$device" -c auto_exposure=3
done

[ $failed = 0 ] || sed 's/^/# /' "$work/log" | tail -n 30
echo "1..$number"
exit $failed
