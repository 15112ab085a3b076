#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

// Check defines fail as an old name of ck_abort_msg(). As a macro it breaks every other function of
// that name.
#undef fail
