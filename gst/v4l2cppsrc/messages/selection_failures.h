#pragma once

#include <span>
#include <string>

#include "device/node_list.h"
#include "messages/report.h"

namespace v4l2gst {

/// The term `term` of the device property's `selector` is none. An empty term stands for a comma
/// too many.
Report no_selector(const std::string& selector, const std::string& term);

/// No device matches `selector`. `there` are the nodes under /dev, and `hidden` those without a
/// file there that match.
Report no_match(const std::string& selector, std::span<const v4l2::ListedNode> there,
                std::span<const v4l2::ListedNode> hidden);

/// Several devices match `selector`: those of `candidates`, one node of each.
Report ambiguous(const std::string& selector, std::span<const v4l2::ListedNode> candidates);

/// The property device-fd is `descriptor`, which can't be used as `error` says.
Report bad_descriptor(int descriptor, const v4l2::Error& error);

}  // namespace v4l2gst
