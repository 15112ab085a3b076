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
#include "device/ranges.h"
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

  // The conversions that Format::convert may ask for.
  [[nodiscard]] bool converts_colorspace() const { return has(V4L2_FMT_FLAG_CSC_COLORSPACE); }

  [[nodiscard]] bool converts_transfer() const { return has(V4L2_FMT_FLAG_CSC_XFER_FUNC); }

  [[nodiscard]] bool converts_encoding() const { return has(V4L2_FMT_FLAG_CSC_YCBCR_ENC); }

  [[nodiscard]] bool converts_quantization() const { return has(V4L2_FMT_FLAG_CSC_QUANTIZATION); }

  /// Returns the colours to ask for, as near to `wish` as the driver converts. Unasked, it captures
  /// in its `own`. Returns `own` if it converts none of them.
  [[nodiscard]] Colorimetry convertible(const Colorimetry& wish, const Colorimetry& own) const;

private:
  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
};

/// Modes holds what a device offers: format × size × interval. It asks the driver when it is first
/// asked, and remembers, so that each question reaches the driver once. Any thread may ask.
class Modes {
public:
  /// `delivered` is what the media graph in front of the node sends, if that is known. Then there
  /// is no other size. The formats are those for its media bus code, or all if the driver lists
  /// none for it.
  Modes(std::shared_ptr<const Node> node, BufferType type,
        std::optional<PadFormat> delivered = std::nullopt)
      : node_{std::move(node)}, type_{type}, delivered_{delivered} {}

  // Impossible entries are left out, such as sizes of 0 and ranges that end before they begin.
  // Duplicates are left out too. A list that the driver never ends is cut at a plausible length.

  /// Returns the formats in the driver's order. If the driver enumerates none (no VIDIOC_ENUM_FMT),
  /// returns the one that is set.
  Result<std::span<const OfferedFormat>> formats();
  /// Returns the sizes of a format. Empty if the driver cannot say (no VIDIOC_ENUM_FRAMESIZES).
  Result<std::span<const SizeRange>> sizes(Fourcc fourcc);
  /// Returns the intervals of a size. Empty if the driver cannot say (no
  /// VIDIOC_ENUM_FRAMEINTERVALS).
  Result<std::span<const IntervalRange>> intervals(Fourcc fourcc, Size size);
  /// Returns the format that was set when it was first asked for (VIDIOC_G_FMT).
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
  Mutex mutex_;  // held during calls on the driver
  std::vector<OfferedFormat> formats_ GUARDED_BY(mutex_);
  bool formats_known_ GUARDED_BY(mutex_){};
  std::optional<Format> current_ GUARDED_BY(mutex_);
  std::uint32_t questions_ GUARDED_BY(mutex_){};
  std::map<Fourcc, std::vector<SizeRange>> sizes_ GUARDED_BY(mutex_);
  std::map<std::pair<Fourcc, Size>, std::vector<IntervalRange>> intervals_ GUARDED_BY(mutex_);
};

}  // namespace v4l2
