# What the tests of examples share. They set `preload` and `plugins`, and source this file.
# shellcheck shell=sh
# shellcheck disable=SC2154  # They are set by the test.

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2034  # The tests use it.
camera=/dev/video-fake
export GST_PLUGIN_PATH="$plugins"
point=0
failed=0
# shellcheck source=../scripts/limit.sh
. "$(dirname "$0")/../scripts/limit.sh"

# on WORDS COMMAND...: runs COMMAND on the preload camera that WORDS describe. $work/log has what it says.
on() {
  words=$1
  shift
  V4L2CPP_FAKE=$words LD_PRELOAD=$preload timeout "$(limit_of 120)" "$@" >"$work/log" 2>&1
}

# fails TEXT COMMAND...: whether COMMAND fails with a line like TEXT.
fails() {
  text=$1
  shift
  ! on '' "$@" && grep -q "$text" "$work/log"
}

# check DESCRIPTION COMMAND...: prints one test point, which passes when COMMAND succeeds.
check() {
  point=$((point + 1))
  description=$1
  shift
  if "$@"; then
    echo "ok $point - $description"
  else
    echo "not ok $point - $description"
    sed 's/^/# /' "$work/log"
    failed=1
  fi
}

finish() {
  echo "1..$point"
  exit $failed
}
