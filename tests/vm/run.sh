#!/bin/sh
# Boots a stock Debian kernel in QEMU, without hardware and without KVM, and runs a command as root in it. The
# guest sees the host's files. tests/vm/README.md has the details. Any POSIX shell runs this script.
set -eu

usage() {
  cat <<'EOF'
usage: run.sh [OPTION]... -- COMMAND [ARG...]

Boots a stock Debian kernel in QEMU and runs COMMAND as root in it, in the working directory of
the caller. The guest sees the host's files; what it writes is lost, save what it prints and what
lies in a --share.

  --vivid "ARGS"           load vivid with these module parameters
  --usbcam "OPTIONS"       attach an emulated USB camera (repeatable; OPTIONS as the shell splits them)
  --loopback "ARGS"        load v4l2loopback with these module parameters
  --vimc                   load vimc, sensors behind a media graph
  --module "NAME ARGS"     load a module (repeatable)
  --have NAME              have v4l2loopback or vimc at hand, for COMMAND to load (repeatable)
  --share DIR              make DIR writable, at the same path (repeatable)
  --root DIR               use a chroot on the host as the guest's root
  --arch NAME              the guest's architecture, by Debian's name: amd64, arm64 or armhf (default: the
                           host's). One that the host has not needs --root, with a kernel and busybox-static
  --kernel DIR             use an unpacked linux-image package instead of the fetched one
  --env NAME=VALUE         set an environment variable for COMMAND (repeatable)
  --timeout SECONDS        end the machine after so long (default 300)
  --memory SIZE            the guest's memory, as QEMU writes it (default 2G)
  --virtual-time           let the guest's clock count instructions, on one processor (README.md)
  --usbcam-binary FILE     the camera program (default: $V4L2CPP_USBCAM, or the newest in build*/)
  --help                   print this

In the guest: V4L2CPP_VM=1, V4L2CPP_KMODS (a module tree for modprobe -d; plain `modprobe NAME`
works too), and for each camera USBCAM_CONTROL_n (its control socket) and USBCAM_DEVICE_n (its
/dev/video node), the first also without _n.

Exit status: that of COMMAND; 124 if the time is up; 125 if the machine itself failed; 2 if
something that is needed on the host is missing or an option is wrong.
EOF
}

say() { printf 'run.sh: %s\n' "$*" >&2; }

give_up() {
  say "$*"
  exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=host.sh
. "$here/host.sh"
# shellcheck source=modules.sh
. "$here/modules.sh"

# The job is a directory that the guest sees, with all that the guest must do. Its files are shell scripts, so
# the command gets each argument exactly as it was given here.
job=$(mktemp -d "${TMPDIR:-/tmp}/v4l2cpp-vm.XXXXXX")
machine=
followers=

# shellcheck disable=SC2317  # Called by the trap.
clean_up() {
  trap '' HUP INT TERM
  for process in $machine $followers; do kill "$process" 2>/dev/null || :; done
  rm -rf "$job"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Prints its argument as one word for a shell. (The last character is a quote, so $(...) is safe.)
quote() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# Prints its arguments as one line of words for a shell; a word may contain line ends.
quote_all() {
  for word; do printf '%s ' "$(quote "$word")"; done
  echo
}

# Doubles the commas of a path, as QEMU's options want it.
option_path() { printf '%s\n' "$1" | sed 's/,/,,/g'; }

mkdir "$job/guest"
echo 'export V4L2CPP_VM=1' >"$job/guest/environment"
: >"$job/shares"
: >"$job/devices"

arch=$(host_arch)
root=
kernel=
time_limit=300
memory=2G
virtual_time=no
built=
camera=${V4L2CPP_USBCAM:-}
shares=0
share_options=

add_share() {
  [ -d "$1" ] || give_up "--share $1: no such directory"
  directory=$(cd "$1" && pwd)
  shares=$((shares + 1))
  quote_all share "share$shares" "$directory" >>"$job/shares"
  share_options="$share_options $(quote_all \
    -fsdev "local,id=share$shares,security_model=none,multidevs=remap,path=$(option_path "$directory")" \
    -device "virtio-9p-pci,fsdev=share$shares,mount_tag=share$shares")"
}

add_environment() {
  name=${1%%=*}
  case $name in
    "$1" | '' | [0-9]* | *[!A-Za-z0-9_]*) give_up "--env $1: expected NAME=VALUE" ;;
  esac
  quote_all export "$name=${1#*=}" >>"$job/guest/environment"
}

while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --virtual-time)
      virtual_time=yes
      shift
      ;;
    --vimc)
      built="$built vimc"
      quote_all load_built vimc '' >>"$job/devices"
      shift
      ;;
    --)
      shift
      break
      ;;
    --arch | --vivid | --loopback | --usbcam | --module | --have | --share | --root | --kernel | --env | --timeout | --memory | --usbcam-binary)
      [ $# -ge 2 ] || give_up "$1 needs a value"
      case $1 in
        --arch) arch=$2 ;;
        --vivid) quote_all load vivid "$2" >>"$job/devices" ;;
        --loopback)
          built="$built v4l2loopback"
          quote_all load_built v4l2loopback "$2" >>"$job/devices"
          ;;
        --have) built="$built $2" ;;
        --module) quote_all load_line "$2" >>"$job/devices" ;;
        --usbcam) quote_all camera "$2" >>"$job/devices" ;;
        --share) add_share "$2" ;;
        --root) root=$(cd "$2" && pwd) || give_up "--root $2: no such directory" ;;
        --kernel) kernel=$(cd "$2" && pwd) || give_up "--kernel $2: no such directory" ;;
        --env) add_environment "$2" ;;
        --timeout) time_limit=$2 ;;
        --memory) memory=$2 ;;
        --usbcam-binary) camera=$2 ;;
      esac
      shift 2
      ;;
    *) give_up "unknown option $1 (--help lists them; the command follows --)" ;;
  esac
