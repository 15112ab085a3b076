# shellcheck shell=sh

# The plugins of GStreamer's core, and nothing else of the machine.
alone() { env -u GST_PLUGIN_PATH_1_0 GST_PLUGIN_SYSTEM_PATH_1_0= GST_PLUGIN_PATH="$core_plugins" "$@"; }
