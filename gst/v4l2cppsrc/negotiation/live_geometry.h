#pragma once

#include <gst/gst.h>

#include "formats/shared_config.h"
#include "messages/report.h"

namespace v4l2gst {

class Geometry;
class Messages;
struct Camera;
struct Settings;

/// The objects with which rectangles are set outside of a negotiation. All are borrowed.
struct LiveGeometry {
  Camera& camera;
  Geometry& geometry;
  const Settings& settings;
  Messages& messages;
};

/// Sets the rectangles that the user named. `agreed` is the mode that is set; null before a
/// negotiation. Frames keep their format once there is one.
///
/// Returns the mode anew if its pixels have another shape now, which `wanted` takes. Otherwise
/// returns null. If `wanted` does not take the shape, the rectangles are put back.
Outcome<ConfigPtr> set_rectangles(const LiveGeometry& parts, const StreamConfig* agreed,
                                  const GstCaps* wanted);

}  // namespace v4l2gst
