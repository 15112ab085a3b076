#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <gst/gst.h>

namespace v4l2 {
class Frame;
}

namespace v4l2gst {

/// The driver's description of a frame, as the metadata of its buffer has it.
struct FrameRecord {
  static FrameRecord of(const v4l2::Frame& frame);

  /// Returns when the frame was taken, on CLOCK_MONOTONIC. nullopt where the driver does not say.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> taken() const;

  std::uint32_t sequence{};
  std::uint32_t field{};                 ///< enum v4l2_field
  std::uint32_t flags{};                 ///< V4L2_BUF_FLAG_*
  std::chrono::nanoseconds timestamp{};  ///< on the clock that `flags` name
  std::uint64_t bytes_used{};            ///< of all planes, as the driver said
  std::uint64_t skipped_before{};        ///< frames missing since the buffer before it
};

/// Writes the driver's description of frames into their buffers, as a GstCustomMeta
/// "v4l2cppsrc-frame". Applications read it without a binding of ours.
///
/// A buffer keeps its meta while it is in a pool, and the values are written in place. So a frame
/// allocates nothing. The bytes of a device's metadata are copied into memory that was allocated
/// with the meta. The streaming thread calls it. It does not know whose memory a buffer has.
class FrameMetaWriter {
public:
  /// The name of the meta and of its structure.
  static constexpr auto name = "v4l2cppsrc-frame";

  /// Notes that the device's stream begins. Its metadata is of `format` (V4L2_META_FMT_*), and has
  /// at most so many bytes for a frame; 0 if none is read.
  void stream_began(std::uint32_t format, std::size_t metadata_size);

  /// Writes `frame`, and what the device has captured with it, into the meta of `buffer`, which is
  /// writable. Adds the meta if there is none.
  void write(GstBuffer* buffer, const FrameRecord& frame,
             const std::optional<std::span<const std::byte>>& metadata);

private:
  [[nodiscard]] GValue* first_value(GstStructure* structure) const;
  void build(GstStructure* structure);

  std::size_t metadata_size_{};
  const char* format_text_{""};  // "UVCH", never freed
  bool has_uvc_headers_{};
  std::ptrdiff_t stride_{};  // in bytes, from the value of a field to that of the next one
};

}  // namespace v4l2gst
