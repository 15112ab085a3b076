#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <linux/videodev2.h>

namespace fuzz {

/// A MetadataDevice is the node of a device that captures the metadata of frames
/// (V4L2_BUF_TYPE_META_CAPTURE). It answers correctly and fast, as a good driver. Metadata is
/// always ready.
class MetadataDevice {
public:
  static constexpr std::uint32_t size = 64;  // bytes of a buffer
  static constexpr std::size_t header = 34;  // bytes of what write() writes first

  /// Writes the metadata of a frame: headers of UVC payloads, the second of them with a PTS.
  static void write(std::span<std::byte> buffer);

  /// Returns 0 or an errno.
  int answer(unsigned long request, void* argument);

  /// Whether metadata waits to be dequeued.
  [[nodiscard]] bool ready() const { return streams_ && !queue_.empty(); }

private:
  int query(v4l2_capability& answer) const;
  int tell(v4l2_format& answer) const;
  int request_buffers(v4l2_requestbuffers& wish);
  int describe(v4l2_buffer& answer) const;
  int queue(const v4l2_buffer& buffer);
  int dequeue(v4l2_buffer& answer);

  std::uint32_t buffers_{};  // how many there are
  std::vector<std::uint32_t> queue_;
  std::uint32_t sequence_{};
  bool streams_{};
};

}  // namespace fuzz
