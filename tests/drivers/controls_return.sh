#!/bin/sh
# Sets the exposure of a USB camera by extra-controls, in either order, and reads it from another process. The values
# are back when the camera returns after an unplug. Prints TAP.
#   controls_return.sh PLUGIN_DIR
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
# shellcheck source=launched.sh
. "$(dirname "$0")/launched.sh"

# Prints the values that another process reads from the device.
values_of() { v4l2-ctl -d "$1" -C auto_exposure,exposure_time_absolute | sed 's/.*: //; s/ .*//' | tr '\n' ' '; }

# An automatic mode decides on the exposure at first.
v4l2-ctl -d "$USBCAM_DEVICE" -c auto_exposure=3
for wishes in auto_exposure=manual,exposure_time_absolute=157 exposure_time_absolute=157,auto_exposure=manual; do
  launch v4l2cppsrc device="$USBCAM_DEVICE" on-disconnect=wait extra-controls="c,$wishes" ! image/jpeg ! fakesink
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
  # Lost frames depend on the speed of the machine.
  warning=$(grep '^WARNING' "$work/log" | grep -v -e ' has lost [0-9]* frame' -e ' frames per second, but' | head -n 1)
  point "$wishes: no WARNING came: $warning" [ -z "$warning" ]
  v4l2-ctl -d "$device" -c auto_exposure=3
done

[ $failed = 0 ] || sed 's/^/# /' "$work/log" | tail -n 30
echo "1..$number"
exit $failed
