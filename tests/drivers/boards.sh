#!/bin/sh
# Runs the commands of the page for boards that set up vimc's media graph, as it is when the module is loaded. Prints TAP.
#   boards.sh PLUGIN_DIR PAGE
# shellcheck source=gst_launch.sh
. "$(dirname "$0")/gst_launch.sh"
# shellcheck source=vimc.sh
. "$(dirname "$0")/vimc.sh"
page=$2

# shellcheck disable=SC2317  # result calls it
explain() { [ "$1" = yes ] || cat "$work/log"; }

# runs COMMAND: runs a line of the page.
runs() { sh -c "$1" >"$work/log" 2>&1 </dev/null && ! grep -q '^ERROR' "$work/log"; }

# The code block of the section.
awk '/^## / { here = $0 == "## A media graph, step by step" } here && /^```/ { block = !block; next } here && block' \
  "$page" >"$work/commands"

as_loaded
grep '^gst-launch' "$work/commands" >"$work/pipelines"
good=yes
while read -r line; do
  ! runs "$line" || good=no
done <"$work/pipelines"
result $good "as loaded no pipeline of the page streams"

while read -r line; do
  runs "$line" && good=yes || good=no
  result $good "$line"
done <"$work/commands"
[ -s "$work/pipelines" ] && good=yes || good=no
result $good "the page has pipelines"
echo "1..$point"
exit "$failed"
