# The tests in the guest share these functions, which control the first camera and capture from it.
# shellcheck shell=sh disable=SC2154
#
# The time limit is an hour for what takes a second. In virtual time the guest's clock leaps while the guest
# waits for the host's files. A test that hangs is ended from outside.

# shellcheck source-path=SCRIPTDIR source=tap.sh
. "${0%/*}/tap.sh"

device=$USBCAM_DEVICE
work=$(mktemp -d)

send() { usbcam --send "$USBCAM_CONTROL" "$@"; }

# field NAME: prints a field of the camera's status, such as "frames=12".
field() { send status | tr ' ' '\n' | sed -n "s/^$1=//p"; }

# set_format FOURCC WIDTH HEIGHT: sets the device's format.
set_format() {
  v4l2-ctl -d "$device" --set-fmt-video="width=$2,height=$3,pixelformat=$1" >/dev/null
}

# capture COUNT [OPTION...]: captures that many frames of a stepped camera to $work/frames. v4l2-ctl's lines
# about them go to $work/log. Eight buffers hold all frames of a step, so a slow machine loses none.
capture() {
  capture_count=$1
  shift
  timeout 3600 v4l2-ctl -d "$device" --stream-mmap=8 --stream-count="$capture_count" \
    --stream-to="$work/frames" --verbose "$@" >"$work/log" 2>&1
}

# Prints the sequence numbers of the frames captured last.
sequences() { sed -n 's/^cap dqbuf: .*seq: *\([0-9]*\).*/\1/p' "$work/log" | tr '\n' ' '; }

# yuyv_numbers BYTES: prints the camera's numbers of the YUYV frames captured last. A frame has BYTES bytes.
yuyv_numbers() {
  total=$(wc -c <"$work/frames")
  offset=0
  while [ "$offset" -lt "$total" ]; do
    od -A n -t u1 -j "$offset" -N 8 "$work/frames" |
      awk '{ printf "%d ", $1 + 256 * ($3 + 256 * ($5 + 256 * $7)) }'
    offset=$((offset + $1))
  done
}

# text_numbers: prints the camera's numbers of MJPEG and H.264 frames.
text_numbers() { grep -a -o 'usbcam-frame=[0-9]*' "$work/frames" | sed 's/.*=//' | tr '\n' ' '; }

# Prints lines of the kernel's log that a working driver never causes.
kernel_complaints() {
  dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|refcount|use-after-free|general protection|hung task'
}
