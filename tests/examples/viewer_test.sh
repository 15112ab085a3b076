#!/bin/sh
# Drives viewer.py on a screen of its own. Prints TAP.
#   viewer_test.sh PYTHON PRELOAD_LIBRARY PLUGIN_DIR
python=$1
preload=$2
plugins=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1 GST_PLUGIN_PATH="$plugins" GST_REGISTRY="$work/registry.bin" NO_AT_BRIDGE=1 GDK_BACKEND=x11

if ! command -v xvfb-run >/dev/null || ! gst-inspect-1.0 --exists gtksink ||
  ! "$python" -c 'import gi; gi.require_version("Gtk", "3.0"); gi.require_version("GstVideo", "1.0")' 2>/dev/null; then
  echo "1..0 # SKIP xvfb, gstreamer1.0-gtk3, gir1.2-gtk-3.0 or gir1.2-gst-plugins-base-1.0 is missing"
  exit
fi
# The camera captures 30 frames a second, and has two names: the one that is given, and the one in the list of /dev. The
# library is for the viewer alone.
xvfb-run -a -s '-screen 0 1280x800x24' env LD_PRELOAD="$preload" V4L2CPP_FAKE=listed,stamps=good timeout 240 \
  "$python" "$(dirname "$0")/viewer.py" --self-test --folder "$work" --caps video/x-raw,width=640 /dev/video-fake
