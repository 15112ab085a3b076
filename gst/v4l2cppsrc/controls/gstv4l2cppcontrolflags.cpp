#include "controls/gstv4l2cppcontrolflags.h"

#include <array>

#include <linux/videodev2.h>

#include "kernel/newer_kernel.h"

GType gst_v4l2_cpp_control_flags_get_type() {
  static const std::array values{
      GFlagsValue{V4L2_CTRL_FLAG_DISABLED, "It does not work", "disabled"},
      GFlagsValue{V4L2_CTRL_FLAG_GRABBED, "It can't be set now, as while streaming", "grabbed"},
      GFlagsValue{V4L2_CTRL_FLAG_READ_ONLY, "It can't be set", "read-only"},
      GFlagsValue{V4L2_CTRL_FLAG_UPDATE, "To set it changes other controls", "update"},
      GFlagsValue{V4L2_CTRL_FLAG_INACTIVE, "Another control decides instead", "inactive"},
      GFlagsValue{V4L2_CTRL_FLAG_SLIDER, "It is best shown as a slider", "slider"},
      GFlagsValue{V4L2_CTRL_FLAG_WRITE_ONLY, "It can't be read", "write-only"},
      GFlagsValue{V4L2_CTRL_FLAG_VOLATILE, "The device changes it by itself", "volatile"},
      GFlagsValue{V4L2_CTRL_FLAG_HAS_PAYLOAD, "Its value is no number", "has-payload"},
      GFlagsValue{V4L2_CTRL_FLAG_EXECUTE_ON_WRITE, "To set the same value again acts again",
                  "execute-on-write"},
      GFlagsValue{V4L2_CTRL_FLAG_MODIFY_LAYOUT, "To set it changes the format", "modify-layout"},
      GFlagsValue{V4L2_CTRL_FLAG_DYNAMIC_ARRAY, "Its array may have fewer numbers",
                  "dynamic-array"},
      GFlagsValue{0, nullptr, nullptr},
  };
  static const GType registered = g_flags_register_static("GstV4l2CppControlFlags", values.data());
  return registered;
}
