# What scripts share that look at what gst-launch-1.0 does with a plugin; to be read by them, with the plugin's directory
# as their first argument. They write to $work/log, and end with "1..$point" and with $failed as their status.
# shellcheck shell=sh
export GST_PLUGIN_PATH_1_0="$1${GST_PLUGIN_PATH_1_0:+:$GST_PLUGIN_PATH_1_0}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export GST_REGISTRY="$work/registry"
point=0
failed=0

# result yes|no DESCRIPTION: one point, and behind it the lines of the log that explain(), which is theirs, prints.
result() {
  point=$((point + 1))
  if [ "$1" = yes ]; then
    echo "ok $point - $2"
  else
    echo "not ok $point - $2"
    # shellcheck disable=SC2034  # For who reads this.
    failed=1
  fi
  explain "$1" | sed 's/^/# /'
}
