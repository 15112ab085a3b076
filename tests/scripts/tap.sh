#!/bin/sh
# Runs a Check program and prints its results as TAP, a line for each test. All other output goes to standard error.
#   tap.sh PROGRAM [ARGUMENT...]
results=$(mktemp) || exit 1
CK_TAP_LOG_FILE_NAME=$results CK_VERBOSITY=silent "$@" >&2
status=$?
# "ok 1 - FILE:SUITE:TEST: MESSAGE" has the test's name twice. The file does not matter.
sed -E 's/^(ok|not ok) ([0-9]+) - [^:]*:([^:]*):[^:]*: (.*)$/\1 \2 - \3: \4/' "$results"
rm -f "$results"
exit $status
