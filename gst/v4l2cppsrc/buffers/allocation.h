#pragma once

#include <expected>
#include <optional>

#include "buffers/allocation_request.h"
#include "buffers/capture.h"
#include "formats/shared_config.h"
#include "messages/report.h"

namespace v4l2gst {

/// The result of an allocation.
struct Allocation {
  Capture capture;
  /// The mode as the driver has it now. Its strides differ from the agreed ones if downstream asked
  /// for longer lines.
  ConfigPtr config;
  /// The WARNING to post, if the buffers are not those that were asked for.
  std::optional<Report> warning;
};

/// Allocates the buffers that the settings ask for and downstream takes. If one kind of memory
/// fails, it tries the next, as far as io-mode leaves a choice.
std::expected<Allocation, Report> allocate(AllocationRequest request);

}  // namespace v4l2gst
