#!/bin/sh
# Runs a program on vimc, once the media graph is set up for pictures of SIZE that stand still.
#   on_vimc.sh SIZE COMMAND [ARGUMENT...]
# shellcheck source=vimc.sh
. "$(dirname "$0")/vimc.sh"
hold_still
set_up "$1"
shift
exec "$@"
