#!/bin/sh
# Runs v4l2cpp-describe and its example on the preload camera. Prints TAP.
#   describe_test.sh DESCRIBE PRELOAD_LIBRARY PLUGIN_DIR GOLDEN_FILE [--print]
# The golden file has the text, and then the JSON without its modes. --print prints what should be in it.
describe=$1
preload=$2
plugins=$3
golden=$4
examples=$(dirname "$0")
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
camera=/dev/video-fake

on_camera() { LD_PRELOAD=$preload GST_PLUGIN_PATH=$plugins "$@"; }

# The modes of the JSON are those of the text. All others of its members are written down.
surface() {
  on_camera "$describe" $camera && on_camera "$describe" --json $camera >"$work/json" &&
    python3 -c '
import json, sys
whole = json.load(open(sys.argv[1]))
for device in whole["devices"]:
    first = device["formats"][0]
    first["sizes"] = first["sizes"][:1]
    device["formats"] = [first]
print(json.dumps(whole, indent=1))' "$work/json"
}

if [ "${5:-}" = --print ]; then
  surface
  exit
fi

is_golden() { surface >"$work/surface" && diff -u "$golden" "$work/surface"; }

# As many modes as v4l2-ctl has intervals, in text and JSON.
has_all_modes() {
  on_camera v4l2-ctl -d $camera --list-formats-ext >"$work/theirs" || return 1
  on_camera "$describe" $camera >"$work/ours" || return 1
  on_camera "$describe" --json $camera >"$work/json" || return 1
  count=$(grep -c 'Interval:' "$work/theirs")
  [ "$count" -gt 0 ] && [ "$(grep -c ': gst-launch-1.0 ' "$work/ours")" -eq "$count" ] &&
    [ "$(grep -c '"pipeline" : "gst-launch-1.0 ' "$work/json")" -eq "$count" ]
}

plays_every_mode() {
  LD_PRELOAD=$preload GST_PLUGIN_PATH=$plugins python3 "$examples/every_mode.py" --undecoded "$describe" $camera
}

# ends_with STATUS ARGUMENT...: the program's status, with a text on standard error and nothing else.
ends_with() {
  status=$1
  shift
  on_camera "$describe" "$@" >"$work/out" 2>"$work/errors"
  [ $? -eq "$status" ] && [ -s "$work/errors" ] && [ ! -s "$work/out" ]
}

helps() { "$describe" --help | grep -q '^usage: v4l2cpp-describe ' && "$describe" --version | grep -q '^v4l2cpp-describe [0-9]'; }

# A failed write, as to a full disk, is not silent.
notices_a_full_disk() { ! on_camera "$describe" $camera >/dev/full 2>"$work/errors" && [ -s "$work/errors" ]; }

check "text and JSON are those of the golden file" is_golden
check "it has a pipeline for each mode that v4l2-ctl lists" has_all_modes
check "each of the pipelines plays" plays_every_mode
check "status 1 for a device that is not there" ends_with 1 /dev/video-none
check "status 1 for what is no device" ends_with 1 /dev/null
check "status 2 for an unknown option" ends_with 2 --everything
check "it has a help and a version" helps
check "it fails if its output can't be written" notices_a_full_disk
finish
