#include <gst/gst.h>

#include "config.h"
#include "element/gstv4l2cppsrc.h"
#include "provider/gstv4l2cppdeviceprovider.h"

static gboolean plugin_init(GstPlugin* plugin) {
  return gst_v4l2_cpp_src_register(plugin, PLUGIN_RANK) != FALSE &&
         gst_v4l2_cpp_device_provider_register(plugin, PLUGIN_RANK) != FALSE;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, v4l2cpp, "V4L2 capture in C++", plugin_init,
                  PACKAGE_VERSION, "LGPL", PACKAGE, PACKAGE)
