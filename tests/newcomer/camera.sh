#!/bin/sh
# The steps of a newcomer with a camera: it is chosen by its serial number, a control changes while it plays, and an
# error is solved with what its text says. The plugin is the installed one. path.sh runs this in the virtual machine.
set -eu
# shellcheck source=../drivers/launched.sh
. "$(dirname "$0")/../drivers/launched.sh"
began=$(date +%s%N)
trap 'cat "$work"/* >&2; rm -rf "$work"' EXIT

step() {
  now=$(date +%s%N)
  echo "step: $(((now - began) / 1000000)) ms: $1"
  began=$now
}

gst-launch-1.0 v4l2cppsrc device=serial=A1B2C3 num-buffers=30 ! videoconvert ! fakesink >"$work/serial"
step "device=serial=A1B2C3 plays"

launch -v v4l2cppsrc device=serial=A1B2C3 brightness::value=20 ! fakesink
until_told 'New clock'
v4l2-ctl -d "$USBCAM_DEVICE" -c brightness=40
until_told 'brightness: value = 40'
kill -INT "$launch"
until_told 'nothing, but the end' || :
wait "$launch"
step "v4l2-ctl -c brightness=40 changes it while it plays, and the element says so"

LC_ALL=C gst-launch-1.0 v4l2cppsrc device=serial=A1B2C4 ! fakesink >"$work/error" 2>&1 && exit 1
grep '^ERROR' "$work/error"
listed=$(sed -n 's/^  \([^ ]*=[^ ]*\)  (.*/\1/p' "$work/error" | head -n 1)
gst-launch-1.0 v4l2cppsrc device="$listed" num-buffers=30 ! fakesink >"$work/solved"
step "the error about device=serial=A1B2C4 lists $listed, which plays"
trap 'rm -rf "$work"' EXIT
