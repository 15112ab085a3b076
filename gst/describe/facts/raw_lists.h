#pragma once

#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "device/format.h"
#include "facts/enumerator.h"
#include "kernel/error.h"

namespace v4l2 {
class Device;
}

namespace v4l2describe {

/// The intervals of a size that a driver lists (VIDIOC_ENUM_FRAMEINTERVALS).
struct RawIntervals {
  v4l2::Size size;
  RawList<v4l2_frmivalenum> list;
};

/// A format that a driver lists, with its sizes (VIDIOC_ENUM_FRAMESIZES).
struct RawFormat {
  v4l2_fmtdesc answer{};
  RawList<v4l2_frmsizeenum> sizes;
  std::vector<RawIntervals> intervals;  ///< of each single size, and of both ends of a range
};

/// RawLists holds a driver's answers as they came. v4l2::Modes leaves out what can't be, so it
/// can't tell whether a driver is well-formed.
struct RawLists {
  RawList<RawFormat> formats;
  bool lists_sizes{};                  ///< the driver has VIDIOC_ENUM_FRAMESIZES, for any format
  std::vector<std::string> endless{};  ///< other lists that did not end, such as "VIDIOC_ENUMINPUT"
  bool cut{};  ///< some lists were not asked for, since others took too many questions
};

/// Asks for all formats, sizes and intervals. Error: the device is gone.
v4l2::Result<RawLists> read_raw_lists(const v4l2::Device& device);

}  // namespace v4l2describe
