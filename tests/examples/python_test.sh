#!/bin/sh
# Runs the examples in Python on the preload camera. Prints TAP.
#   python_test.sh PYTHON SAVE_PLANES PRELOAD_LIBRARY PLUGIN_DIR
python=$1
save_planes=$2
preload=$3
plugins=$4
here=$(dirname "$0")

if ! said=$("$python" -c '
import cv2, gi, numpy
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo
Gst.MapInfo.__enter__' 2>&1); then
  echo "1..0 # SKIP python3-gst-1.0, gir1.2-gst-plugins-base-1.0, python3-numpy or python3-opencv is missing: $(echo "$said" | tail -n 1)"
  exit
fi
# shellcheck source=example.sh
. "$here/example.sh"

# run WORDS EXAMPLE ARGUMENT...
run() {
  words=$1
  example=$2
  shift 2
  on "$words" "$python" "$here/$example" "$@"
}

# The same planes as the example in C++ has, on one memory and on several.
has_the_same_planes() {
  for words in paint paint,multiplanar; do
    for caps in video/x-raw,format=YUY2 video/x-raw,format=I420; do
      on "$words" "$save_planes" $camera 2 "$work" "$caps,width=640" && sed 's/, mean.*//' "$work/log" >"$work/theirs" || return 1
      run "$words" planes.py $camera 2 "$work" "$caps,width=640" && sed 's/, mean.*//' "$work/log" >"$work/ours" || return 1
      grep -q '^frame 1 plane 0: ' "$work/ours" && diff "$work/theirs" "$work/ours" >"$work/log" || return 1
    done
  done
  "$python" -c '
import sys, numpy
saved, raw = numpy.load(sys.argv[1]), open(sys.argv[2], "rb").read()
assert sorted(saved.files) == ["plane0", "plane1", "plane2"] and saved["plane2"].tobytes() == raw' \
    "$work/frame-1.npz" "$work/frame-1-plane-2.raw" >"$work/log" 2>&1
}

says_the_error() { fails '^planes.py: .*/dev/none' "$python" "$here/planes.py" /dev/none 1 "$work"; }

lists_the_camera() {
  run listed devices.py && [ "$(wc -l <"$work/log")" -ge 1 ] && grep -q '/dev/video250	Fake Camera$' "$work/log"
}

plays_what_it_lists() { run listed devices.py --play /dev/video250 20 && grep -qx '/dev/video250: 20 frames' "$work/log"; }

knows_no_such_camera() { fails '^devices.py: there is no camera with the id serial=none' "$python" "$here/devices.py" --play serial=none; }

lists_controls() {
  run '' live_controls.py $camera && grep -qx 'brightness (int): 0, -64 to 64' "$work/log" && grep -q '^auto_exposure (menu): ' "$work/log"
}

sets_controls() {
  run '' live_controls.py $camera brightness 10 -20 && grep -qx 'set brightness to 10: the device has 10' "$work/log" &&
    grep -q '^frame [0-9]*: brightness is -20$' "$work/log" || return 1
  run '' live_controls.py $camera auto_exposure Manual && grep -q ': auto_exposure is Manual Mode$' "$work/log"
}

knows_no_such_control() { fails '^live_controls.py: the camera has no control .warmth.' "$python" "$here/live_controls.py" $camera warmth 1; }

captures_with_opencv() {
  run paint opencv_capture.py $camera 5 "$work/picture.png" && grep -q '^5 frames of 640x480, ' "$work/log" && [ -s "$work/picture.png" ]
}

opencv_says_what_to_do() { fails '^opencv_capture.py: /dev/none can.t be opened' "$python" "$here/opencv_capture.py" /dev/none 1 "$work/none.png"; }

check "planes.py has the planes that save_planes has" has_the_same_planes
check "planes.py says why there are no frames" says_the_error
check "devices.py lists the camera" lists_the_camera
check "devices.py plays it by its id" plays_what_it_lists
check "devices.py says that a camera is missing" knows_no_such_camera
check "live_controls.py lists controls" lists_controls
check "live_controls.py sets a number and a menu, and hears of it" sets_controls
check "live_controls.py says that a control is missing" knows_no_such_control
check "opencv_capture.py captures" captures_with_opencv
check "opencv_capture.py says what to do if it can't" opencv_says_what_to_do
finish
