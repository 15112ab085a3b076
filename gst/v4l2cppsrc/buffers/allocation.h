#pragma once

#include <expected>
#include <optional>

#include "buffers/allocation_request.h"
#include "buffers/capture.h"
#include "messages/report.h"

namespace v4l2gst {

/// What an allocation ended in.
struct Allocation {
  Capture capture;
  /// The format that the driver has now. Its strides are others than agreed where downstream asked
  /// for longer lines; `layout` says the same to GStreamer.
  v4l2::Format format;
  std::optional<Layout> layout;
  /// Where it was not done as was asked: what a WARNING shall say.
  std::optional<Report> warning;
};

/// Allocates the buffers that the settings ask for and downstream takes. Where a kind of memory
/// will not do it tries the next, as far as io-mode leaves a choice.
std::expected<Allocation, Report> allocate(AllocationRequest request);

}  // namespace v4l2gst
