#pragma once

#include <string>

#include "device/device.h"
#include "messages/report.h"

namespace v4l2 {
class Kernel;
}

namespace v4l2gst {

/// Opens the one device that the selector `text` chooses, at its first capture node. Nodes that the
/// selector does not match are not opened. Error: that there is none, or several.
Outcome<v4l2::Device> open_selected(v4l2::Kernel& kernel, const std::string& text);

/// Returns whether the node at `path` is one that `wanted` chooses. True unless `wanted` is a
/// selector, since a path or an empty text says nothing of the camera. Opens no node.
bool is_wanted(v4l2::Kernel& kernel, const std::string& path, const std::string& wanted);

/// Returns the path of the same device's capture node. Empty if there is none.
std::string sibling_of(v4l2::Kernel& kernel, const v4l2::Device& device);

/// Returns the error for a selector of which nothing that is there is chosen.
Report nothing_selected(v4l2::Kernel& kernel, const std::string& text);

}  // namespace v4l2gst
