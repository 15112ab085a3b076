#pragma once

#include <memory>

#include "common/handles.h"

namespace v4l2gst {

struct StreamConfig;

/// The mode on which the driver and downstream agreed. The state of the device, the negotiation and
/// the allocation share it. It never changes: another mode is another object.
using ConfigPtr = std::shared_ptr<const StreamConfig>;

/// Returns a reference to the caps of `config`.
CapsPtr caps_of(const StreamConfig& config);

}  // namespace v4l2gst
