#pragma once

#include <string>

#include "common/handles.h"
#include "device/capability.h"
#include "device/node_list.h"

namespace v4l2gst {

/// The facts that are listed of a node which captures.
struct DeviceFacts {
  v4l2::ListedNode node{};
  v4l2::Capability capability{};
  CapsPtr caps{};              ///< all modes, in system memory if there are any
  std::string sysfs_path{};    ///< of the node; empty without sysfs
  std::string parent_path{};   ///< of the device that the node belongs to; empty without sysfs
  std::string manufacturer{};  ///< of a USB device that tells it
};

/// Returns true if both are the same answer of a driver.
bool same_capability(const v4l2::Capability& a, const v4l2::Capability& b);

/// Returns true if an application sees no difference between the two.
bool same_facts(const DeviceFacts& a, const DeviceFacts& b);

}  // namespace v4l2gst
