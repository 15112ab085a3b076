#!/bin/sh
# Runs other programs than the tests on the preload camera. Prints TAP.
#   preload_test.sh PRELOAD_LIBRARY PLUGIN_DIR CONSTRUCTOR_LIBRARY
preload=$1
plugins=$2
constructor=$3
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
# shellcheck source=../scripts/limit.sh
. "$(dirname "$0")/../scripts/limit.sh"

on_camera() { LD_PRELOAD=$preload GST_PLUGIN_PATH=$plugins "$@"; }

knows_the_camera() {
  on_camera v4l2-ctl -d /dev/video-fake --list-formats-ext >"$work/formats" || return 1
  grep -q "'YUYV'" "$work/formats" && grep -q "Size: Discrete 640x480" "$work/formats" &&
    grep -q "30.000 fps" "$work/formats"
}

# stream_with_v4l2_ctl FOURCC FILE [WORDS]
stream_with_v4l2_ctl() {
  V4L2CPP_FAKE=paint,$3 on_camera v4l2-ctl -d /dev/video-fake \
    --set-fmt-video="width=640,height=480,pixelformat=$1" \
    --stream-mmap --stream-count=20 --stream-to="$2"
}

# stream_with ELEMENT FORMAT FILE [WORDS]
stream_with() {
  V4L2CPP_FAKE=paint,$4 on_camera gst-launch-1.0 -q "$1" device=/dev/video-fake num-buffers=20 ! \
    "video/x-raw,format=$2,width=640,height=480" ! filesink location="$3"
}

# same_as_v4l2_ctl ELEMENT FOURCC FORMAT [WORDS]
same_as_v4l2_ctl() {
  stream_with_v4l2_ctl "$2" "$work/reference" "$4" || return 1
  stream_with "$1" "$3" "$work/frames" "$4" || return 1
  test -s "$work/reference" && cmp "$work/reference" "$work/frames"
}

# calls FRAMES: prints the system calls of a pipeline of FRAMES frames, "NAME COUNT" a line.
calls() {
  on_camera strace -f -c -o "$work/calls" -E LD_PRELOAD="$preload" \
    gst-launch-1.0 -q v4l2cppsrc device=/dev/video-fake num-buffers="$1" ! \
    video/x-raw,format=YUY2,width=640 ! fakesink || return 1
  # The last column is the name, the fourth the count.
  awk '$4 ~ /^[0-9]+$/ && $NF != "total" {print $NF, $4}' "$work/calls"
}

# Two system calls are made for each of 10,000 more frames, and few others. The camera always has a frame, so the
# element polls only now and then. arm64 has no poll(), so the C library calls ppoll() there.
two_calls_a_frame() {
  unset LD_PRELOAD
  calls 2000 >"$work/few" && calls 12000 >"$work/many" || return 1
  awk 'NR == FNR {few[$1] = $2; next}
       {more = $2 - few[$1]; if (more > 100 || more < -100) print $1, more}' \
    "$work/few" "$work/many" | sort >"$work/difference"
  cat "$work/difference"
  # A few stray calls differ from run to run, at start-up and of the clock. Calls for frames do not.
  awk '$1 == "ioctl" && $2 >= 19980 && $2 <= 20020 {good++}
       $1 ~ /^p?poll$/ && $2 >= 130 && $2 <= 190 {good++}
       END {exit !(good == 2 && NR == 2)}' "$work/difference"
}

# The plugin names this project as its origin, not GStreamer.
names_its_origin() {
  on_camera gst-inspect-1.0 --plugin v4l2cpp | grep -i "origin" || return 1
  on_camera gst-inspect-1.0 --plugin v4l2cpp | grep -q "Origin URL *v4l2cppsrc$"
}

# The library's constructor and another thread look up one function at once.
loads_beside_a_call() { on_camera timeout "$(limit_of 60)" python3 -c "import ctypes; ctypes.CDLL('$constructor')"; }

check "gst-inspect-1.0 names the project as the plugin's origin" names_its_origin
check "v4l2-ctl lists its modes" knows_the_camera
check "v4l2src gives YUYV as v4l2-ctl does" same_as_v4l2_ctl v4l2src YUYV YUY2
check "v4l2cppsrc gives YUYV as v4l2-ctl does" same_as_v4l2_ctl v4l2cppsrc YUYV YUY2
check "v4l2cppsrc gives NV12 as v4l2-ctl does" same_as_v4l2_ctl v4l2cppsrc NV12 NV12
check "v4l2cppsrc gives GREY as v4l2-ctl does" same_as_v4l2_ctl v4l2cppsrc GREY GRAY8
check "the same over the multi-planar API" same_as_v4l2_ctl v4l2cppsrc YUYV YUY2 multiplanar
check "v4l2cppsrc makes two system calls a frame, and a poll for each 64" two_calls_a_frame
check "a library is loaded while another thread looks up a function" loads_beside_a_call
finish
