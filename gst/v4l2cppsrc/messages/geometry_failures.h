#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <linux/videodev2.h>

#include "device/format.h"
#include "messages/report.h"

namespace v4l2gst {

/// Why a rectangle of the device is not as the user wants it.
enum class GeometryTrouble {
  unreadable,    ///< the text is no rectangle
  no_rectangle,  ///< the device has no rectangle of this kind
  nothing_left,  ///< the margins leave nothing of the bounds
  refused,       ///< VIDIOC_S_SELECTION failed
  other_frames,  ///< the frames would have another size, which downstream or the buffers do not
                 ///< take
  other_shape,   ///< the pixels would have another shape, which downstream does not take
  adjusted,      ///< the driver set another rectangle
};

/// One rectangle that is not as the user wants it.
struct RectangleTrouble {
  GeometryTrouble trouble{};
  std::string name;                   ///< "crop" or "compose"
  std::string asked;                  ///< "crop=320,0,640x480" or "crop-left=320"
  std::optional<v4l2_rect> actual{};  ///< nullopt if the device has none
  std::optional<v4l2_rect> bounds{};  ///< in which the rectangle has to lie; nullopt if not known
  v4l2::Error error{};                ///< of VIDIOC_S_SELECTION
  v4l2::Size frames{};                ///< with `other_frames`: the size that the frames would have
  bool streaming{};                   ///< buffers are allocated, so frames keep their size
};

/// A rectangle of the device at `path` is not as the user wants it.
Report not_as_wished(const std::string& path, const RectangleTrouble& trouble);

}  // namespace v4l2gst
