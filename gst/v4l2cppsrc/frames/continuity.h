#pragma once

#include <cstdint>
#include <optional>

namespace v4l2gst {

/// What a frame's sequence number says of those before it. Pure.
class Continuity {
public:
  struct Verdict {
    std::uint64_t offset{};  ///< the frame's number since the element started; lost ones count
    std::uint64_t lost{};    ///< frames that the driver lost right before this one
    bool discontinuous{};    ///< this frame does not follow the one before it
  };

  /// `sequence` is v4l2_buffer.sequence, which wraps at 2^32. A driver that does not count (it
  /// gives the same number again) or counts backwards loses nothing that we could know of.
  Verdict observe(std::uint32_t sequence);

  /// The frame that was observed last does not go downstream, so the next one that does follows
  /// none.
  void withhold() { withheld_ = true; }

  /// The stream begins again: the driver's count starts over, the offsets go on. `counts` is false
  /// for a driver that may give number 0 to its first frames, whichever they are: what follows them
  /// is no loss.
  void stream_began(bool counts = true) {
    last_.reset();
    counts_ = counts;
  }

  /// All begins again.
  void restart() { *this = {}; }

private:
  std::optional<std::uint32_t> last_;
  std::uint64_t next_offset_{};
  bool withheld_{};
  bool counts_{true};  ///< or has done so in this stream
};

}  // namespace v4l2gst
