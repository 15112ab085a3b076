#!/bin/sh
# Programs that know URIs only play the preload camera, without a rank and with one. Prints TAP.
#   uri_test.sh PRELOAD_LIBRARY PLUGIN_DIR RANKED_PLUGIN_DIR
preload=$1
plugins=$2
ranked=$3
# shellcheck source=../scripts/points.sh
. "$(dirname "$0")/../scripts/points.sh"
export GST_REGISTRY="$work/registry.bin"
uri='v4l2cpp:///dev/video-fake?num-buffers=20&prefer=raw'

# shellcheck source=../scripts/limit.sh
. "$(dirname "$0")/../scripts/limit.sh"
on_camera() { GST_PLUGIN_PATH=$plugins timeout "$(limit_of 120)" env LD_PRELOAD="$preload" "$@"; }

# Each of the 20 buffers of the camera reaches the sink. A failed point tells what else was said.
all_reach_the_sink() {
  status=0
  on_camera gst-launch-1.0 -v "$@" >"$work/out" 2>&1 || status=$?
  frames=$(grep -c 'chain   \*\*\*' "$work/out")
  grep -v 'chain   \*\*\*' "$work/out"
  echo "status $status, $frames buffers"
  [ "$status" -eq 0 ] && [ "$frames" -eq 20 ]
}

# Each buffer that comes out is decoded, raw video. The guide docs/guide/applications.md tells why uridecodebin needs
# async-handling with a live source.
decodes() { all_reach_the_sink "$@" uri="$uri" ! fakesink silent=false; }

plays_in_playbin() { all_reach_the_sink playbin3 uri="$uri" video-sink="fakesink silent=false"; }

plays_in_gst_play() {
  on_camera gst-play-1.0 --no-interactive --videosink=fakesink "$uri" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }
  cat "$work/out"
  ! grep -q ERROR "$work/out"
}

# Its JPEGs are no real ones.
is_discovered() {
  on_camera gst-discoverer-1.0 -v 'v4l2cpp:///dev/video-fake?prefer=raw' >"$work/out" 2>&1 || { cat "$work/out"; return 1; }
  cat "$work/out"
  grep -q 'Width: 1280\|Width: 640' "$work/out"
}

# A URI that sets more than it may ends in one ERROR with the reason.
is_refused() {
  on_camera gst-launch-1.0 uridecodebin uri='v4l2cpp:///dev/video-fake?extra-controls=c,gain=3' ! fakesink \
    >"$work/out" 2>&1 && return 1
  cat "$work/out"
  grep -q "may not set the property 'extra-controls'" "$work/out"
}

has_rank() { on_camera gst-inspect-1.0 v4l2cppsrc | grep -q "Rank.*($1)"; }

rank_by_variable() {
  export GST_PLUGIN_FEATURE_RANK=v4l2cppsrc:257
  has_rank 257 && plays_in_playbin
}

rank_by_build() {
  plugins=$ranked
  has_rank 257 && plays_in_playbin
}

check "uridecodebin plays it" decodes uridecodebin async-handling=true
check "uridecodebin3 plays it" decodes uridecodebin3
check "playbin3 plays it" plays_in_playbin
check "gst-play-1.0 plays it" plays_in_gst_play
check "gst-discoverer-1.0 describes it" is_discovered
check "what a URI may not set is refused, with the reason" is_refused
check "the rank is none" has_rank 0
# Each in a shell of its own, for the variables.
check "GST_PLUGIN_FEATURE_RANK gives it a rank, and it plays" eval '(rank_by_variable)'
check "the option 'rank' gives it a rank, and it plays" eval '(rank_by_build)'
finish
