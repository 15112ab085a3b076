#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <gst/gst.h>

#include "settings/control_value.h"

namespace v4l2gst {
class ControlAccess;
class KnownControls;
struct ValueKind;
}  // namespace v4l2gst

// A control of the open device as a GstObject, a child of the element. Each kind of value has one
// GType, derived from the abstract GstV4l2CppControl. The properties are those of
// docs/controls.md: "value", and what describes the control.
//
// A child holds its device's node weakly, so it keeps no device open (decision 0026). While the
// device is away, "value" reads as it was read last.

struct GstV4l2CppControl;

GType gst_v4l2_cpp_control_get_type();

/// Returns the GType of the children that have values of a kind. The kind is one of value_kinds().
GType gst_v4l2_cpp_control_type_of(const v4l2gst::ValueKind& kind);

/// Returns a new child for `control` of `device`, which sets by `access`. The caller owns
/// a floating reference. `access` must live as long as the child has a parent.
GstV4l2CppControl* gst_v4l2_cpp_control_new(const v4l2::ControlInfo& control,
                                            std::shared_ptr<v4l2gst::KnownControls> device,
                                            v4l2gst::ControlAccess& access);

/// Lets the child stand for the same control of another device, or of the same one reopened.
void gst_v4l2_cpp_control_move(GstV4l2CppControl* self, const v4l2::ControlInfo& control,
                               std::shared_ptr<v4l2gst::KnownControls> device);

/// Returns the description as of the latest query. Any thread.
v4l2::ControlInfo gst_v4l2_cpp_control_info(GstV4l2CppControl* self);

/// Returns true if the child's GType can stand for `control`, which has the same id.
bool gst_v4l2_cpp_control_fits(GstV4l2CppControl* self, const v4l2::ControlInfo& control);

/// Reads the value from the device. Returns the latest value that was read while the device is
/// away. nullopt if the control was never read. Any thread.
std::optional<v4l2::ControlValue> gst_v4l2_cpp_control_read(GstV4l2CppControl* self);

/// Notifies of the properties that belong to `changes` (V4L2_EVENT_CTRL_CH_*, as bits). The caller
/// holds no lock.
void gst_v4l2_cpp_control_changed(GstV4l2CppControl* self, std::uint32_t changes);
