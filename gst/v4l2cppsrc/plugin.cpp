#include <gst/gst.h>

#include "config.h"
#include "element/gstv4l2cppsrc.h"
#include "provider/feature_rank.h"
#include "provider/gstv4l2cppdeviceprovider.h"

static gboolean plugin_init(GstPlugin* plugin) {
  // GStreamer applies the variable to the element. For the provider the plugin does, so it has to
  // be loaded again when the variable changes.
  constexpr auto variable = "GST_PLUGIN_FEATURE_RANK";
  gst_plugin_add_dependency_simple(plugin, variable, nullptr, nullptr,
                                   GST_PLUGIN_DEPENDENCY_FLAG_NONE);
  const auto provider_rank =
      v4l2gst::feature_rank(g_getenv(variable), "v4l2cppdeviceprovider", PLUGIN_RANK);
  return gst_v4l2_cpp_src_register(plugin, PLUGIN_RANK) != FALSE &&
         gst_v4l2_cpp_device_provider_register(plugin, provider_rank) != FALSE;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, v4l2cpp, "V4L2 capture in C++", plugin_init,
                  PACKAGE_VERSION, "LGPL", PACKAGE, PACKAGE)
