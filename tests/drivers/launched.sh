# Functions for scripts that watch a pipeline of gst-launch-1.0. They source this file. Its messages can be read at
# descriptor 3. $work is a directory for the script's files, which is removed at the end.
# shellcheck shell=sh

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# point DESCRIPTION COMMAND...
point() {
  number=$((number + 1))
  description=$1
  shift
  if "$@"; then
    echo "ok $number - $description"
  else
    echo "not ok $number - $description"
    # shellcheck disable=SC2034  # The script reads it at its end.
    failed=1
  fi
}

tell() { usbcam --send "$USBCAM_CONTROL" "$@" >/dev/null; }

# launch ELEMENT...: starts gst-launch-1.0 with these arguments. $launch is its process.
launch() {
  mkfifo "$work/messages"
  gst-launch-1.0 -m "$@" >"$work/messages" 2>&1 &
  launch=$!
  exec 3<"$work/messages"
  rm "$work/messages"
  : >"$work/log"
}

# until_told TEXT: reads messages up to one that contains TEXT. That one is in $line then.
until_told() {
  while IFS= read -r line <&3; do
    printf '%s\n' "$line" >>"$work/log"
    case $line in
      *"$1"*) return 0 ;;
    esac
  done
  return 1
}
