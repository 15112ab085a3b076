#!/bin/sh
# Plays v4l2cppsrc and v4l2src on a camera whose times are known, and compares the errors of their PTS. v4l2src may be
# nearer in no row. Prints TAP.
#   beside_v4l2src.sh PLUGIN_DIR TIMES PRELOAD_LIBRARY
# shellcheck source=../drivers/gst_launch.sh
. "$(dirname "$0")/../drivers/gst_launch.sh"
times=$2
preload=$3
caps=video/x-raw,format=YUY2,width=320,height=240,framerate=30/1

# shellcheck disable=SC2317  # result calls it
explain() { cat "$work/log"; }

# The program that looks for plugins must not see the camera.
gst-inspect-1.0 v4l2cppsrc >/dev/null && gst-inspect-1.0 v4l2src >/dev/null

# error ELEMENT ROW STAMPS: sets $median and $largest, in us, and $missing, the frames without a PTS. Fails without
# frames.
error() {
  printf '%s: ' "$1" >>"$work/log"
  if ! V4L2CPP_FAKE=stamps=$3 LD_PRELOAD=$preload "$times" "$1 device=/dev/video-fake name=source ! $caps" "$2" \
    >"$work/error" 2>&1; then
    echo 'too few frames' >>"$work/log"
    return 1
  fi
  cat "$work/error" >>"$work/log"
  median=$(sed -n 's/^median=\([0-9]*\) .*/\1/p' "$work/error")
  largest=$(sed -n 's/.* max=\([0-9]*\) .*/\1/p' "$work/error")
  missing=$(sed -n 's/.* none=\([0-9]*\) .*/\1/p' "$work/error")
  [ -n "$median" ] && ! grep -q 'frames=0' "$work/error"
}

# error_of_peer ROW STAMPS: the same of v4l2src. The v4l2src of GStreamer 1.26 was seen to send no frame any more
# after a short pause. It gets five tries, since the row is about its times.
error_of_peer() {
  for _ in 1 2 3 4 5; do
    if error v4l2src "$1" "$2"; then return 0; fi
  done
  return 1
}

# compare ROW STAMPS MOST: the largest error of v4l2cppsrc is MOST us, and not over v4l2src's. What one call takes is
# left out.
compare() {
  : >"$work/log"
  good=yes
  error_of_peer "$1" "$2" || good=no
  peer_median=$median peer_largest=$largest peer_missing=$missing
  error v4l2cppsrc "$1" "$2" || good=no
  call=500
  if [ $good = yes ]; then
    [ "$missing" -eq 0 ] && [ "$largest" -le "$3" ] || good=no
    # Frames without a PTS have no error that could be smaller.
    if [ "$peer_missing" -eq 0 ]; then
      [ "$median" -le $((peer_median + call)) ] && [ "$largest" -le $((peer_largest + 2 * call)) ] || good=no
    fi
  fi
  result $good "$1, stamps $2: at most $3 us off, and v4l2src is not nearer"
}

for row in play flush start-time no-clock pause-and-change-clock change-clock blocked; do
  compare $row good 100
done
compare play wall 500
# Without a stamp that can be used there is the arrival, and the rate.
for stamps in zero constant future old backwards unknown; do
  compare play $stamps 2000
done

echo "1..$point"
exit "$failed"
