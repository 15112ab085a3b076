#!/bin/sh
# Checks what gst-launch-1.0 prints for a wrong device, on real nodes. Prints TAP.
#   errors.sh PLUGIN_DIR CAPTURE_NODE OUTPUT_NODE METADATA_NODE
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
# shellcheck source=other_user.sh
. "$(dirname "$0")/other_user.sh"
capture=$2
output=$3
metadata=$4
work=$(mktemp -d) || exit 1
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
# Another user reads the registry too.
export GST_REGISTRY="$work/registry"
gst-inspect-1.0 v4l2cppsrc >/dev/null
chmod 644 "$work/registry"
point=0
failed=0

# one_error DESCRIPTION DEVICE PART...: gst-launch shows exactly one ERROR, which has every part.
one_error() {
  point=$((point + 1))
  description=$1
  device=$2
  shift 2
  $as gst-launch-1.0 v4l2cppsrc device="$device" num-buffers=3 ! fakesink >"$work/log" 2>&1
  good=yes
  [ "$(grep -c '^ERROR: from element' "$work/log")" = 1 ] || good=no
  for part; do
    grep '^ERROR: from element' "$work/log" | grep -qF -- "$part" || good=no
  done
  if [ $good = yes ]; then
    echo "ok $point - $description"
    grep '^ERROR' "$work/log" | sed 's/^/# /'
  else
    echo "not ok $point - $description"
    sed 's/^/# /' "$work/log"
    failed=1
  fi
}

as=
one_error "a path where nothing is" /dev/video77 "/dev/video77" "no device" "--list-devices"
echo text >"$work/file"
one_error "a regular file" "$work/file" "$work/file" "not a V4L2 device"
one_error "an output node" "$output" "$output" "video output node" "'$capture'"
one_error "a metadata node" "$metadata" "$metadata" "metadata node" "'$capture'"

one_error "a selector that matches nothing" serial=none "No camera matches 'serial=none'" "one of these:"

# plays DESCRIPTION PROPERTY...: three frames come.
plays() {
  point=$((point + 1))
  description=$1
  shift
  if gst-launch-1.0 v4l2cppsrc "$@" num-buffers=3 ! fakesink >"$work/log" 2>&1 3<>"$capture"; then
    echo "ok $point - $description"
  else
    echo "not ok $point - $description"
    sed 's/^/# /' "$work/log"
    failed=1
  fi
}

# The first value that the error lists chooses a device.
listed=$(sed -n 's/^  \(bus=[^ ]*\).*/\1/p' "$work/log" | head -n 1)
plays "a value that the error lists: $listed" device="$listed"
plays "a descriptor of the node" device-fd=3 device=/dev/none

chmod 600 "$capture"
as="setpriv --reuid=$other_user --regid=65534 --clear-groups"
one_error "a node without permission" "$capture" "$capture" "may not open" "mode 0600"
as=

# Another program holds the device. It reports when it has its buffers, and stops on demand.
mkfifo "$work/frames"
v4l2-ctl -d "$capture" --stream-mmap --stream-to="$work/frames" >/dev/null 2>&1 &
holder=$!
exec 3<"$work/frames"
dd bs=1 count=1 <&3 >/dev/null 2>&1
one_error "a node that another program holds" "$capture" "$capture" "busy" "another program" \
  "v4l2-ctl (pid $holder)" "VIDIOC_S_FMT: Device or resource busy"
kill $holder
exec 3<&-
wait $holder 2>/dev/null

point=$((point + 1))
if gst-launch-1.0 -q v4l2cppsrc device="$capture" num-buffers=3 ! fakesink >"$work/log" 2>&1; then
  echo "ok $point - and the right one works"
else
  echo "not ok $point - and the right one works"
  sed 's/^/# /' "$work/log"
  failed=1
fi
echo "1..$point"
exit $failed
