# Tries unpacked packages in a guest with vivid, as root. tests/packages/debian.sh runs it there.
#   guest.sh DIRECTORY     with what the packages install
# shellcheck shell=sh
cp -a "$1/." /
sh debian/tests/smoke
v4l2cpp-describe --list
gst-launch-1.0 -q v4l2cppsrc device=/dev/video0 num-buffers=20 ! video/x-raw,format=YUY2,width=640,height=360 ! \
  filesink location=/tmp/frames
[ "$(stat --format %s /tmp/frames)" -eq $((20 * 640 * 360 * 2)) ]
if LC_ALL=C gst-launch-1.0 v4l2cppsrc device=/dev/video-none ! fakesink >/tmp/log 2>&1; then exit 1; fi
grep -F "There is no device at '/dev/video-none'" /tmp/log
