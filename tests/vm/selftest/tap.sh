# These functions print TAP, one line for each check. A script reads this file and ends with `finish`.
# shellcheck shell=sh

points=0
failures=0

# point NAME STATUS: prints a check's result. It has passed if the status is 0.
point() {
  points=$((points + 1))
  if [ "$2" -eq 0 ]; then
    echo "ok $points - $1"
  else
    failures=$((failures + 1))
    echo "not ok $points - $1"
  fi
}

# Prints its input as remarks.
remark() { sed 's/^/# /'; }

# check NAME COMMAND...: passes if the command succeeds. Otherwise it prints the command's output. The command
# runs in this shell, so it may be a function with effects, or a wait.
check_output=$(mktemp)
check() {
  check_name=$1
  shift
  check_status=0
  "$@" >"$check_output" 2>&1 || check_status=$?
  point "$check_name" "$check_status"
  [ "$check_status" -eq 0 ] || tail -n 20 "$check_output" | remark
}

# expect NAME WANTED GOT: passes if both are the same.
expect() {
  if [ "$2" = "$3" ]; then
    point "$1" 0
  else
    point "$1" 1
    printf 'wanted: %s\ngot:    %s\n' "$2" "$3" | remark
  fi
}

# expect_like NAME PATTERN GOT: passes if the text fits a pattern of the shell.
expect_like() {
  # shellcheck disable=SC2254  # A pattern, on purpose.
  case $3 in
    $2) point "$1" 0 ;;
    *)
      point "$1" 1
      printf 'wanted: %s\ngot:    %s\n' "$2" "$3" | remark
      ;;
  esac
}

# skip NAME WHY: prints a check that was skipped.
skip() {
  points=$((points + 1))
  echo "ok $points - $1 # SKIP $2"
}

# eventually COMMAND...: waits until a command succeeds, at most thirty seconds.
eventually() {
  eventually_left=600
  until "$@" >/dev/null 2>&1; do
    eventually_left=$((eventually_left - 1))
    [ "$eventually_left" -gt 0 ] || return 1
    sleep 0.05
  done
}

finish() {
  rm -f "$check_output"
  echo "1..$points"
  [ "$failures" -eq 0 ]
}
