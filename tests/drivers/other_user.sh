# Scripts that need a user without rights source this file, with the plugin's directory as their first argument.
# $other_user is that user's number. He owns the plugin, since a home may be closed for all others, or he is nobody.
# shellcheck shell=sh

other_user=$(stat -c %u "$1")
[ "$other_user" != 0 ] || other_user=65534
