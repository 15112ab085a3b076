#!/bin/sh
# Fuzzes the core: builds tests/fuzz with clang, runs its corpus and then inputs of its own.
#   sh tests/fuzz/run.sh [--runs N] [--seconds N] [--coverage] [--keep]
# It runs that many inputs (default: 200000), in at most that many seconds (default: 60; 0: no limit). --coverage
# prints how many lines of the core the corpus reaches, and fails if it reaches none of a file. --keep makes a new
# corpus from the old one, the seeds and the new inputs. BUILD_DIR (default: build-fuzz) is the build directory. New
# inputs are in its found/, findings in its crash-*, leak-* and timeout-*.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../scripts/packages.sh
. tests/scripts/packages.sh
build=${BUILD_DIR:-build-fuzz}
corpus=tests/fuzz/corpus
runs=200000
seconds=60
coverage=
keep=
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    --coverage) coverage=yes ;;
    --keep) keep=yes ;;
    *) echo "run.sh: what is $1?" >&2 && exit 2 ;;
  esac
  shift
done

# shellcheck disable=SC2086  # Package names, to be split.
need $fuzz_packages

# The sources are the core's and the fuzzer's. The build of the core lists its own. The two main programs are left
# out.
core=$(sed -n "s|^  '\(.*\.cpp\)',$|gst/v4l2/\1|p" gst/v4l2/meson.build)
shared="$core $(find tests/fuzz -name '*.cpp' ! -name fuzz.cpp ! -name replay.cpp)"

# build DIRECTORY FLAGS [PROGRAM...]: makes DIRECTORY/fuzz, and other programs. The macros are those of
# .clang-tidy, --wrap is that of tests/fuzz/meson.build.
build() {
  directory=$1
  mkdir -p "$directory"
  {
    echo "builddir = $directory"
    echo "flags = -std=c++2b -U__cpp_concepts -D__cpp_concepts=202002L -Wno-builtin-macro-redefined $
      -D_FILE_OFFSET_BITS=64 -Igst/v4l2 -Itests -g -O1 $2"
    echo "wrap = -Wl,--wrap=close,--wrap=munmap,--wrap=lseek64,--wrap=ioctl"
    echo "rule compile"
    echo "  command = clang++-16 \$flags \$quiet -fsanitize=fuzzer-no-link -MMD -MF \$out.d -c \$in -o \$out"
    echo "  depfile = \$out.d"
    echo "  deps = gcc"
    echo "rule link"
    echo "  command = clang++-16 \$flags \$wrap \$main \$in -o \$out"
    objects=
    for source in $shared tests/fuzz/fuzz.cpp tests/fuzz/replay.cpp; do
      echo "build $directory/$source.o: compile $source"
      # The fuzzer must learn the comparisons of the core, not those of its own kernel.
      case $source in tests/*) echo "  quiet = -fno-sanitize-coverage=trace-cmp" ;; esac
    done
    for source in $shared; do
      objects="$objects $directory/$source.o"
    done
    echo "build $directory/fuzz: link$objects $directory/tests/fuzz/fuzz.cpp.o"
    echo "  main = -fsanitize=fuzzer"
    echo "build $directory/replay: link$objects $directory/tests/fuzz/replay.cpp.o"
    echo "  main = -fsanitize=fuzzer-no-link"
  } >"$directory/build.ninja"
  shift 2
  ninja --quiet -f "$directory/build.ninja" "$directory/fuzz" "$@"
}

# Prints a table of the core's files. Fails if a file is missing or if none of its lines ran.
cover() {
  build "$build/coverage" "-fprofile-instr-generate -fcoverage-mapping" || return 1
  LLVM_PROFILE_FILE=$build/coverage/raw "$build/coverage/fuzz" -runs=0 "$corpus" \
    >"$build/coverage/log" 2>&1 || return 1
  llvm-profdata-16 merge "$build/coverage/raw" -o "$build/coverage/data" || return 1
  llvm-cov-16 export -summary-only -instr-profile="$build/coverage/data" "$build/coverage/fuzz" \
    >"$build/coverage/summary" || return 1
  python3 tests/fuzz/coverage.py gst/v4l2 <"$build/coverage/summary"
}

# Keeps the fewest and smallest inputs with the same coverage. The fuzzer decides how often each runs.
renew_corpus() {
  rm -rf "$build/seeds" "$build/corpus"
  mkdir -p "$build/seeds" "$build/corpus"
  grep -v '^#' tests/fuzz/seeds | while read -r name words; do
    # shellcheck disable=SC2086  # The steps, to be split.
    "$build/replay" --seed $words >"$build/seeds/$name" || exit 1
  done
  "$build/fuzz" -merge=1 -use_counters=0 -max_len=512 "$build/corpus" "$build/seeds" "$corpus" \
    "$build/found" >"$build/merge.log" 2>&1 || return 1
  rm -rf "$corpus"
  mv "$build/corpus" "$corpus"
  echo "$(find "$corpus" -type f | wc -l) inputs in the corpus"
}

build "$build" "-fsanitize=address,undefined -fno-sanitize-recover=all" "$build/replay"
mkdir -p "$build/found" "$corpus"
known=$(find "$corpus" "$build/found" -type f | wc -l)
echo "==> Fuzzing"
# -entropic=0 avoids bookkeeping that takes longer than the core does.
if ! "$build/fuzz" -runs="$runs" -max_total_time="$seconds" -max_len=512 -timeout=60 -entropic=0 \
  -print_final_stats=1 -artifact_prefix="$build/" "$build/found" "$corpus" >"$build/log" 2>&1; then
  tail -n 60 "$build/log"
  exit 1
fi
executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/log")
echo "${executed:=0} executions, $(sed -n 's/^stat::average_exec_per_sec: *//p' "$build/log") a second"
# The fuzzer runs the empty input once even without new inputs.
if [ "$executed" -le $((known + 1)) ]; then
  echo "run.sh: it has run what was known and found nothing out; see $build/log" >&2
  exit 1
fi
[ -z "$keep" ] || renew_corpus
[ -z "$coverage" ] || cover
