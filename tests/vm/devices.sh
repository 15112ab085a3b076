# Devices of the guest, brought up and put away. Read by init.sh, before there is a root, and by
# programs.sh in it. Both define `fail`, which does not return, `in_root`, which runs a command in the
# guest's root, and root, the path of that root.
# shellcheck shell=dash disable=SC1091,SC2154

here=/run/v4l2cpp-vm
cameras=0

# until_true TENTHS COMMAND...: waits until a condition holds, so long at most.
until_true() {
  tenths=$1
  shift
  until "$@" 2>/dev/null; do
    tenths=$((tenths - 1))
    [ "$tenths" -gt 0 ] || return 1
    sleep 0.1
  done
}

# load NAME "PARAMETERS": a module with its parameters, split as a shell splits words.
load() {
  eval "set -- \"\$1\" $2"
  modprobe "$@" || fail "could not load the module $*"
}

# load_line "NAME PARAMETERS"
load_line() { load "${1%% *}" "${1#"${1%% *}"}"; }

# load_built NAME "PARAMETERS": one that run.sh has built, and brought along with the job; first what it needs.
load_built() {
  for needed in $(cat "$root$here/job/modules/$1.depends"); do load "$needed" ''; done
  eval "set -- \"\$1\" $2"
  built=$1
  shift
  "$root$here/bin/busybox" insmod "$root$here/job/modules/$built.ko" "$@" ||
    fail "could not load the module $built $*"
}

# camera "OPTIONS": an emulated USB camera, and its /dev/video node unless it begins unplugged. Its
# variables go to a file, for the command.
camera() {
  if [ "$cameras" -eq 0 ]; then
    load vhci-hcd ''
    load uvcvideo ''
    # Its port 0 may still be in the making when modprobe returns.
    until_true 50 [ -w /sys/devices/platform/vhci_hcd.0/attach ] || fail "no vhci_hcd"
  fi
  cameras=$((cameras + 1))
  socket=$here/usbcam-$cameras
  eval "set -- $1"
  in_root "$here/job/usbcam" --control "$socket" "$@" >"$root$socket.log" 2>&1 &
  case " $* " in
    *' --unplugged '*) question='status' answer='ok*' ;;
    *) question='node' answer='ok /dev/video*' ;;
  esac
  node=$(in_root "$here/job/usbcam" --send "$socket" --until "$answer" "$question") ||
    fail "camera $cameras ($*): $(cat "$root$socket.log")"
  [ "$question" = node ] || node=
  {
    echo "export USBCAM_CONTROL_$cameras=$socket USBCAM_DEVICE_$cameras=${node#ok }"
    [ "$cameras" -ne 1 ] || echo "export USBCAM_CONTROL=$socket USBCAM_DEVICE=${node#ok }"
  } >>"$root$here/environment"
}
