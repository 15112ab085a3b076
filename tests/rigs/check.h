#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

// Check's oldest spelling of ck_abort_msg(): as a macro it breaks every other function of that
// name.
#undef fail
