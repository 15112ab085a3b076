# Creates the guest's devices. init.sh reads this file before there is a root, and programs.sh reads
# it in the root. Both define root, which is the path of the guest's root. Both define `in_root`, which runs a
# command in that root, and `fail`, which does not return.
# shellcheck shell=dash disable=SC1091,SC2154

here=/run/v4l2cpp-vm
cameras=0

# until_true TENTHS COMMAND...: waits until a command succeeds, at most so many tenths of a second.
until_true() {
  tenths=$1
  shift
  until "$@" 2>/dev/null; do
    tenths=$((tenths - 1))
    [ "$tenths" -gt 0 ] || return 1
    sleep 0.1
  done
}

# load NAME "PARAMETERS": loads a module. The parameters are split as a shell splits words.
load() {
  eval "set -- \"\$1\" $2"
  modprobe "$@" || fail "could not load the module $*"
}

# load_line "NAME PARAMETERS": loads a module in the same way.
load_line() { load "${1%% *}" "${1#"${1%% *}"}"; }

# load_built NAME "PARAMETERS": loads a module that run.sh has built and added to the job. The modules that it
# needs come first.
load_built() {
  for needed in $(cat "$root$here/job/modules/$1.depends"); do load "$needed" ''; done
  eval "set -- \"\$1\" $2"
  built=$1
  shift
  "$root$here/bin/busybox" insmod "$root$here/job/modules/$built.ko" "$@" ||
    fail "could not load the module $built $*"
}

# camera "OPTIONS": creates an emulated USB camera. Waits for its /dev/video node, unless the camera begins
# unplugged. The camera's variables go to a file for the command.
camera() {
  if [ "$cameras" -eq 0 ]; then
    load vhci-hcd ''
    load uvcvideo ''
    # When modprobe returns, the kernel may still create port 0.
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
