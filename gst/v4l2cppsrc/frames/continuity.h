#pragma once

#include <cstdint>
#include <optional>

#include <linux/videodev2.h>

namespace v4l2gst {

/// Finds lost frames by their sequence numbers. Pure.
class Continuity {
public:
  struct Verdict {
    std::uint64_t offset{};  ///< the frame's number since the element started; lost ones count
    std::uint64_t lost{};    ///< frames that the driver lost right before this one
    bool discontinuous{};    ///< this frame does not follow the one before it
  };

  /// Compares a frame's number with that of the frame before. `sequence` is v4l2_buffer.sequence,
  /// which wraps at 2^32. `field` is the enum v4l2_field. No loss is known of a driver that does
  /// not count (it gives the same number again) or counts backwards. Fields in buffers of their own
  /// (V4L2_FIELD_ALTERNATE) count as frames here. The two fields of a frame may share a number.
  Verdict observe(std::uint32_t sequence, std::uint32_t field = V4L2_FIELD_NONE);

  /// Notes that the last observed frame does not go downstream. The next frame is then
  /// discontinuous.
  void withhold() { withheld_ = true; }

  /// Notes that the stream begins again. The driver's count starts over, the offsets go on.
  /// `counts` is false for a driver that may give number 0 to any of its first frames. The step to
  /// its next number is no loss.
  void stream_began(bool counts = true) {
    last_.reset();
    second_field_ = V4L2_FIELD_NONE;
    counts_ = counts;
  }

  /// Forgets all frames, and begins with offset 0.
  void restart() { *this = {}; }

private:
  struct Position {
    std::uint32_t sequence;
    std::uint32_t field;
  };

  [[nodiscard]] std::uint64_t lost_between(const Position& before, const Position& now) const;

  std::optional<Position> last_;
  // TOP or BOTTOM, once two fields had the same number: the field that comes second in a frame.
  std::uint32_t second_field_{V4L2_FIELD_NONE};
  std::uint64_t next_offset_{};
  bool withheld_{};
  bool counts_{true};  ///< the driver counts, or has begun to in this stream
};

}  // namespace v4l2gst
