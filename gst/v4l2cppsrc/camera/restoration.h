#pragma once

#include <memory>
#include <string>
#include <vector>

#include "messages/report.h"

namespace v4l2 {
class Device;
struct ControlChanged;
struct DeviceSettings;
struct Format;
struct Size;
}  // namespace v4l2

namespace v4l2gst {

struct Camera;
class Messages;

/// Saves the settings of a camera, and restores them when the camera comes back.
///
/// The session owns it. It acts on the streaming thread, in three steps around VIDIOC_S_FMT. One
/// message, at the end, names the settings that the camera refused.
class Restoration {
public:
  Restoration();
  Restoration(Restoration&& other) noexcept;
  Restoration& operator=(Restoration&& other) noexcept;
  ~Restoration();

  /// Stores the new value of a control, as its event reports it.
  void note(const Camera& camera, const v4l2::ControlChanged& change);

  /// Saves the settings of `camera`, which goes away. Control events that are still pending count.
  /// If the camera goes away again before it is restored, the older settings stay.
  void save(const Camera& camera);

  /// Returns true while settings are still to be restored.
  [[nodiscard]] bool pending() const { return former_ != nullptr; }

  /// Restores the settings on which the modes of the reopened camera may depend. These are the
  /// input, its standard or timings, the controls and the crop rectangle.
  Outcome<> prepare(Camera& camera);

  /// Restores crop and compose, after VIDIOC_S_FMT returned `format`. If that changes the fourcc or
  /// the size, sets `format` again and counts crop as refused. Returns the format that is set then.
  Outcome<v4l2::Format> restore_picture(const v4l2::Device& device, const v4l2::Format& format);

  /// Restores the controls that the new mode may have changed. Adds a message that names what could
  /// not be restored. Watches the camera's settings from now on. `size` is the size of the frames.
  Outcome<> complete(const Camera& camera, v4l2::Size size, Messages& messages);

  /// Leaves the rectangles alone that the user's settings name.
  void leave_rectangles(bool crop, bool compose);

  /// Drops the settings that are to be restored.
  void forget();

private:
  std::unique_ptr<v4l2::DeviceSettings> current_;  ///< since the latest mode was set
  std::unique_ptr<v4l2::DeviceSettings> former_;   ///< to be restored
  std::vector<std::string> refused_;               ///< names of settings that could not be restored
};

}  // namespace v4l2gst
