#!/bin/sh
# The steps of a newcomer with a camera: it is chosen by its serial number, a control changes while it plays, and an
# error is solved with what its text says. The plugin is the installed one. path.sh runs this in the virtual machine.
set -eu
work=$(mktemp -d)
began=$(date +%s%N)
trap 'cat "$work"/* >&2' EXIT

step() {
  now=$(date +%s%N)
  echo "step: $(((now - began) / 1000000)) ms: $1"
  began=$now
}

# logged TEXT: waits until the log has it.
logged() { timeout 60 tail -n +1 -f --pid="$player" "$work/log" | grep -qF -m 1 -- "$1"; }

gst-launch-1.0 v4l2cppsrc device=serial=A1B2C3 num-buffers=30 ! videoconvert ! fakesink >"$work/serial"
step "device=serial=A1B2C3 plays"

gst-launch-1.0 -v v4l2cppsrc device=serial=A1B2C3 brightness=20 ! fakesink >"$work/log" 2>&1 &
player=$!
logged 'brightness = 20'
v4l2-ctl -d /dev/video0 -c brightness=77
logged 'brightness = 77'
kill -INT "$player"
wait "$player"
step "v4l2-ctl -c brightness=77 changes it while it plays, and the element says so"

LC_ALL=C gst-launch-1.0 v4l2cppsrc device=serial=A1B2C4 ! fakesink >"$work/error" 2>&1 && exit 1
grep '^ERROR' "$work/error"
listed=$(sed -n 's/^  \([^ ]*=[^ ]*\)  (.*/\1/p' "$work/error" | head -n 1)
gst-launch-1.0 v4l2cppsrc device="$listed" num-buffers=30 ! fakesink >"$work/solved"
step "the error about device=serial=A1B2C4 lists $listed, which plays"
trap - EXIT
