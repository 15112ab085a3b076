#pragma once

#include <memory>
#include <optional>
#include <string>

#include "camera/camera_ptr.h"
#include "camera/input_wishes.h"
#include "device/device.h"
#include "device/identity.h"
#include "messages/report.h"
#include "settings/inputs.h"
#include "settings/signal.h"

namespace v4l2gst {

struct CapsKinds;
class KnownControls;
enum class IoMode : int;

/// An open device and the facts known of it. Destruction closes the device.
///
/// The session's state owns the camera. The streaming context uses it. A camera does not know which
/// mode is chosen, nor that there are buffers.
struct Camera {
  /// Makes a camera of `device`, and queries its input and its identity. Logs the card, the driver,
  /// the bus and the descriptor.
  static Outcome<CameraPtr> of(v4l2::Kernel& kernel, v4l2::Device&& device, GstElement* element);

  v4l2::Device device;
  v4l2::Identity identity{};
  std::string id{};                           ///< v4l2::ListedNode::id
  std::string by_id{};                        ///< the link under /dev/v4l/by-id, if udev made one
  std::string by_path{};                      ///< likewise under /dev/v4l/by-path
  std::shared_ptr<KnownControls> controls{};  ///< never null in an open camera
  std::optional<v4l2::Input> input{};         ///< the current input; nullopt if the device has none
  std::optional<v4l2::Signal> signal{};       ///< as of the latest follow_input()
  std::optional<v4l2_rect> crop_bounds{};     ///< as of the latest look_at_bounds()
  bool exports{};                             ///< false once VIDIOC_EXPBUF is known to fail
  bool forces_key_frames{true};               ///< false once the device is known to force none
  bool subscribed{};                          ///< V4L2_EVENT_SOURCE_CHANGE was asked for
  InputWishes input_wishes{};                 ///< the latest ones that were applied, or refused
  bool fixed_standard{};                      ///< the user's, so the source's is not followed
  bool fixed_timings{};                       ///< likewise
  bool lacks_picture{};                       ///< the input has surely no signal to capture

  [[nodiscard]] const std::string& path() const { return device.path(); }

  [[nodiscard]] const v4l2::Node& node() const { return *device.node(); }

  /// Returns true if an outside source decides what is captured, such as one on HDMI.
  [[nodiscard]] bool follows_source() const { return input && input->has_source(); }

  [[nodiscard]] CapsKinds caps_kinds(IoMode mode) const;

  /// Returns the size that the source sends. That is the size to which the driver is set once it
  /// follows the source, or the size that the media graph delivers. Returns nullopt if no source
  /// decides, or the driver reports no size.
  [[nodiscard]] Outcome<std::optional<v4l2::Size>> native_size() const;

  /// Queries the current input again. Returns nullopt also if the query fails.
  [[nodiscard]] std::optional<v4l2::Input> ask_for_input() const;
};

}  // namespace v4l2gst
