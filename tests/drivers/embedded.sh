#!/bin/sh
# Runs examples that embed the element on real drivers. Prints TAP.
#   embedded.sh PLUGIN_DIR RECORD_THROUGH_UNPLUG ADD_AND_REMOVE DEVICE
# The USB camera is unplugged while it is recorded, and plugged in again. DEVICE is another camera, which comes and goes
# beside it.
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
record=$2
add_and_remove=$3
other=$4
# shellcheck source=launched.sh
. "$(dirname "$0")/launched.sh"

# shellcheck disable=SC2317  # point calls it
# The frames that were under way at the unplug are lost.
is_whole() { [ ! -s "$work/probe" ] && [ "${frames:-0}" -ge 50 ]; }

# shellcheck disable=SC2317  # point calls it
ends() { wait "$launch"; }

# shellcheck disable=SC2317  # point calls it
comes_and_goes() {
  "$add_and_remove" "$USBCAM_DEVICE" "$other" 20 >"$work/log" 2>&1 && grep -qx 'both cameras play' "$work/log" &&
    grep -qx 'the first camera has gone on' "$work/log"
}

point "add_and_remove has a camera come and go beside another" comes_and_goes

mkfifo "$work/messages"
stdbuf -oL "$record" "$USBCAM_DEVICE" "$work/video.mkv" 1000000 >"$work/messages" 2>&1 &
launch=$!
exec 3<"$work/messages"
: >"$work/log"
# The count begins anew with each start.
tell --until '*streaming=yes*frames=[3-9][0-9]*' status
tell unplug
point "record_through_unplug waits for the camera" until_told 'waiting: '
tell plug
point "and notices that it is back" until_told 'back: '
tell --until '*streaming=yes*frames=[3-9][0-9]*' status
kill -INT $launch
point "SIGINT ends it" ends
frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 \
  "$work/video.mkv" 2>"$work/probe" | tr -dc 0-9)
point "the file is whole and has the frames of both times: $frames" is_whole

[ $failed = 0 ] || sed 's/^/# /' "$work/log" "$work/probe" | tail -n 30
echo "1..$number"
exit $failed
