#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "kernel/error.h"

namespace v4l2 {

class Node;

/// An analog TV standard, or a family of standards, such as "PAL-BG".
struct Standard {
  const char* name;
  v4l2_std_id mask;  ///< V4L2_STD_*
};

/// Returns the standards that v4l2src's property "norm" knows, in its order.
std::span<const Standard> standards();

/// Returns the name of exactly these standards. Empty if they have none.
std::string name_of_standard(v4l2_std_id mask);

/// Returns the names of all standards within `possible`.
std::vector<std::string> standards_within(v4l2_std_id possible);

/// Sets the standard, unless the device is set to it. Returns false if the driver refuses. Error:
/// the device is gone, or EBUSY while buffers are allocated.
Result<bool> set_standard(const Node& node, v4l2_std_id wanted);

}  // namespace v4l2