done
[ $# -gt 0 ] || give_up "no command (it follows --)"
case $time_limit in '' | *[!0-9]*) give_up "--timeout $time_limit: expected seconds" ;; esac

# Prints the newest of the project's camera programs that runs here. Some builds are for another system.
newest_camera() {
  # shellcheck disable=SC2012  # The names are ours: build*/tests/usbcam/usbcam.
  ls -t "$project"/build*/tests/usbcam/usbcam 2>/dev/null | while read -r candidate; do
    ! "$candidate" --help >/dev/null 2>&1 || echo "$candidate"
  done | head -n 1
}

[ -n "$camera" ] || camera=$(newest_camera)
if [ -n "$camera" ]; then
  [ -x "$camera" ] || give_up "the camera program $camera cannot be run"
  cp "$camera" "$job/guest/usbcam"
elif grep -q "^'camera'" "$job/devices"; then
  give_up "no camera program: build the project, or name it with --usbcam-binary or V4L2CPP_USBCAM"
fi

prepare_host
if is_foreign && [ -z "$kernel" ]; then kernel=$root; fi
prepare_kernel "$kernel"
prepare_initrd
mkdir "$job/guest/modules"
for module in $built; do
  prepare_module "$module"
  file=$(module_file "$module")
  cp "$file" "$job/guest/modules/"
  modinfo -F depends "$file" | tr ',' ' ' >"$job/guest/modules/$module.depends"
done

{
  quote_all lay_out "$root" "$kernel_dir" "$project" "$(pwd)"
  cat "$job/shares" "$job/devices"
} >"$job/guest/plan"
{
  echo "cd $(quote "$(pwd)") || exit"
  printf 'exec '
  quote_all "$@"
} >"$job/guest/command"

# One stream is used if the caller's two streams are the same, so that lines keep their order. Otherwise two
# streams are used.
streams=2
# shellcheck disable=SC3013  # dash, bash and busybox have -ef, and so has POSIX since 2024.
[ ! /proc/self/fd/1 -ef /proc/self/fd/2 ] || streams=1

: >"$job/output"
: >"$job/errors"
: >"$job/status"
: >"$job/console"
job_path=$(option_path "$job")
# Each instruction takes a nanosecond, and waiting takes none. So the host's load does not show. QEMU can do
# that with one processor only. The kernel's watchdogs would take the leaps of time for a hang.
watchdogs=
if [ "$virtual_time" = yes ]; then
  processors='-accel tcg,thread=single -icount shift=0,sleep=off -smp 1'
  watchdogs='nowatchdog rcupdate.rcu_cpu_stall_suppress=1 sysctl.kernel.hung_task_timeout_secs=0'
else
  processors="-accel ${V4L2CPP_VM_ACCEL:-tcg,thread=multi} -smp 2"
fi
eval "set -- $board $processors $share_options"
# The guest's output comes over virtio ports that end in plain files. Such a port never blocks, so no output is
# lost when the guest turns itself off. The serial console is only read after a failure.
# no_timer_check: on a busy host the kernel's boot-time check of the timer waits too short a time, and fails.
# USB autosuspend is off. When vhci_hcd resumes two ports at once, the kernel at times loses a device (EBUSY at
# open, then a disconnect).
# --foreground keeps QEMU in the caller's process group, so that a test runner's kill reaches it.
timeout --foreground -k 10 "$time_limit" "$qemu" \
  -cpu "${V4L2CPP_VM_CPU:-$cpu}" -m "$memory" \
  -nodefaults -no-user-config -display none -no-reboot -net none \
  -kernel "$kernel_image" -initrd "$initrd" \
  -append "console=$console loglevel=3 panic=-1 oops=panic tsc=reliable no_timer_check cryptomgr.notests usbcore.autosuspend=-1 $watchdogs v4l2cpp.streams=$streams" \
  -chardev "file,id=console,path=$job_path/console" -serial chardev:console \
  -fsdev "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap" \
  -device virtio-9p-pci,fsdev=host,mount_tag=host \
  -fsdev "local,id=job,path=$job_path/guest,security_model=none,readonly=on" \
  -device virtio-9p-pci,fsdev=job,mount_tag=job \
  -device virtio-serial-pci \
  -chardev "file,id=status,path=$job_path/status" -device virtserialport,chardev=status,name=status \
  -chardev "file,id=output,path=$job_path/output" -device virtserialport,chardev=output,name=output \
  -chardev "file,id=errors,path=$job_path/errors" -device virtserialport,chardev=errors,name=errors \
  "$@" </dev/null 2>"$job/qemu" &
machine=$!

# These print the guest's output. They end when the machine is gone and all is printed.
tail -s 0.05 -f -c +1 --pid="$machine" "$job/output" &
followers=$!
tail -s 0.05 -f -c +1 --pid="$machine" "$job/errors" >&2 &
followers="$followers $!"

ended=0
wait "$machine" || ended=$?
machine=
for process in $followers; do wait "$process" || :; done
followers=

# Prints the machine's own output, for a reader who must find out why it failed.
tell_machine() {
  sed 's/^/  qemu: /' "$job/qemu" >&2
  tr -d '\r' <"$job/console" | tail -n 80 | sed 's/^/  console: /' >&2
}

if [ "$ended" -eq 124 ] || [ "$ended" -eq 137 ]; then
  say "the time of $time_limit s is up; the guest was ended"
  tell_machine
  exit 124
fi
read -r word status <"$job/status" || word=
case $word in
  exit) exit "$status" ;;
  failed) say "the guest could not be set up: $status" ;;
  *) say "the machine ended before the command did" ;;
esac
tell_machine
exit 125
