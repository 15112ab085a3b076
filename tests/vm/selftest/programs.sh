#!/bin/sh
# Tests programs.sh in the guest. programs.sh has started this script as well.
set -u
# shellcheck source-path=SCRIPTDIR source=tap.sh
. "${0%/*}/tap.sh"
programs=${0%/*}/../programs.sh
work=$(mktemp -d)

# devices NODES [DEVICES]: prints in TAP whether there are NODES video nodes. Each of DEVICES must open.
cat >"$work/devices" <<'SCRIPT'
count=$(ls -d /sys/class/video4linux/video* 2>/dev/null | wc -l)
[ "$count" -eq "$1" ] && echo "ok 1 - $1 nodes" || echo "not ok 1 - $count nodes"
for device in $2; do v4l2-ctl -d "$device" --info >/dev/null || echo "no device $device"; done
echo 1..1
SCRIPT
# The limit is long, since virtual time leaps while the host reads a file for the guest.
# shellcheck disable=SC2016  # For the program's shell.
PROGRAMS_LIMIT=10000 sh "$programs" \
  --program good -- echo 'ok 1 - first
noise
ok 2 - second
1..2' --end \
  --program bad -- sh -c 'echo "not ok 1 - wrong"; echo 1..1; exit 1' --end \
  --program crashes -- sh -c 'echo "ok 1 - well"; kill -SEGV $$' --end \
  --program stops -- sh -c 'echo 1..2; echo "ok 1 - well"' --end \
  --program silent -- true --end \
  --program skips -- echo '1..0 # SKIP nothing here' --end \
  --program fails -- sh -c 'echo "ok 1 - well"; echo 1..1; exit 3' --end \
  --program hangs -- sleep 1000000 --end \
  --program two-vivids --vivid 'n_devs=2 node_types=1,1' -- sh "$work/devices" 2 --end \
  --program one-vivid --vivid 'n_devs=1 node_types=1' -- sh "$work/devices" 1 --end \
  --program no-vivid --vivid 'n_devs=two' -- sh "$work/devices" 1 --end \
  --program camera --usbcam '--serial "A B"' -- sh -c 'sh "$0" 2 "$USBCAM_DEVICE"' "$work/devices" --end \
  --program both --usbcam '' --vivid 'n_devs=1 node_types=1' -- sh "$work/devices" 3 --end \
  --program nothing -- sh "$work/devices" 0 --end \
  --only >"$work/output" 2>"$work/errors"
status=$?
expect "some have failed: status 1" 1 "$status"
grep -v '^#' "$work/output" >"$work/results"
cat >"$work/wanted" <<'RESULTS'
ok 1 - good: first
ok 2 - good: second
not ok 3 - bad: wrong
ok 4 - crashes: well
not ok 5 - crashes: it ended with status 139 after 1 cases, of a plan of none
ok 6 - stops: well
not ok 7 - stops: 1 cases, of a plan of 2
not ok 8 - silent: 0 cases, of a plan of none
not ok 9 - skips: 0 cases, of a plan of 0
ok 10 - fails: well
not ok 11 - fails: it ended with status 3 after 1 cases, of a plan of 1
not ok 12 - hangs: it ended with status 124 after 0 cases, of a plan of none
ok 13 - two-vivids: 2 nodes
ok 14 - one-vivid: 1 nodes
not ok 15 - no-vivid: could not load the module vivid n_devs=two
ok 16 - camera: 2 nodes
ok 17 - both: 3 nodes
ok 18 - nothing: 0 nodes
1..18
RESULTS
check "each program has its results, and its devices" diff "$work/wanted" "$work/results"

sh "$programs" --program one -- echo 'ok 1 - case
1..1' --end --program two -- false --end --only one >"$work/output" 2>&1
expect "one program by its name: status 0" 0 $?
expect "one program by its name: no other" "# one ok 1 - one: case 1..1 " "$(tr '\n' ' ' <"$work/output")"
sh "$programs" --program one -- true --end --only three >"$work/output" 2>&1
expect "a name that no program has: status 1" 1 $?
finish
