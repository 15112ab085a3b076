#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device/format.h"
#include "device/media_graph.h"
#include "kernel/error.h"
#include "kernel/mutex.h"

namespace v4l2 {

class Node;
template <class Argument>
struct Request;

/// One pixel format that a device offers (VIDIOC_ENUM_FMT).
struct OfferedFormat {
  Fourcc fourcc;
  std::uint32_t flags{};
  std::string description;

  [[nodiscard]] bool compressed() const { return has(V4L2_FMT_FLAG_COMPRESSED); }

  // What Format::convert may ask for.
  [[nodiscard]] bool converts_colorspace() const { return has(V4L2_FMT_FLAG_CSC_COLORSPACE); }

  [[nodiscard]] bool converts_transfer() const { return has(V4L2_FMT_FLAG_CSC_XFER_FUNC); }

  [[nodiscard]] bool converts_encoding() const { return has(V4L2_FMT_FLAG_CSC_YCBCR_ENC); }

  [[nodiscard]] bool converts_quantization() const { return has(V4L2_FMT_FLAG_CSC_QUANTIZATION); }

  /// What to ask for in order to come as near to `wish` as the driver converts: `own` is what it
  /// tells of its colours unasked. The same as `own` where nothing can be done.
  [[nodiscard]] Colorimetry convertible(const Colorimetry& wish, const Colorimetry& own) const;

private:
  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
};

/// Sizes that a format comes in: from `smallest` to `largest` in steps; a single size where both
/// are equal (VIDIOC_ENUM_FRAMESIZES; continuous ranges have steps of 1).
struct SizeRange {
  Size smallest;
  Size largest;
  Size step{1, 1};

  friend constexpr bool operator==(const SizeRange&, const SizeRange&) = default;

  [[nodiscard]] bool single() const { return smallest == largest; }
};

/// Intervals that a size comes in: from `shortest` to `longest`; `step` is {0, 0} where they are
/// continuous, and a single interval has both ends equal (VIDIOC_ENUM_FRAMEINTERVALS).
struct IntervalRange {
  Interval shortest;
  Interval longest;
  Interval step{};

  friend constexpr bool operator==(const IntervalRange&, const IntervalRange&) = default;

  [[nodiscard]] bool single() const { return shortest == longest; }
};

/// What a device offers: format × size × interval. Asked for lazily and remembered, so that each
/// question reaches the driver once. Any thread may ask.
class Modes {
public:
  /// `delivered`: what the media graph in front of the node sends, if that is known. Then there is
  /// no other size, and no format but those for its media bus code.
  Modes(std::shared_ptr<const Node> node, BufferType type,
        std::optional<PadFormat> delivered = std::nullopt)
      : node_{std::move(node)}, type_{type}, delivered_{delivered} {}

  // What can't be, such as sizes of 0 and ranges that end before they begin, is left out, and what
  // a driver says twice is there once. Of a driver that never says "no more" there is as much as is
  // plausible.

  /// In the driver's order. Where it enumerates none (no VIDIOC_ENUM_FMT), the one that it is set
  /// to.
  Result<std::span<const OfferedFormat>> formats();
  /// Empty where the driver cannot say (no VIDIOC_ENUM_FRAMESIZES).
  Result<std::span<const SizeRange>> sizes(Fourcc fourcc);
  /// Empty where the driver cannot say (no VIDIOC_ENUM_FRAMEINTERVALS).
  Result<std::span<const IntervalRange>> intervals(Fourcc fourcc, Size size);
  /// What the device was set to when it was asked first (VIDIOC_G_FMT).
  Result<Format> current();

private:
  Result<Format> current_locked() REQUIRES(mutex_);
  Result<std::vector<OfferedFormat>> formats_for(std::uint32_t media_bus_code) REQUIRES(mutex_);
  template <class Argument, class Keep>
  Result<> enumerate(const Request<Argument>& request, Argument argument, Keep keep)
      REQUIRES(mutex_);

  std::shared_ptr<const Node> node_;
  BufferType type_;
  std::optional<PadFormat> delivered_;
  Mutex mutex_;  // held across the driver's answers
  std::vector<OfferedFormat> formats_ GUARDED_BY(mutex_);
  bool formats_known_ GUARDED_BY(mutex_){};
  std::optional<Format> current_ GUARDED_BY(mutex_);
  std::uint32_t questions_ GUARDED_BY(mutex_){};
  std::map<Fourcc, std::vector<SizeRange>> sizes_ GUARDED_BY(mutex_);
  std::map<std::pair<Fourcc, Size>, std::vector<IntervalRange>> intervals_ GUARDED_BY(mutex_);
};

}  // namespace v4l2
