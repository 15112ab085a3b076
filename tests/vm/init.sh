#!/bin/busybox sh
# shellcheck shell=dash disable=SC1090,SC1091
# The guest's first process. It lays the host's files under a writable layer, brings up the devices
# that the job asks for, runs the job's command, tells its exit status and turns the machine off.
#
# run.sh writes the job, which appears at /job:
#   plan         calls of the functions below and in devices.sh, in order
#   environment  `export` lines for the command
#   command      a shell script: the caller's working directory and the command
#   usbcam       the camera program, if there is one
#   modules      those that Debian's kernels leave out
#
# Words travel over virtio ports that run.sh reads: status, output, errors. Everything here is
# busybox; the guest's root may be any Debian.

export PATH=/bin
# shellcheck source-path=SCRIPTDIR source=devices.sh
. /devices.sh
in_root() { chroot "$root" "$@"; }

# --- telling ------------------------------------------------------------------------------------

# The character device of a virtio port, by the name that run.sh gave it.
port() {
  for entry in /sys/class/virtio-ports/*; do
    [ "$(cat "$entry/name")" != "$1" ] || echo "/dev/${entry##*/}"
  done
}

have_ports() { [ -n "$(port status)" ] && [ -n "$(port output)" ] && [ -n "$(port errors)" ]; }

turn_off() {
  sync
  poweroff -f
  sleep 60
}

# The guest could not be set up: why, in one line.
fail() {
  echo "init: $*"
  echo "failed $*" >"$(port status)"
  turn_off
}

# --- what a plan may call -----------------------------------------------------------------------

# lay_out ROOT KERNEL PROJECT DIRECTORY: the guest's root is the host's, or a chroot ROOT on it in
# which the kernel's modules, the project and the caller's directory appear at their usual paths.
lay_out() {
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /host ||
    fail "no access to the host's files"
  # Copies go to memory: the guest may write anywhere, and the host never sees it.
  mount -t tmpfs tmpfs /overlay
  mkdir /overlay/upper /overlay/work
  mount -t overlay -o lowerdir=/host,upperdir=/overlay/upper,workdir=/overlay/work overlay /root ||
    fail "no writable layer over the host's files"
  root=/root$1
  kernel=$2
  if [ -n "$1" ]; then
    for directory in "$kernel" "$3" "$4"; do
      mkdir -p "$root$directory"
      mount --bind "/root$directory" "$root$directory"
    done
  fi

  mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp"
  mount -t proc proc "$root/proc"
  mount -t sysfs sys "$root/sys"
  mount -t debugfs debug "$root/sys/kernel/debug"
  mount -t devtmpfs dev "$root/dev"
  mkdir -p "$root/dev/shm" "$root/dev/pts"
  mount -t tmpfs tmpfs "$root/dev/shm"
  mount -t devpts devpts "$root/dev/pts"
  mount -t tmpfs tmpfs "$root/run"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s fd/0 "$root/dev/stdin"
  ln -s fd/1 "$root/dev/stdout"
  ln -s fd/2 "$root/dev/stderr"

  # So that a plain `modprobe` finds the running kernel's modules, here and in the guest's root.
  modules=lib/modules/$(uname -r)
  mkdir -p "/$modules" "$root/$modules"
  mount --bind "/root$kernel/$modules" "/$modules" || fail "no modules for $(uname -r)"
  mount --bind "/root$kernel/$modules" "$root/$modules"

  mkdir -p "$root$here/bin" "$root$here/job"
  mount --bind /job "$root$here/job"
  cp /bin/busybox "$root$here/bin/busybox"
  [ -x "$root/usr/sbin/modprobe" ] || [ -x "$root/sbin/modprobe" ] ||
    ln -s busybox "$root$here/bin/modprobe"
  [ ! -f /job/usbcam ] || ln -s ../job/usbcam "$root$here/bin/usbcam"
}

# share TAG PATH: a directory of the host, writable. cache=mmap keeps nothing but mapped pages, so
# host and guest see each other's changes.
share() {
  mkdir -p "$root$2"
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap "$1" "$root$2" ||
    fail "no access to the shared directory $2"
}

# --- the life of a guest ------------------------------------------------------------------------

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /boot-modules/*; do
  insmod "$module" || echo "init: insmod $module failed"
done
until_true 100 have_ports || echo "init: no virtio ports"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro job /job ||
  fail "no access to the job"
ip link set lo up
. /job/plan

# A subshell: the command's environment is not this script's.
run_command() (
  export PATH="$here/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  export HOME=/tmp/v4l2cpp-vm-home XDG_RUNTIME_DIR=/run/user XDG_CACHE_HOME=/tmp/v4l2cpp-vm-home/.cache
  export LANG=C.UTF-8 TERM=dumb V4L2CPP_KMODS="$kernel"
  # Check's time limits are for real processors, and for real time.
  export CK_TIMEOUT_MULTIPLIER=20
  mkdir -p "$root$XDG_CACHE_HOME" "$root$XDG_RUNTIME_DIR"
  [ ! -f "$root$here/environment" ] || . "$root$here/environment"
  . /job/environment
  exec chroot "$root" /bin/sh "$here/job/command"
)

# A port can be opened once only, so one stream is one opening.
case " $(cat /proc/cmdline) " in
  *' v4l2cpp.streams=1 '*) run_command </dev/null >"$(port output)" 2>&1 ;;
  *) run_command </dev/null >"$(port output)" 2>"$(port errors)" ;;
esac
echo "exit $?" >"$(port status)"
turn_off
