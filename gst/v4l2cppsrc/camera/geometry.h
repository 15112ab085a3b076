#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <linux/videodev2.h>

#include "messages/report.h"

namespace v4l2 {
struct Format;
struct Size;
}  // namespace v4l2

namespace v4l2gst {

struct Camera;
class Messages;
struct Settings;

/// Sets the rectangles of the device that the user named. The crop rectangle is the part of the
/// picture that is captured. The compose rectangle is its place in the frames.
///
/// The session owns it. Each holder of the session's lock calls it. It leaves alone what the user
/// did not name. It does not know which modes there are.
class Geometry {
public:
  Geometry();
  Geometry(Geometry&& other) noexcept;
  Geometry& operator=(Geometry&& other) noexcept;
  ~Geometry();

  /// A rectangle as it was before it was changed.
  struct Former {
    std::uint32_t target{};  ///< V4L2_SEL_TGT_*
    v4l2_rect rectangle{};
  };

  /// Takes the wishes out of `settings`. Margins are cut from the bounds that `camera` has now.
  Outcome<> wish(const Camera& camera, const Settings& settings);

  [[nodiscard]] bool names_crop() const;

  [[nodiscard]] bool names_compose() const;

  /// Sets the crop rectangle before a mode is chosen. A driver that can't scale may have other
  /// sizes then. Returns the size of frames that suits the rectangles; nullopt if the user named
  /// none that the device has. No buffers are allocated.
  Outcome<std::optional<v4l2::Size>> prepare(const Camera& camera);

  /// Sets the rectangles, after VIDIOC_S_FMT. The format may have changed then. No buffers are
  /// allocated.
  Outcome<> set(const Camera& camera);

  /// Notes that the rectangles lead to frames of the size `frames`, which downstream does not take.
  void yield(v4l2::Size frames);

  /// Sets the rectangles while frames keep their `format`. Returns those that have changed, as they
  /// were before. A rectangle that would change the format is put back.
  Outcome<std::vector<Former>> change(const Camera& camera, const v4l2::Format& format);

  /// Puts back what change() has changed. Downstream does not take pixels of that shape.
  Outcome<> put_back(const Camera& camera, const std::vector<Former>& former);

  /// Adds a WARNING for each rectangle that is not as the user wants it, unless the latest WARNING
  /// said the same. `streaming` says that frames keep their format.
  Outcome<> report(const Camera& camera, bool streaming, Messages& messages);

private:
  struct Part;

  static Outcome<std::optional<Former>> set_part(const Camera& camera, Part& part);
  static Outcome<> report_part(const Camera& camera, Part& part, bool streaming,
                               Messages& messages);

  std::unique_ptr<Part> crop_;     ///< never null, unless moved from
  std::unique_ptr<Part> compose_;  ///< never null, unless moved from
};

/// Reads the bounds of the crop rectangle again. Adds a notify of "crop-bounds", and returns true,
/// if they have changed.
Outcome<bool> look_at_bounds(Camera& camera, Messages& messages);

}  // namespace v4l2gst
