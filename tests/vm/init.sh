#!/bin/busybox sh
# shellcheck shell=dash disable=SC1090,SC1091
# The guest's first process. It mounts the host's files below a writable layer, and creates the job's devices.
# Then it runs the job's command, reports its exit status and turns the machine off.
#
# run.sh writes the job, which appears at /job:
#   plan         calls of the functions below and in devices.sh, in order
#   environment  `export` lines for the command
#   command      a shell script: the caller's working directory and the command
#   usbcam       the camera program, if there is one
#   modules      the modules that Debian's kernels leave out
#
# run.sh reads all text from the virtio ports status, output and errors. All commands here are busybox's, and
# the guest's root may be any Debian.

export PATH=/bin
# shellcheck source-path=SCRIPTDIR source=devices.sh
. /devices.sh
in_root() { chroot "$root" "$@"; }

# --- telling ------------------------------------------------------------------------------------

# Prints the character device of a virtio port, by the name that run.sh gave it.
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

# Reports in one line why the guest could not be set up.
fail() {
  echo "init: $*"
  echo "failed $*" >"$(port status)"
  turn_off
}

# --- what a plan may call -----------------------------------------------------------------------

# lay_out ROOT KERNEL PROJECT DIRECTORY: mounts the guest's root. That is the host's root, or a chroot ROOT on
# the host. In a chroot the kernel's modules, the project and the caller's directory appear at their usual
# paths.
lay_out() {
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /host ||
    fail "no access to the host's files"
  # Changed files are in memory. The guest may write anywhere, and the host never sees it.
  mount -t tmpfs tmpfs /overlay
  mkdir /overlay/upper /overlay/work
  mount -t overlay -o lowerdir=/host,upperdir=/overlay/upper,workdir=/overlay/work overlay /root ||
    fail "no writable layer over the host's files"
  root=/root$1
  kernel=$2
  if [ -n "$1" ]; then
    # A cross build has links into its root, by the host's path.
    for directory in "$kernel" "$3" "$4" "$1"; do
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

  # With these mounts a plain `modprobe` finds the running kernel's modules, here and in the guest's root.
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

# share TAG PATH: mounts a directory of the host, writable. cache=mmap caches only mapped pages. So host and
# guest see each other's changes.
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

# The command runs in a subshell, so its environment is not this script's.
run_command() (
  export PATH="$here/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  export HOME=/tmp/v4l2cpp-vm-home XDG_RUNTIME_DIR=/run/user XDG_CACHE_HOME=/tmp/v4l2cpp-vm-home/.cache
  export LANG=C.UTF-8 TERM=dumb V4L2CPP_KMODS="$kernel"
  # The time limits of Check are meant for real processors and for real time.
  export CK_TIMEOUT_MULTIPLIER=20
  mkdir -p "$root$XDG_CACHE_HOME" "$root$XDG_RUNTIME_DIR"
  [ ! -f "$root$here/environment" ] || . "$root$here/environment"
  . /job/environment
  exec chroot "$root" /bin/sh "$here/job/command"
)

# A port can be opened only once. So each stream opens its port once.
case " $(cat /proc/cmdline) " in
  *' v4l2cpp.streams=1 '*) run_command </dev/null >"$(port output)" 2>&1 ;;
  *) run_command </dev/null >"$(port output)" 2>"$(port errors)" ;;
esac
echo "exit $?" >"$(port status)"
turn_off
