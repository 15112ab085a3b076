#!/bin/sh
# Runs the pipelines of a Markdown file that a device can serve. Prints TAP.
#   pipelines.sh FILE raw|compressed PLUGIN_DIR
# "raw" runs the pipelines that ask for no compressed format, "compressed" the others. Windows become fakesinks,
# and each pipeline ends after a few frames.
file=$1
kind=$2
plugin_dir=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# GStreamer sees only the plugins that the pipelines use. A scan of all plugins takes half a minute in the VM.
mkdir "$work/plugins"
for name in coreelements videoconvert videoconvertscale autodetect jpeg png matroska multifile rtp udp; do
  library=$(pkg-config --variable=pluginsdir gstreamer-1.0)/libgst$name.so
  [ ! -e "$library" ] || ln -s "$library" "$work/plugins"
done
export GST_PLUGIN_SYSTEM_PATH_1_0= GST_PLUGIN_PATH_1_0="$work/plugins:$plugin_dir"

grep '^gst-launch-1.0 ' "$file" >"$work/all"
case $kind in
  raw) grep -v -e image/jpeg -e video/x-h264 "$work/all" ;;
  *) grep -e image/jpeg -e video/x-h264 "$work/all" ;;
esac >"$work/pipelines"

point=0
failed=0
cd "$work" || exit 1
while read -r line; do
  point=$((point + 1))
  command=$(printf '%s\n' "$line" | sed '
    s/autovideosink/fakesink/g
    s/num-buffers=[0-9]* *//
    s/v4l2cppsrc/v4l2cppsrc num-buffers=5/')
  if sh -c "$command" >log 2>&1 </dev/null && ! grep -q '^ERROR' log; then
    echo "ok $point - $line"
  else
    echo "not ok $point - $line"
    sed 's/^/# /' log
    failed=1
  fi
done <pipelines
[ $point -gt 0 ] || failed=1
echo "1..$point"
exit $failed
