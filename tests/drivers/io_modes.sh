#!/bin/sh
# Every way of a frame to every kind of consumer, on real drivers. Prints TAP, a line for each device.
#   io_modes.sh [--producer COMMAND] IO_MODES_TEST "DEVICE [OPTION...]"...
# The devices show pictures that stand still. COMMAND feeds a loopback device.
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

# fed DEVICE: whether a loopback device has a producer. Up to 0.12 it has no format before that, since 0.13 it has one, and
# no signal. To stream from it would keep its format from the producer.
fed() {
  v4l2-ctl -d "$1" --get-fmt-video >/dev/null 2>&1 && ! v4l2-ctl -d "$1" --list-inputs | grep -qi 'no signal'
}

for device; do
  point=$((point + 1))
  # shellcheck disable=SC2086  # Words.
  set -- $device
  # vivid: no text over the picture. Other drivers know nothing of it.
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
