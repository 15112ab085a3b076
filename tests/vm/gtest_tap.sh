#!/bin/sh
# Runs a GoogleTest program and prints its results as TAP, a line for each test.
#   gtest_tap.sh [--last FILTER] PROGRAM [ARGUMENT...]
# With --last the program runs twice. The tests that fit the filter come last, whatever order the linker gives
# them.
last=
if [ "$1" = --last ]; then
  last=$2
  shift 2
fi
number=0
planned=0
failed=0

# point VERDICT LINE [REMARK]: prints a result. The test's name ends before its parameters and its duration.
point() {
  number=$((number + 1))
  test_name=${2#*] }
  test_name=${test_name% (*}
  echo "$1 $number - ${test_name%%, where *}${3:-}"
}

read_results() {
  while IFS= read -r line; do
    case $line in
      '[       OK ] '*' ms)') point ok "$line" ;;
      '[  FAILED  ] '*' ms)') point 'not ok' "$line" ;;
      '[  SKIPPED ] '*' ms)') point ok "$line" ' # SKIP' ;;
      '[==========] Running '*)
        line=${line#'[==========] Running '}
        planned=$((planned + ${line%% *}))
        ;;
      '[ RUN      ]'* | '[---'* | '') ;;
      'ended '*) [ "$line" = 'ended 0' ] || failed=1 ;;
      *) printf '# %s\n' "$line" ;;
    esac
  done
  echo "1..$planned"
  return $failed
}

if [ -n "$last" ]; then
  "$@" --gtest_filter="-$last"
  echo "ended $?"
  "$@" --gtest_filter="$last"
  echo "ended $?"
else
  "$@"
  echo "ended $?"
fi | read_results
