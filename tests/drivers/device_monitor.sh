#!/bin/sh
# Tests gst-device-monitor-1.0 with the plugin, and nodes that a user may not open at first. Prints TAP.
#   device_monitor.sh PLUGIN_DIR
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
# shellcheck source=other_user.sh
. "$(dirname "$0")/other_user.sh"

# shellcheck disable=SC2317  # result calls it
explain() { [ "$1" = yes ] || cat "$work/log"; }

# told TEXT: reads what the monitor prints, up to a line with the text. Fails if the monitor ends before.
told() {
  while IFS= read -r line <&3; do
    printf '%s\n' "$line" >>"$work/log"
    case $line in *"$1"*) return ;; esac
  done
  return 1
}

# v4l2src's provider lists nothing here, since there is no udev. The program devices lists what it has without udev.
gst-device-monitor-1.0 Video/Source >"$work/log" 2>&1
good=no
! grep -qF 'gst-launch-1.0 v4l2cppsrc' "$work/log" && good=yes
result $good "without a rank no device is listed"

export GST_PLUGIN_FEATURE_RANK=v4l2cppdeviceprovider:300,v4l2cppsrc:300
gst-device-monitor-1.0 Video/Source >"$work/log" 2>&1
good=no
# GStreamer 1.28 quotes the value.
grep -q "v4l2cppsrc device='\{0,1\}/dev/video" "$work/log" && good=yes
result $good "with a rank the devices are listed, with a line for gst-launch-1.0"
good=no
[ "$(grep -c 'device.path = ' "$work/log")" -gt 0 ] &&
  [ "$(grep -c 'device.path = ' "$work/log")" = "$(grep 'device.path = ' "$work/log" | sort -u | wc -l)" ] && good=yes
result $good "no path is listed twice"
grep -E '^	(name|class)|device\.(path|id)|gst-launch' "$work/log" | sed 's/^/# /'

# A node that captures, made unreadable for a user without rights.
node=$(sed -n 's/.*device.path = //p' "$work/log" | head -n 1)
chmod 600 /dev/video*
chmod 755 "$work"
: >"$work/log"
mkfifo "$work/news"
setpriv --reuid "$other_user" --regid 65534 --clear-groups env GST_REGISTRY="$work/registry" \
  timeout 300 gst-device-monitor-1.0 --follow Video/Source >"$work/news" 2>&1 &
monitor=$!
exec 3<"$work/news"
good=no
told 'Monitoring devices' && ! grep -qF "device.path = $node" "$work/log" && good=yes
result $good "without access $node is not listed"
chmod 666 "$node"
good=no
told "device.path = $node" && good=yes
result $good "with access it is listed"
chmod 600 "$node"
good=no
told 'Device removed' && good=yes
result $good "without access it is removed"
kill "$monitor"

echo "1..$point"
exit "$failed"
