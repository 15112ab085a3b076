# Sets up the media graph of vimc, for the scripts that read this file.
# shellcheck shell=sh
raw=/dev/video0     # Raw Capture 0, behind Sensor A
second=/dev/video1  # Raw Capture 1, behind Sensor B
rgb=/dev/video2     # RGB/YUV Capture, behind Sensor A, Debayer A and the scaler

pad() { media-ctl -d /dev/media0 -V "$1 [fmt:$2 field:${3:-none}]" >/dev/null || echo "# can't set $1 to $2"; }
node() { v4l2-ctl -d "$1" --set-fmt-video="width=${3%x*},height=${3#*x},pixelformat=$2" >/dev/null; }
link() { media-ctl -d /dev/media0 -l "$1" >/dev/null || echo "# can't set the link $1"; }

# as_loaded [SIZE]: sets the graph as the module leaves it, with pictures of SIZE.
as_loaded() {
  size=${1:-640x480}
  link '"RGB/YUV Input":0 -> "Scaler":0 [0]'
  link '"Debayer A":1 -> "Scaler":0 [1]'
  pad '"Sensor A":0' "RGB888_1X24/$size"
  pad '"Debayer A":0' "SRGGB8_1X8/$size"
  pad '"Debayer A":1' "RGB888_1X24/$size"
  pad '"Scaler":0' "RGB888_1X24/$size"
  pad '"Scaler":1' "RGB888_1X24/$size"
  node $raw RGB3 "$size"
  node $rgb RGB3 "$size"
}

# set_up [SIZE]: sets up the graph as a user does, so that both nodes behind Sensor A can stream.
set_up() {
  as_loaded "$1"
  pad '"Sensor A":0' "SBGGR8_1X8/$size"
  pad '"Debayer A":0' "SBGGR8_1X8/$size"
  node $raw BA81 "$size"
}

# Makes the sensors send the same picture each time, without a clock in it.
hold_still() {
  for subdevice in /dev/v4l-subdev*; do
    v4l2-ctl -d "$subdevice" -c show_information=2 >/dev/null 2>&1
  done
}
