#pragma once

#include <string_view>

#include <glib.h>

namespace v4l2gst {

/// Returns the rank that a value of GST_PLUGIN_FEATURE_RANK gives a feature.
///
/// `value` is a list "NAME:RANK,…", or null. A rank is a number, or NONE, MARGINAL, SECONDARY,
/// PRIMARY or MAX. The last entry of a name counts. Returns `otherwise` if no valid entry has the
/// name. GStreamer itself applies the variable to elements only (seen with 1.22).
guint feature_rank(const char* value, std::string_view name, guint otherwise);

}  // namespace v4l2gst
