#!/bin/sh
# Runs each I/O mode with each kind of consumer, on real drivers. Prints TAP, one line for each device.
#   io_modes.sh [--producer COMMAND] IO_MODES_TEST "DEVICE [OPTION...]"...
# The devices show still pictures. COMMAND feeds a loopback device.
# shellcheck source=fed.sh
. "$(dirname "$0")/fed.sh"
producer=
if [ "$1" = --producer ]; then
  # shellcheck disable=SC2086  # Words.
  $2 &
  producer=$!
  shift 2
fi
io_modes_test=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"; [ -z "$producer" ] || kill "$producer"' EXIT
point=0
failed=0

for device; do
  point=$((point + 1))
  # shellcheck disable=SC2086  # Words.
  set -- $device
  # vivid draws no text over the picture then. Other drivers lack the control.
  v4l2-ctl -d "$1" -c osd_text_mode=2 >/dev/null 2>&1 || :
  [ -z "$producer" ] || until fed "$1"; do sleep 1; done
  status=0
  "$io_modes_test" --device "$@" >"$work/log" 2>&1 || status=$?
  cells=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests.*/\1/p' "$work/log")
  if [ "$status" -eq 0 ]; then
    echo "ok $point - $device: $cells cells"
  else
    echo "not ok $point - $device"
    failed=1
    grep -v -e '\[ RUN' -e '\[       OK' "$work/log" | sed 's/^/# /'
  fi
done
echo "1..$point"
exit $failed
