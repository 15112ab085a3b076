#!/bin/sh
# Runs a program on vimc. The media graph is set up for still pictures of SIZE.
#   on_vimc.sh SIZE COMMAND [ARGUMENT...]
# shellcheck source=vimc.sh
. "$(dirname "$0")/vimc.sh"
hold_still
set_up "$1"
shift
exec "$@"
