#!/bin/sh
# Unplugs a camera during a recording with on-disconnect=eos. The file plays. Prints TAP.
#   eos.sh PLUGIN_DIR
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
# shellcheck source=launched.sh
. "$(dirname "$0")/launched.sh"
gst-launch-1.0 -v v4l2cppsrc device="$USBCAM_DEVICE" on-disconnect=eos ! video/x-h264 ! h264parse ! mp4mux ! \
  filesink location="$work/video.mp4" >"$work/launch.log" 2>&1 &
launch=$!
tell --until '*frames=[3-9][0-9]*' status
tell unplug
wait $launch
status=$?
frames=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 \
  "$work/video.mp4" 2>"$work/probe.log" | tr -dc 0-9)
point "the pipeline ends by itself and well" [ $status = 0 ]
point "without an ERROR" sh -c "! grep -q '^ERROR' '$work/launch.log'"
point "the file plays: ${frames:-0} frames" [ "${frames:-0}" -ge 20 ]
sed 's/^/# /' "$work/probe.log"
[ $failed = 0 ] || sed 's/^/# /' "$work/launch.log" | tail -n 30
echo "1..$number"
exit $failed
