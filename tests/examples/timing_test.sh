#!/bin/sh
# Runs timing.py on the preload camera. Prints TAP.
#   timing_test.sh PYTHON PRELOAD_LIBRARY PLUGIN_DIR
python=$1
preload=$2
plugins=$3
example=$(dirname "$0")/timing.py
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export MPLCONFIGDIR="$work" MPLBACKEND=Agg

if ! "$python" -c 'import gi, matplotlib; gi.require_version("Gst", "1.0")' 2>"$work/log"; then
  echo "1..0 # SKIP python3-gi, gir1.2-gstreamer-1.0 or python3-matplotlib is missing"
  exit
fi

# check NAME COMMAND...
number=0
check() {
  number=$((number + 1))
  name=$1
  shift
  if "$@"; then echo "ok $number - $name"; else
    echo "not ok $number - $name"
    sed 's/^/# /' "$work/log"
  fi
}

# timing FRAMES SOURCE...
timing() {
  LD_PRELOAD=$preload GST_PLUGIN_PATH=$plugins "$python" "$example" "$work/times.png" "$@" >"$work/log" 2>&1
}

# The signature of a PNG file, and room for three plots.
is_picture() {
  [ "$(head -c 8 "$work/times.png" | od -An -c | tr -d ' ')" = '211PNG\r\n032\n' ] &&
    [ "$(wc -c <"$work/times.png")" -gt 10000 ]
}

draws() {
  timing 50 v4l2cppsrc device=/dev/video-fake && is_picture &&
    grep -q '"frames": 50, "missing": 0, "interval-median-ms": ' "$work/log"
}

# identity drops some buffers, whose numbers are missing then.
sees_a_gap() {
  timing 30 v4l2cppsrc device=/dev/video-fake skip-frames=3 ! identity drop-probability=0.3 && is_picture &&
    grep -Eq '"frames": 30, "missing": [1-9]' "$work/log"
}

says_the_error() {
  ! timing 30 v4l2cppsrc device=/dev/none && grep -q '^timing.py: .*/dev/none' "$work/log"
}

check "timing.py draws the times of a stream" draws
check "timing.py counts missing frames" sees_a_gap
check "timing.py says why there is no stream" says_the_error
echo "1..$number"
