# Shared by the scripts that run gst-launch-1.0 with the plugin. They read this file. Their first argument is the
# plugin's directory. They write to $work/log, and end with "1..$point" and with $failed as their status.
# shellcheck shell=sh
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export GST_REGISTRY="$work/registry"
point=0
failed=0

# result yes|no DESCRIPTION: prints one point. The lines that the script's explain() prints of the log follow it.
result() {
  point=$((point + 1))
  if [ "$1" = yes ]; then
    echo "ok $point - $2"
  else
    echo "not ok $point - $2"
    # shellcheck disable=SC2034  # The scripts use it.
    failed=1
  fi
  explain "$1" | sed 's/^/# /'
}
