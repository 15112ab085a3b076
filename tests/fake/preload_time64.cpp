// The names that the C library has for a 64-bit time_t on 32 bits, as on Debian 13's armhf.
// preload.cpp has all others.

#include "fake/preload_names.h"

#if __TIMESIZE == 32 && _TIME_BITS == 64

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the C library's names

IOCTL(__ioctl_time64)
FCNTL(__fcntl_time64)
PPOLL(__ppoll64)
PPOLL_CHK(__ppoll64_chk, __ppoll64)
SELECT(__select64)
STAT(__stat64_time64, stat)
STAT(__lstat64_time64, stat)
FSTAT(__fstat64_time64, stat)

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

#endif
