#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "device/ranges.h"
#include "formats/fixed_caps.h"
#include "formats/stream_config.h"
#include "messages/report.h"
#include "negotiation/negotiation.h"
#include "negotiation/overrides.h"

namespace v4l2 {
class Device;
class Waker;
}  // namespace v4l2

namespace v4l2gst {

class Geometry;
class Restoration;
struct Camera;
struct Candidate;

/// The driver's answer to a candidate, where downstream does not take it.
struct DriverAnswer {
  CapsPtr caps;
  std::string field;  ///< the field to blame; empty if it is not known yet
  std::string has;    ///< what the device has in that field
  // The reasons for another rate, or another format, than was asked for.
  std::string rate_answer{};
  std::string format_answer{};
};

/// Sets one candidate: VIDIOC_S_FMT, the rectangles, VIDIOC_S_PARM. The result is what the driver
/// is set to after the last of these calls.
///
/// A negotiation makes a FormatSetter and drops it, on the streaming thread. The FormatSetter
/// borrows all of its arguments.
class FormatSetter {
public:
  FormatSetter(Camera& camera, Restoration& restoration, Geometry& geometry, v4l2::Waker& waker,
               const Overrides& overrides, const PrepareFormat& prepare)
      : camera_{camera},
        restoration_{restoration},
        geometry_{geometry},
        waker_{waker},
        overrides_{overrides},
        prepare_{prepare} {}

  /// Sets `candidate`. Returns a StreamConfig if `wanted` takes the caps of the driver's answer,
  /// otherwise a DriverAnswer. A rectangle that the user named yields if it leads to frames of a
  /// size that `wanted` does not take.
  Outcome<std::variant<StreamConfig, DriverAnswer>> set(const Candidate& candidate,
                                                        const GstCaps* wanted);

  /// Returns true once PrepareFormat returned false. set() has then failed with an empty Report.
  [[nodiscard]] bool overtaken() const { return overtaken_; }

private:
  [[nodiscard]] v4l2::Device& device();
  [[nodiscard]] const v4l2::Device& device() const;
  [[nodiscard]] const std::string& path() const;

  /// Whether the rectangles that the user named are set.
  enum class Rectangles { as_named, as_they_are };

  Outcome<std::variant<StreamConfig, DriverAnswer>> set_with(Rectangles rectangles,
                                                             const Candidate& candidate,
                                                             const GstCaps* wanted);
  Outcome<v4l2::Format> set_picture(Rectangles rectangles, const Candidate& candidate);
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
  Geometry& geometry_;
  v4l2::Waker& waker_;
  const Overrides& overrides_;
  const PrepareFormat& prepare_;
  bool overtaken_{};
  std::optional<v4l2::Size> resized_{};  ///< the frames' size, if a rectangle has changed it
};

/// Returns the pixel aspect ratio of frames of `format`, as the caps have it.
Outcome<v4l2::PixelAspect> pixel_aspect_of(const Camera& camera, const v4l2::Format& format,
                                           const Geometry& geometry);

/// Returns the format that the device is set to now. `format` is the format that was set.
Outcome<v4l2::Format> confirm_format(const v4l2::Device& device, const v4l2::Format& format);

}  // namespace v4l2gst
