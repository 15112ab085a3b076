#pragma once

#include <string>

#include "messages/report.h"

namespace v4l2gst {

/// The WARNING that the metadata node at `path` cannot `doing`, "be read along". Frames go on.
Report metadata_failed(const std::string& path, const std::string& doing, const v4l2::Error& error);

/// The WARNING that the device at `path` has no metadata node, with `metadata-device=auto`.
Report no_metadata_node(const std::string& path);

}  // namespace v4l2gst
