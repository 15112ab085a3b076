#pragma once

#include <string>
#include <string_view>

#include "messages/report.h"

namespace v4l2 {
struct ControlOutcome;
}

namespace v4l2gst {

struct UserWish;

/// A wish for a control was refused, or the driver made another value of it. `governor` says which
/// automatic mode decides on the control: "auto_exposure is 3 (Aperture Priority Mode)". It is
/// empty if that is not known. The details of the message have "control", "reason" and, where they
/// exist, "asked", "actual", "range", "labels" and "similar".
Report control_failure(const std::string& path, const v4l2::ControlOutcome& outcome,
                       std::string_view governor);

/// The value of a wish is of a type that no control has.
Report unusable_control(const std::string& path, const UserWish& wish);

/// video-direction is a diagonal, which takes a flip and a rotation in an order that V4L2 leaves to
/// the driver.
Report no_diagonal(const std::string& path);

}  // namespace v4l2gst
