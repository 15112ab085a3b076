#!/bin/sh
# Shows the main job in one command. It installs missing packages, builds, and captures three seconds through
# v4l2cppsrc. The camera is the first real one. Without a camera it is vivid, on a real kernel in a virtual
# machine. The script leaves a snapshot and a video in demo/, and prints device, mode, frames, rate and loss.
#   sh tests/demo.sh [DEVICE]
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=scripts/configure.sh
. tests/scripts/configure.sh
build=${BUILD_DIR:-build}
output=demo

# shellcheck disable=SC2086  # Package names, to be split.
need $build_packages $test_packages $vm_packages

echo "==> Building in $build"
configure "$build" -Dvm-tests=enabled
ninja -C "$build" gst/v4l2cppsrc/libgstv4l2cpp.so tests/examples/demo
mkdir -p "$output"

plugins=$(cd "$build/gst/v4l2cppsrc" && pwd)
export GST_PLUGIN_PATH="$plugins"
# GStreamer writes its registry of plugins once here. The machine only reads it.
export GST_REGISTRY="$(cd "$build" && pwd)/demo-registry.bin"
gst-inspect-1.0 v4l2cppsrc >"$build/demo-inspect.txt"

# Prints the first node that captures and that we may open. The device caps are those of the node itself.
real_camera() {
  for node in /dev/video*; do
    [ -r "$node" ] && [ -w "$node" ] || continue
    v4l2-ctl -d "$node" --info 2>/dev/null | sed -n '/Device Caps/,$p' | grep -q 'Video Capture' || continue
    echo "$node"
    return
  done
}

camera=${1:-$(real_camera)}
if [ -n "$camera" ]; then
  echo "==> Capturing 3 seconds from $camera"
  "$build/tests/examples/demo" "$output" "$camera"
else
  echo "==> There is no camera here: booting a virtual machine with the kernel's test driver, vivid"
  echo "==> (the kernel is fetched the first time)"
  sh tests/vm/run.sh --vivid "" --share "$output" \
    --env GST_PLUGIN_PATH="$GST_PLUGIN_PATH" --env GST_REGISTRY="$GST_REGISTRY" \
    --env GST_REGISTRY_UPDATE=no --env LC_ALL=C.UTF-8 \
    -- "$build/tests/examples/demo" "$output" "" video/x-raw,width=640,height=360,framerate=15/1
fi
echo "==> See $output/snapshot.png and $output/video.mkv"
