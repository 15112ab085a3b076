#pragma once

#include <string>
#include <vector>

namespace pipelines {

/// The element that an example uses, and its device.
struct Used {
  std::string element;
  std::string device;
};

// These do what the examples of v4l2src do. They return what the device was told, and each error.

/// Binds `brightness` and `contrast` to a program of four pictures, as camctrl.c does, and returns
/// the values that the device had. The program's values mean the properties' whole ranges, as in
/// camctrl.c, or with `absolute` the controls' own values.
std::vector<std::string> control_camera(const Used& used, bool absolute);

/// Sets a crop rectangle when `crop-bounds` arrives, as v4l2src-crop.c does, and returns the bounds
/// and the device's rectangle.
std::vector<std::string> crop(const Used& used);

/// Changes the size while the pipeline plays, as v4l2src-renegotiate.c does. Returns a line for
/// each size.
std::vector<std::string> renegotiate(const Used& used, const std::vector<std::string>& sizes);

}  // namespace pipelines
