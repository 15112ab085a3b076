#!/bin/sh
# Tests unplugging and plugging in the guest, also during a stream.
set -u
# shellcheck source-path=SCRIPTDIR source=guest.sh
. "${0%/*}/guest.sh"

# cycle: unplugs the camera while an application streams, and plugs it in again.
cycle() {
  timeout 3600 v4l2-ctl -d "$device" --stream-mmap --stream-count=100000 >"$work/log" 2>&1 &
  reader=$!
  send --until '*streaming=yes*frames=[1-9]*' status || return 1
  [ "$(send unplug)" = ok ] || return 1
  [ ! -e "$device" ] || return 1
  # The application ends by itself, since the driver wakes it with an error.
  wait "$reader"
  grep -q -E 'VIDIOC_DQBUF: failed: (Invalid argument|No such device)' "$work/log" || return 1
  [ "$(send plug "$@")" = ok ] || return 1
  device=$(send --until 'ok /dev/video*' node) || return 1
  device=${device#ok }
}

for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  check "cycle $number: unplugged while streaming, and back" cycle
done

usb_path() { readlink -f "/sys/class/video4linux/${device##*/}/device"; }

before=$(usb_path)
check "at another port" cycle 5
expect_like "it has another path" "*/1-6/*" "$(usb_path)"
expect_like "and had" "*/1-1/*" "$before"
expect "with the same serial number" "USBCAM0001" "$(cat "$(usb_path)/../serial")"

exec 3<"$device"
send unplug >/dev/null
send plug >/dev/null
again=$(send --until 'ok /dev/video*' node)
expect_like "with the old node held open it gets another" "ok /dev/video[1-9]*" "$again"
exec 3<&-

# The kernel may detach the camera as well.
echo 0 >/sys/devices/platform/vhci_hcd.0/detach
check "the kernel lets it go: it lives on" send --until 'ok plugged=no *' status
expect "and can be plugged in again" "ok" "$(send plug 2)"
check "and is found again" send --until 'ok /dev/video*' node

expect_like "plugged twice: refused" "error: *" "$(send plug)"
expect "quit: it says so" "ok" "$(send quit)"
check "quit: it is gone" eventually sh -c "! usbcam --send $USBCAM_CONTROL status"
check "quit: the device is gone" eventually sh -c '! ls /sys/class/video4linux/video*'

expect "nothing is wrong in the kernel's log" "" "$(kernel_complaints)"
finish
