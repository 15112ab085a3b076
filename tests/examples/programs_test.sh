#!/bin/sh
# Runs the examples in C++ and C on the preload cameras. Prints TAP.
#   programs_test.sh EXAMPLES_DIR PRELOAD_LIBRARY PLUGIN_DIR
examples=$1
preload=$2
plugins=$3
# shellcheck source=example.sh
. "$(dirname "$0")/example.sh"

# The camera paints known bytes. The planes in the files are those whose CRC is printed: gzip has the same CRC at the end of a
# file, before four bytes of length.
crc_of() { gzip -c "$1" | tail -c 8 | head -c 4 | od -An -tx4 --endian=little | tr -d ' '; }

saves_planes() {
  on paint "$examples/save_planes" $camera 2 "$work" video/x-raw,format=NV12,width=640 || return 1
  [ "$(grep -c '^frame [01] plane [01]: ' "$work/log")" -eq 4 ] || return 1
  for file in frame-0-plane-0 frame-0-plane-1 frame-1-plane-0 frame-1-plane-1; do
    name=$(echo $file | sed 's/frame-\(.*\)-plane-\(.*\)/frame \1 plane \2/')
    grep -q "^$name: .* CRC $(crc_of "$work/$file.raw")$" "$work/log" || return 1
  done
  [ "$(wc -c <"$work/frame-1-plane-0.raw")" -eq $((640 * 480)) ] && [ "$(wc -c <"$work/frame-1-plane-1.raw")" -eq $((640 * 240)) ]
}

says_what_it_cannot_write() { fails '^save_planes: /no/such/folder/.* can.t be written' "$examples/save_planes" $camera 1 /no/such/folder; }

adds_and_removes() {
  on '' "$examples/add_and_remove" $camera $camera-2 30 && grep -qx 'both cameras play' "$work/log" &&
    grep -qx 'the first camera has gone on' "$work/log"
}

says_which_is_missing() { fails '^add_and_remove: .*/dev/none' "$examples/add_and_remove" $camera /dev/none 5; }

# The file has the frames from before and after, and a decoder finds nothing to complain about.
records_through_an_unplug() {
  on replug=30 "$examples/record_through_unplug" $camera "$work/video.mkv" 60 video/x-raw,format=YUY2,width=320 || return 1
  grep -q '^lost: ' "$work/log" && grep -q '^waiting: ' "$work/log" && grep -q '^back: ' "$work/log" || return 1
  ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$work/video.mkv" \
    >"$work/frames" 2>"$work/log" && [ ! -s "$work/log" ] && [ "$(tr -dc 0-9 <"$work/frames")" -ge 60 ]
}

# SIGINT reaches it after the camera has come back, which it tells at once. The shell makes a program in the background
# ignore SIGINT, and timeout would not pass it on then. The program has a handler of its own.
records_until_interrupted() {
  mkfifo "$work/said"
  V4L2CPP_FAKE=replug=30,stamps=good LD_PRELOAD=$preload stdbuf -oL "$examples/record_through_unplug" $camera \
    "$work/cut.mkv" 1000000 video/x-raw,format=YUY2,width=320 >"$work/said" 2>"$work/log" &
  program=$!
  exec 3<"$work/said"
  until_back && kill -INT $program
  wait $program || return 1
  exec 3<&-
  ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$work/cut.mkv" \
    >"$work/frames" 2>"$work/log" && [ ! -s "$work/log" ] && [ "$(tr -dc 0-9 <"$work/frames")" -ge 29 ]
}

until_back() {
  while read -r line <&3; do
    case $line in back:*) return 0 ;; esac
  done
  return 1
}

captures_in_c() { on '' "$examples/capture" $camera 5 && [ "$(grep -c '^frame [0-4]: [1-9][0-9]* bytes at ' "$work/log")" -eq 5 ]; }

says_the_error_in_c() { fails '^capture: .*/dev/none' "$examples/capture" /dev/none 5; }

check "save_planes saves planes, and their CRCs are those of the files" saves_planes
check "save_planes says what it can't write" says_what_it_cannot_write
check "add_and_remove plays another camera for a while" adds_and_removes
check "add_and_remove says which camera is missing" says_which_is_missing
check "record_through_unplug goes on in the same file" records_through_an_unplug
check "record_through_unplug ends a whole file at SIGINT" records_until_interrupted
if [ -x "$examples/capture" ]; then
  check "capture captures in C" captures_in_c
  check "capture says why there are no frames" says_the_error_in_c
fi
finish
