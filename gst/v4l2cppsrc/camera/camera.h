#pragma once

#include <optional>
#include <string>

#include "common/settings.h"
#include "device/device.h"
#include "device/identity.h"
#include "formats/caps.h"
#include "messages/messages.h"
#include "messages/report.h"
#include "settings/inputs.h"

namespace v4l2gst {

/// An open device, and what is known of it. Destruction closes the device.
///
/// The session's state owns it, and the streaming context uses it. It does not know which mode is
/// chosen, nor that there are buffers.
struct Camera {
  /// Asks `device` for its input and its identity, and logs them.
  static Outcome<Camera> of(v4l2::Kernel& kernel, v4l2::Device&& device, GstElement* element);

  v4l2::Device device;
  v4l2::Identity identity{};
  std::optional<v4l2::Input> input{};    ///< the current one, where the device has inputs
  std::optional<v4l2::Signal> signal{};  ///< that was posted last
  bool exports{};                        ///< VIDIOC_EXPBUF is not known to fail
  bool subscribed{};                     ///< to V4L2_EVENT_SOURCE_CHANGE

  [[nodiscard]] const std::string& path() const { return device.path(); }

  [[nodiscard]] const v4l2::Node& node() const { return *device.node(); }

  /// True where the input is of a kind that sends what it likes, such as HDMI.
  [[nodiscard]] bool follows_source() const { return input && input->has_source(); }

  [[nodiscard]] CapsKinds caps_kinds(IoMode mode) const {
    return {.dmabuf = exports && may_share(mode), .alternate = follows_source()};
  }

  /// The size that the source sends: what the driver is set to once it follows the source, or what
  /// the media graph delivers. nullopt where no source decides.
  [[nodiscard]] Outcome<std::optional<v4l2::Size>> native_size() const;

  /// The input of now, asked of the driver again; nullopt also where the driver does not answer.
  [[nodiscard]] std::optional<v4l2::Input> ask_for_input() const;
};

/// Sets the device to what its source sends, and subscribes to changes of the source. Adds a
/// message where the signal went or came.
Outcome<> follow_input(Camera& camera, Messages& messages);

}  // namespace v4l2gst
