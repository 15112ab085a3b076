#!/bin/sh
# Runs a command with the plugins that the pipelines of v4l2cpp-describe need, and no others. A scan of all plugins
# takes half a minute in the VM.
#   describe_pipelines.sh PLUGIN_DIR COMMAND...
plugin_dir=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for name in coreelements videoconvert videoconvertscale bayer jpeg; do
  library=$(pkg-config --variable=pluginsdir gstreamer-1.0)/libgst$name.so
  [ ! -e "$library" ] || ln -s "$library" "$work"
done
export GST_PLUGIN_SYSTEM_PATH_1_0= GST_PLUGIN_PATH_1_0="$work:$plugin_dir" GST_REGISTRY="$work/registry"
python3 "$@"
