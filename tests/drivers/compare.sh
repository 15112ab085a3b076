#!/bin/sh
# Compares frames of a real device byte by byte: those of v4l2cppsrc with those of v4l2-ctl. Prints TAP.
#   compare.sh RECORD_PROGRAM DEVICE COUNT "FOURCC CAPS"...
# The device must show a still picture.
record=$1
device=$2
count=$3
shift 3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# vivid draws no text over the picture then. Other drivers lack the control.
v4l2-ctl -d "$device" -c osd_text_mode=2 >/dev/null 2>&1 || :

# same FOURCC CAPS: captures both ways and compares. The format and the rate of v4l2cppsrc stay set, and v4l2-ctl
# captures in them. Its --set-parm knows only the single-planar API.
same() {
  "$record" "$device" "$2" "$count" "$work/ours" || return 1
  v4l2-ctl -d "$device" --get-fmt-video | grep -q "'$1'" || {
    echo "the format is not $1"
    return 1
  }
  v4l2-ctl -d "$device" --stream-mmap=4 --stream-count="$count" --stream-to="$work/theirs" \
    >/dev/null 2>&1 || return 1
  test -s "$work/ours" && cmp "$work/ours" "$work/theirs" && cksum <"$work/ours"
}

point=0
failed=0
for format; do
  point=$((point + 1))
  # shellcheck disable=SC2086  # Two words.
  set -- $format
  if same "$1" "$2" >"$work/log" 2>&1; then
    echo "ok $point - $count frames of $1, none lost, as v4l2-ctl gives them"
  else
    echo "not ok $point - $count frames of $1, none lost, as v4l2-ctl gives them"
    failed=1
  fi
  sed 's/^/# /' "$work/log"
done
echo "1..$point"
exit $failed
