#pragma once

#include <optional>
#include <string>
#include <vector>

#include "camera/camera.h"
#include "messages/messages.h"
#include "settings/device_settings.h"

namespace v4l2gst {

/// Keeps what a camera is set to, and sets it so again when the camera comes back.
///
/// The session owns it; it acts on the streaming thread, in three steps around VIDIOC_S_FMT. What
/// the camera refuses is told once, at the end.
class Restoration {
public:
  /// A control of the camera has changed.
  void note(const Camera& camera, const v4l2::ControlChanged& change);

  /// The camera goes away: keeps what it is set to, with the changes that its events still tell. If
  /// it goes away again before it is restored, the older set-up stays.
  void save(const Camera& camera);

  /// True while a set-up is still to be restored.
  [[nodiscard]] bool pending() const { return former_.has_value(); }

  /// The camera is open again: restores what its modes may depend on, which are the input, its
  /// standard or timings, and the controls.
  Outcome<> prepare(Camera& camera);

  /// After VIDIOC_S_FMT gave `format`: restores crop and compose. Returns the format that is set
  /// then, which has the same picture.
  Outcome<v4l2::Format> restore_picture(const v4l2::Device& device, const v4l2::Format& format);

  /// The mode is set, to frames of `size`: restores the controls that the mode may have changed,
  /// tells what could not be restored, and watches the camera's settings from now on.
  Outcome<> complete(const Camera& camera, v4l2::Size size, Messages& messages);

  /// Nothing is to be restored.
  void forget() { former_.reset(); }

private:
  std::optional<v4l2::DeviceSettings> current_;  ///< as of the latest mode that was set
  std::optional<v4l2::DeviceSettings> former_;   ///< to be restored
  std::vector<std::string> refused_;             ///< names of what could not be
};

}  // namespace v4l2gst
