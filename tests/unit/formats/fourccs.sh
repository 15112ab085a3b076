#!/bin/sh
# Lists the pixel formats of COMPILER's linux/videodev2.h, as initialisers of name and value.
#   sh fourccs.sh COMPILER...
set -eu
echo '#include <linux/videodev2.h>' | "$@" -x c -E -dM - |
  sed -n 's/^#define \(V4L2_\(PIX\|TCH\)_FMT_[A-Z0-9_]*\) .*\(fourcc\|V4L2_PIX_FMT_\).*/{"\1", \1},/p' | LC_ALL=C sort
