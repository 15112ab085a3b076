#!/bin/sh
# Tests run.sh, on the host. Prints TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=selftest/tap.sh
. "$here/selftest/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { sh "$here/run.sh" "$@"; }

# --- what needs no machine ----------------------------------------------------------------------

status=0
run --help >"$work/help" || status=$?
expect "--help succeeds" 0 "$status"
check "--help prints the usage" grep -q '^usage: run.sh' "$work/help"
status=0
run --no-such-option -- true 2>"$work/errors" || status=$?
expect "an unknown option: status 2" 2 "$status"
check "an unknown option: it is named" grep -q -e '--no-such-option' "$work/errors"
status=0
run --timeout 5 2>/dev/null || status=$?
expect "no command: status 2" 2 "$status"
status=0
run --env 'not a name=1' -- true 2>/dev/null || status=$?
expect "a wrong --env: status 2" 2 "$status"

# Prints the paths of a kernel and its configuration, and its version. Each release's packages have them
# elsewhere.
found() {
  (
    give_up() { exit 2; }
    # shellcheck source=/dev/null
    . "$here/host.sh"
    find_kernel "$1"
    # shellcheck disable=SC2154  # find_kernel sets them.
    echo "$kernel_version ${packed#"$1"/} ${config#"$1"/}"
  )
}
mkdir -p "$work/old/boot" "$work/old/lib/modules/6.1.0" "$work/new/usr/lib/modules/7.2.12" "$work/none/boot"
: >"$work/old/boot/vmlinuz-6.1.0"
: >"$work/new/usr/lib/modules/7.2.12/vmlinuz"
expect "a kernel in boot" "6.1.0 boot/vmlinuz-6.1.0 boot/config-6.1.0" "$(found "$work/old")"
expect "a kernel beside its modules" \
  "7.2.12 usr/lib/modules/7.2.12/vmlinuz usr/lib/modules/7.2.12/config" "$(found "$work/new")"
status=0
run --kernel "$work/none" -- true 2>"$work/errors" || status=$?
expect "no kernel: status 2" 2 "$status"
check "no kernel: it is told where one is expected" grep -q 'boot/vmlinuz-' "$work/errors"

# --- two machines at the same time: one to look at, one that dies -------------------------------

(
  status=0
  run -- sh -c 'echo alive; echo c >/proc/sysrq-trigger; sleep 60' >"$work/crash" 2>"$work/crash-errors" ||
    status=$?
  echo "$status" >"$work/crash-status"
) &
crashing=$!

shared="$work/a shared, odd directory"
mkdir "$shared"
echo 'from the host' >"$shared/given"
cd "$shared" || exit 1
newline='
'
# shellcheck disable=SC2016  # For the guest's shell.
guest='
  pwd >where
  cat given >copy
  for word; do printf "%s|" "$word"; done >words
  printf "%s|" "$GREETING" "$V4L2CPP_VM" >variables
  for node in /dev/video*; do
    v4l2-ctl -d $node --info 2>/dev/null | grep -E "Card type|Video Capture"
  done >vivid
  cat /sys/class/video4linux/*/name >names
  modprobe -d "$V4L2CPP_KMODS" vimc 2>/dev/null || modprobe uvcvideo && echo loaded >module
  id -u >user
  echo trace >/v4l2cpp-selftest-trace
  echo "to standard output"
  echo "to standard error" >&2
  exit 7'
status=0
# shellcheck disable=SC2016  # As it is.
run --share "$shared" --env "GREETING=it's \"me\"" --vivid 'n_devs=2 multiplanar=2,1' \
  --loopback 'video_nr=60 card_label=Fed' --vimc -- \
  sh -c "$guest" sh 'two words' "it's" '"quoted"' "two${newline}lines$newline" '' '$HOME \ `x` *' \
  >"$work/output" 2>"$work/errors" || status=$?

expect "the exit status is the command's" 7 "$status"
expect "standard output arrives" "to standard output" "$(cat "$work/output")"
expect "standard error arrives, apart" "to standard error" "$(cat "$work/errors")"
expect "it runs in the caller's directory" "$shared" "$(cat where)"
expect "it sees a shared file" "from the host" "$(cat copy)"
# shellcheck disable=SC2016  # As they are.
expect "arguments arrive as they were given" \
  "two words|it's|\"quoted\"|two${newline}lines$newline||\$HOME \\ \`x\` *|" "$(cat words)"
expect "variables arrive" "it's \"me\"|1|" "$(cat variables)"
expect "it is root" 0 "$(cat user)"
expect "it can load modules" loaded "$(cat module)"
check "it writes no file of the host" [ ! -e /v4l2cpp-selftest-trace ]
check "vivid is as ordered: multi-planar" grep -q 'Video Capture Multiplanar' vivid
check "vivid is as ordered: single-planar" grep -q 'Video Capture$' vivid
check "v4l2loopback is there, with its parameters" grep -qx 'Fed' names
check "vimc is there" grep -qx 'Raw Capture 0' names
cd "$here" || exit 1

wait "$crashing"
expect "a machine that dies: status 125" 125 "$(cat "$work/crash-status")"
expect "a machine that dies: what was printed before is there" alive "$(cat "$work/crash")"
check "a machine that dies: the kernel's last words are shown" \
  grep -q 'Kernel panic' "$work/crash-errors"

# --- much output, one stream --------------------------------------------------------------------

status=0
run -- sh -c 'echo first; echo second >&2; echo third; seq 1 1500000' >"$work/output" 2>&1 || status=$?
{
  printf '%s\n' first second third
  seq 1 1500000
} >"$work/wanted"
expect "much output: status 0" 0 "$status"
check "much output arrives whole, and both streams in order" cmp "$work/wanted" "$work/output"

# --- virtual time -------------------------------------------------------------------------------

status=0
run --virtual-time --timeout 120 -- sleep 1000 || status=$?
expect "in virtual time a sleep of 1000 s takes less than 120" 0 "$status"

# --- what goes wrong ----------------------------------------------------------------------------

status=0
run --timeout 4 -- sleep 60 2>"$work/errors" || status=$?
expect "the time is up: status 124" 124 "$status"
check "the time is up: it says so" grep -q 'time of 4 s is up' "$work/errors"
status=0
run --module no_such_module -- true 2>"$work/errors" || status=$?
expect "a module that is not there: status 125" 125 "$status"
check "a module that is not there: it is named" grep -q no_such_module "$work/errors"
status=0
run --have no_such_module -- true 2>"$work/errors" || status=$?
expect "a module without a recipe: status 2" 2 "$status"
check "a module without a recipe: it is named" grep -q no_such_module "$work/errors"
finish
