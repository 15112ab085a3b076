#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <gst/gst.h>

#include "common/handles.h"
#include "formats/shared_config.h"
#include "messages/report.h"

namespace v4l2 {
class Waker;
}

namespace v4l2gst {

class Geometry;
class Messages;
class Restoration;
struct Camera;
struct Overrides;
struct Settings;
struct Shortage;

/// Emits "prepare-format" with `caps`, without the lock. Returns false if the camera was closed
/// meanwhile, or another negotiation ran. All earlier results are void then, and the camera must
/// not be touched.
using PrepareFormat = std::function<bool(GstCaps* caps)>;

/// The input of one negotiation. Caps are borrowed. They are null where there are none.
struct Wish {
  const GstCaps* wanted{};   ///< caps that downstream takes
  const GstCaps* former{};   ///< caps agreed on before the camera or its buffers went; first choice
  const GstCaps* flowing{};  ///< caps of the latest frame in this run
  const Shortage* shortage{};  ///< set if the USB bus refused a mode, so that less must be taken
  std::uint32_t held_downstream{};  ///< frames that keep the driver from changing its format
};

/// The objects that a negotiation works with. All are borrowed.
struct NegotiationParts {
  Camera& camera;
  Restoration& restoration;
  Geometry& geometry;
  Messages& messages;
  v4l2::Waker& waker;
  const Settings& settings;
  const Overrides& overrides;
};

/// The result of a negotiation.
struct Negotiated {
  Outcome<ConfigPtr> config;  ///< the mode that is set; null if PrepareFormat returned false
  CapsPtr accepted_caps{};    ///< of the accepted mode, even if a later call failed; null before
  bool other_bounds{};        ///< the bounds of the crop rectangle have changed
};

/// Parses the user's overrides. Returns an error if a property can't be parsed. `path` is the
/// device's.
Outcome<std::shared_ptr<const Overrides>> read_overrides(const Settings& settings,
                                                         const std::string& path);

/// Negotiates one mode with the driver and downstream, and sets it. No buffers are allocated
/// meanwhile. Streaming thread.
Negotiated negotiate(const NegotiationParts& parts, const Wish& wish, const PrepareFormat& prepare);

/// Returns true once a frame has gone downstream with the caps of `config`. These caps stay,
/// whatever mode the bus refuses. A muxer takes no other caps, and the element can't find out which
/// downstream would.
bool keeps_caps(const StreamConfig& config, const GstCaps* flowing);

}  // namespace v4l2gst
