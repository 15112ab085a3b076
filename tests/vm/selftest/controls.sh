#!/bin/sh
# Tests the camera's controls from both sides, in the guest.
set -u
# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${0%/*}/guest.sh"

control() { v4l2-ctl -d "$device" --list-ctrls | grep "^ *$1 " | tr -s ' '; }

expect_like "a control has its range" "*(int) : min=-64 max=64 step=1 default=0 value=0*" \
  "$(control brightness)"
for name in contrast saturation gain power_line_frequency focus_absolute zoom_absolute; do
  expect_like "there is a control $name" " $name *" "$(control $name)"
done
expect_like "a control under an automatic one is inactive" "*flags=inactive*" \
  "$(control exposure_time_absolute)"

check "a control can be set" v4l2-ctl -d "$device" -c brightness=-30
expect "the camera has it" "ok -30" "$(send get brightness)"

message=$(v4l2-ctl -d "$device" -c exposure_time_absolute=200 2>&1)
expect_like "an inactive control cannot be set" "*Permission denied*" "$message"
expect "the camera does not have it" "ok 156" "$(send get exposure_time_absolute)"
v4l2-ctl -d "$device" -c auto_exposure=1
check "it can once the automatic is off" v4l2-ctl -d "$device" -c exposure_time_absolute=200
expect "the camera has it now" "ok 200" "$(send get exposure_time_absolute)"

# The subscription cannot be seen from outside. So the camera repeats the change until a listener gets it. On
# Linux 7.2 the driver listens to the camera only during a stream. Before, an open device was enough.
v4l2-ctl -d "$device" --stream-mmap=4 --stream-count=0 >/dev/null 2>&1 &
streamer=$!
timeout 3600 v4l2-ctl -d "$device" --wait-for-event=ctrl=exposure_time_absolute >"$work/event" 2>&1 &
listener=$!
value=1000
heard() {
  value=$((value + 1))
  send change exposure_time_absolute $value
  grep -q value: "$work/event"
}
check "a change by the camera is an event" eventually heard
wait "$listener"
kill "$streamer"
wait "$streamer" 2>/dev/null
expect_like "the event carries the value" "*exposure_time_absolute*value: 1[0-9][0-9][0-9]*" \
  "$(tr -s '\n\t' '  ' <"$work/event")"
expect "the driver reads the new value" "exposure_time_absolute: $value" \
  "$(v4l2-ctl -d "$device" -C exposure_time_absolute)"

expect_like "an unknown control is refused" "error: *" "$(send get warp_factor)"
expect_like "a value out of range is refused" "error: *" "$(send change brightness 65)"
expect "nothing is wrong in the kernel's log" "" "$(kernel_complaints)"
finish
