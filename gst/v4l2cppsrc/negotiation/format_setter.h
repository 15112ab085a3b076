#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <gst/video/video.h>

#include "camera/camera.h"
#include "camera/restoration.h"
#include "formats/stream_config.h"
#include "negotiation/candidates.h"

namespace v4l2gst {

/// What the driver made of a choice that downstream does not take.
struct DriverAnswer {
  CapsPtr caps;
  std::string field;  ///< the one to blame, where that is known already
  std::string has;
  // How it came to have another rate, or another format, than it was asked for.
  std::string rate_answer{};
  std::string format_answer{};
};

/// What the user has set in place of what the driver says.
struct Overrides {
  std::optional<v4l2::PixelAspect> pixel_aspect{};
  bool carry_pixel_aspect{true};
  std::optional<GstVideoColorimetry> colorimetry{};
  std::string colorimetry_text{};

  /// Error where a property can't be understood; `path` is the device's.
  static Outcome<Overrides> of(const Settings& settings, const std::string& path);
};

/// Emits "prepare-format" with such caps, without the lock. False where meanwhile the camera went
/// or somebody else negotiated: nothing that was found out before holds then, and the camera must
/// not be touched.
using PrepareFormat = std::function<bool(GstCaps* caps)>;

/// Has the driver set one choice: VIDIOC_S_FMT, the rectangles, VIDIOC_S_PARM. What counts is what
/// the driver is set to after the last of these calls.
///
/// A negotiation makes one and drops it, on the streaming thread. It borrows all that it is given.
class FormatSetter {
public:
  FormatSetter(Camera& camera, Restoration& restoration, v4l2::Waker& waker,
               const Overrides& overrides, const PrepareFormat& prepare)
      : camera_{camera},
        restoration_{restoration},
        waker_{waker},
        overrides_{overrides},
        prepare_{prepare} {}

  /// Sets `candidate`. The answer is agreed on if `wanted` takes its caps.
  Outcome<std::variant<StreamConfig, DriverAnswer>> set(const Candidate& candidate,
                                                        const GstCaps* wanted);

  /// True where a call of prepare() returned false; set() has failed then, without a reason.
  [[nodiscard]] bool overtaken() const { return overtaken_; }

private:
  [[nodiscard]] v4l2::Device& device() { return camera_.device; }

  [[nodiscard]] const v4l2::Device& device() const { return camera_.device; }

  [[nodiscard]] const std::string& path() const { return camera_.path(); }

  Outcome<v4l2::Format> set_picture(const Candidate& candidate);
  Outcome<v4l2::Format> set_format(const Candidate& candidate);
  [[nodiscard]] Outcome<v4l2::Format> convert_colours(const v4l2::Format& format,
                                                      const FormatRow& row,
                                                      const std::string& colorimetry) const;
  [[nodiscard]] Outcome<bool> fills_frame() const;
  [[nodiscard]] Outcome<v4l2::IntervalAnswer> set_interval(v4l2::Interval wanted) const;
  [[nodiscard]] Outcome<std::string> tell_rate(const Candidate& candidate,
                                               const v4l2::IntervalAnswer& rate) const;
  [[nodiscard]] Outcome<PictureProperties> read_picture_properties(
      const v4l2::Format& format, const FormatRow& row, const Interlacing& interlacing) const;
  Outcome<bool> keeps_promise(const Candidate& candidate, std::uint32_t plane_count);

  Camera& camera_;
  Restoration& restoration_;
  v4l2::Waker& waker_;
  const Overrides& overrides_;
  const PrepareFormat& prepare_;
  bool overtaken_{};
};

/// What the device is set to now, where `format` is what it was set to.
Outcome<v4l2::Format> confirm_format(const v4l2::Device& device, const v4l2::Format& format);

}  // namespace v4l2gst
