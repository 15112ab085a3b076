#!/bin/sh
# Runs a command while udev manages the devices: it makes the links of /dev/v4l and sets the access of nodes.
#   with_udev.sh COMMAND...
set -eu
udevd=/lib/systemd/systemd-udevd
[ -x "$udevd" ] || udevd=/usr/lib/systemd/systemd-udevd
# The guest's root is a chroot. udev does nothing there unless it is told to.
export SYSTEMD_IGNORE_CHROOT=1
"$udevd" --daemon 2>/dev/null
udevadm trigger --action=add
udevadm settle
links=$(find /dev/v4l -type l | sort)
[ -n "$links" ] || exit 1
echo "$links" | sed 's/^/# /'
status=0
"$@" || status=$?
# The next program of this boot has no udev.
udevadm control --exit
rm -rf /run/udev /dev/v4l
exit $status
