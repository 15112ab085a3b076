# Prints the results of a test script as TAP. Scripts source this file. $work is a directory for their files, which is removed
# at the end.
# shellcheck shell=sh

point=0
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# check DESCRIPTION COMMAND...: prints one test point, which passes when COMMAND succeeds.
check() {
  point=$((point + 1))
  description=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok $point - $description"
  else
    echo "not ok $point - $description"
    tail -n 50 "$work/log" | sed 's/^/# /'
    failed=1
  fi
}

# Prints the plan, and ends the script.
finish() {
  echo "1..$point"
  exit $failed
}
