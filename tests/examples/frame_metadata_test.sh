#!/bin/sh
# Runs frame_metadata.py on the preload camera. Prints TAP.
#   frame_metadata_test.sh PYTHON PRELOAD_LIBRARY PLUGIN_DIR
python=$1
preload=$2
plugins=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

if ! "$python" -c 'import gi; gi.require_version("Gst", "1.0"); from gi.repository import Gst' 2>/dev/null; then
  echo "1..0 # SKIP python3-gi or gir1.2-gstreamer-1.0 is missing"
  exit
fi

# The camera numbers its frames from 0, and loses none.
reads_all() {
  LD_PRELOAD=$preload GST_PLUGIN_PATH=$plugins "$python" "$(dirname "$0")/frame_metadata.py" /dev/video-fake 20 \
    >"$work/log" 2>&1 &&
    [ "$(grep -c '^frame .* (monotonic, start-of-exposure), 0 missing before it$' "$work/log")" -eq 20 ] &&
    grep -q '^frame 19: [1-9][0-9]* bytes, taken at [1-9]' "$work/log" && grep -qx 'delivered: 20' "$work/log" &&
    grep -qx 'lost-device: 0' "$work/log"
}

if reads_all; then
  echo "ok 1 - Python reads metadata and statistics"
else
  echo "not ok 1 - Python reads metadata and statistics"
  sed 's/^/# /' "$work/log"
fi
echo "1..1"
