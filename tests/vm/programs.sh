#!/bin/sh
# Runs programs that print TAP in the guest, one after another in one boot. Each gets new devices of its own. Prints
# one TAP stream of all. The name of a case begins with its program.
#   programs.sh {--program NAME [--vivid "PARAMETERS"] [--loopback "PARAMETERS"] [--vimc] [--usbcam "OPTIONS"]... -- COMMAND... --end}... --only [NAME...]
# With names after --only, only the programs of these names run.
#
# A program has failed if it crashes, hangs, breaks its plan, or does not get its devices. The others run even then.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Ends the current program, which runs in a subshell.
fail() {
  result 'not ok' "$name: $*"
  keep_count
  exit 1
}
in_root() { "$@"; }
root=
# shellcheck source-path=SCRIPTDIR source=devices.sh
. "${0%/*}/devices.sh"

number=0
failed=0

# result VERDICT TEXT
result() {
  number=$((number + 1))
  [ "$1" = ok ] || failed=$((failed + 1))
  echo "$1 $number - $2"
}

keep_count() { echo "$number $failed" >"$work/count"; }

# --- devices ------------------------------------------------------------------------------------

is_gone() { [ ! -e "/sys/module/$1" ] || "$here/bin/busybox" rmmod "$1"; }

no_node() { ! ls -d /sys/class/video4linux/*; }

# Removes the devices of the last program, by unloading their modules. The modules that these need stay loaded.
put_away() {
  for control in "$here"/usbcam-*; do
    if [ -S "$control" ]; then "$here/job/usbcam" --send "$control" quit >/dev/null 2>&1; fi
  done
  rm -f "$here"/usbcam-* "$here/environment"
  for module in vivid v4l2loopback vimc uvcvideo vhci_hcd; do
    until_true 100 is_gone "$module" || fail "the module $module of the program before can't be removed"
  done
  until_true 100 no_node || fail "the nodes of the program before are still there"
  dmesg -C
}

# --- a program ----------------------------------------------------------------------------------

# Passes on the TAP of a program, with the program's name in front and with new numbers. Writes down the number of
# points, the number of failed points, and the number in the plan.
pass_on() {
  points=0
  bad=$failed
  plan=none
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      'ok '[0-9]* | 'not ok '[0-9]*)
        points=$((points + 1))
        verdict=${line%% [0-9]*}
        text=${line#"$verdict "}
        text=${text#"${text%%[!0-9]*}"}
        result "$verdict" "$name: ${text# - }"
        ;;
      '1..'*) if [ "$plan" = none ]; then plan=${line#1..} plan=${plan%% *}; else plan=twice; fi ;;
      '#'*) printf '%s\n' "$line" ;;
      *) printf '# %s\n' "$line" ;;
    esac
  done
  echo "$number $failed $points $((failed - bad)) $plan" >"$work/seen"
}

# The time limit ends a program that waits for ever. In virtual time it is soon reached.
limit=${PROGRAMS_LIMIT:-36000}
perform() {
  # shellcheck disable=SC1091
  [ ! -f "$here/environment" ] || . "$here/environment"
  timeout -k 60 "$limit" "$@" </dev/null
  echo $? >"$work/status"
}

# run COMMAND... --end ANYTHING...
run() {
  length=0
  for word; do
    [ "$word" != --end ] || break
    length=$((length + 1))
  done
  # The command's words are moved to the end one by one. The words before them are dropped then.
  left=$length
  while [ $left -gt 0 ]; do
    set -- "$@" "$1"
    shift
    left=$((left - 1))
  done
  shift $(($# - length))

  echo 'none' >"$work/status"
  perform "$@" | pass_on
  read -r number failed points bad plan <"$work/seen"
  read -r status <"$work/status"
  # "1..0 # SKIP" counts as no plan.
  if [ "$status" != 0 ] && { [ "$bad" -eq 0 ] || [ "$plan" != "$points" ]; }; then
    result 'not ok' "$name: it ended with status $status after $points cases, of a plan of $plan"
  elif [ "$plan" != "$points" ] || [ "$points" -eq 0 ]; then
    result 'not ok' "$name: $points cases, of a plan of $plan"
  fi
}

# one_program --program NAME [DEVICE OPTION]... -- COMMAND... --end ANYTHING...
one_program() {
  shift 2
  echo "# $name"
  put_away
  while [ "$1" != -- ]; do
    case $1 in
      --vivid) load vivid "$2" ;;
      --loopback) load_built v4l2loopback "$2" ;;
      --vimc)
        load_built vimc ''
        shift
        continue
        ;;
      --usbcam) camera "$2" ;;
      *) fail "there is no option $1" ;;
    esac
    shift 2
  done
  shift
  run "$@"
  keep_count
}

# --- all of them --------------------------------------------------------------------------------

only=
for word; do
  case $only$word in
    --only) only=' ' ;;
    ' '*) only="$only$word " ;;
  esac
done

# wanted NAME
wanted() {
  case $only in
    ' ' | *" $1 "*) return 0 ;;
  esac
  return 1
}

while [ "$1" = --program ]; do
  name=$2
  if wanted "$name"; then
    rm -f "$work/count"
    (one_program "$@")
    if [ -f "$work/count" ]; then
      read -r number failed <"$work/count"
    else
      result 'not ok' "$name: programs.sh broke down"
    fi
  fi
  until [ "$1" = --end ]; do shift; done
  shift
done
[ "$number" -gt 0 ] || result 'not ok' "there is a program $only"
echo "1..$number"
[ "$failed" -eq 0 ]
