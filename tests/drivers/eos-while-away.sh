#!/bin/sh
# Sends SIGINT to a gst-launch-1.0 -e whose camera is away with on-disconnect=wait. The camera is unplugged during a
# recording, or was never there. The pipeline ends within a second of the machine's clock. EOS is downstream within
# half a second. The recording plays. Prints TAP.
#   eos-while-away.sh PLUGIN_DIR
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
# shellcheck source=launched.sh
. "$(dirname "$0")/launched.sh"

milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# shellcheck disable=SC2317  # point calls it
without_error() { ! grep -q '^ERROR' "$work/log"; }

# record FILE: begins a recording.
record() {
  launch -e v4l2cppsrc device="$USBCAM_DEVICE" on-disconnect=wait ! image/jpeg ! matroskamux ! filesink location="$1"
}

# interrupt: sends SIGINT, as a user does. A pipeline that goes on waiting is killed in the end.
# $eos and $took are times in milliseconds. $eos is the time until the pipeline reports EOS, which its sink has then.
# $took is the time until the process has ended.
interrupt() {
  began=$(milliseconds)
  kill -INT $launch
  (
    sleep 600
    kill -KILL $launch
  ) &
  killer=$!
  eos=never
  until_told ' (eos): ' && eos=$(($(milliseconds) - began))
  until_told 'nothing, but the end'
  wait $launch
  status=$?
  took=$(($(milliseconds) - began))
  kill $killer 2>/dev/null
  exec 3<&-
}

# below LIMIT MILLISECONDS: fails also for "never".
# shellcheck disable=SC2317  # point calls it
below() { [ "$2" != never ] && [ "$2" -lt "$1" ]; }

frames_of() {
  ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$1" \
    2>"$work/probe" | tr -dc 0-9
}

# record_until_unplug FILE: begins a recording, and returns when it waits for the camera that was unplugged.
# shellcheck disable=SC2317  # measure calls it
record_until_unplug() {
  [ $run = 1 ] || tell plug
  record "$1"
  tell --until '*streaming=yes*frames=[3-9][0-9]*' status
  tell unplug
  until_told 'state=(string)waiting'
}

# record_nothing FILE: begins a recording of the camera that is not there.
# shellcheck disable=SC2317  # measure calls it
record_nothing() {
  record "$1"
  until_told 'PLAYING'
}

# measure COMMAND...: runs it, and ends what it has begun. $waits says whether it succeeded.
# The guest's clock leaps now and then while the guest waits for the host. So an end that took too long is measured again,
# twice at most.
measure() {
  for run in 1 2 3; do
    waits=no
    "$@" && waits=yes
    interrupt
    echo "# run $run: EOS after $eos ms, the end after $took ms"
    if below 1000 "$took" && below 500 "$eos"; then return; fi
  done
}

measure record_until_unplug "$work/video.mkv"
point "it waits for the camera that was unplugged" [ $waits = yes ]
point "SIGINT ends it: after $took ms, with status $status" [ "$status" = 0 ]
point "within 1000 ms: $took" below 1000 "$took"
point "EOS is downstream within 500 ms: $eos" below 500 "$eos"
point "without an ERROR" without_error
frames=$(frames_of "$work/video.mkv")
point "the file plays: ${frames:-0} frames" [ "${frames:-0}" -ge 20 ]
point "and is whole: $(cat "$work/probe")" [ ! -s "$work/probe" ]

measure record_nothing "$work/nothing.mkv"
point "it waits for the camera that is not there" [ $waits = yes ]
point "SIGINT ends it before the first caps: after $took ms, with status $status" [ "$status" = 0 ]
point "within 1000 ms there: $took" below 1000 "$took"
point "EOS is downstream within 500 ms there: $eos" below 500 "$eos"
point "without an ERROR there" without_error

[ $failed = 0 ] || sed 's/^/# /' "$work/log" | tail -n 30
echo "1..$number"
exit $failed
