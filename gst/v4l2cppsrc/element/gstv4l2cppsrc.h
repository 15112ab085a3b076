#pragma once

#include <gst/base/gstpushsrc.h>

#include "element/source.h"

G_BEGIN_DECLS

#define GST_TYPE_V4L2_CPP_SRC (gst_v4l2_cpp_src_get_type())
G_DECLARE_FINAL_TYPE(GstV4l2CppSrc, gst_v4l2_cpp_src, GST, V4L2_CPP_SRC, GstPushSrc)

G_END_DECLS

/// Returns the C++ part of `self`. Tests use it to set a kernel of their own.
v4l2gst::Source& gst_v4l2_cpp_src_source(GstV4l2CppSrc* self);

/// Registers the element with `plugin`. Null stands for a static registration in the process.
gboolean gst_v4l2_cpp_src_register(GstPlugin* plugin, guint rank = GST_RANK_NONE);
