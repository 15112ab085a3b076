#pragma once

#include <cstdint>
#include <span>

#include "frames/frame_check.h"
#include "frames/start_filter.h"

namespace v4l2 {
class Frame;
}

namespace v4l2gst {

struct StreamConfig;

/// The filter decides which frames go downstream, and counts those in a row that do not.
///
/// The session owns it for a run, and asks it about each frame on the streaming thread. It reads
/// what it is given, and makes no call.
class FrameFilter {
public:
  /// The result for one frame.
  struct Judgement {
    FrameAction action{};
    Damage damage{};
    std::uint64_t bytes{};   ///< of its payload, as the driver said
    std::uint64_t needed{};  ///< for the picture to be whole; 0 where that is not known
  };

  /// Notes that the device's stream begins, for the first time or again.
  void stream_began(std::uint32_t skip, bool on_key_frame) {
    start_.stream_began(skip, on_key_frame);
    left_out_ = {};
  }

  /// Notes a frame. Returns true if it is one of the first, to be skipped.
  bool skips() { return start_.skips(); }

  [[nodiscard]] bool awaits_key_frame() const { return start_.awaits_key_frame(); }

  /// Returns whether judge() reads the first plane of frames of this configuration.
  [[nodiscard]] static bool looks_at_damage(const StreamConfig& config, OnCorrupt policy);

  /// Returns whether frames may be read at all, for damage or for a key frame.
  [[nodiscard]] static bool looks_into_frames(const StreamConfig& config, OnCorrupt policy,
                                              bool on_key_frame);

  /// Judges a frame, and sets its lengths to those of its picture. `bytes` is its first plane if
  /// looks_at_damage(), else empty.
  static Judgement judge(v4l2::Frame& frame, const StreamConfig& config, OnCorrupt policy,
                         std::span<const std::byte> bytes);

  /// Returns whether admits() reads the first plane. It does so only while a key frame is awaited,
  /// and only if the driver does not say what the frame is.
  [[nodiscard]] bool looks_for_key_frame(const v4l2::Frame& frame) const;

  /// Returns false if a key frame is awaited and `frame` is known to be none.
  [[nodiscard]] bool admits(const v4l2::Frame& frame, const StreamConfig& config,
                            std::span<const std::byte> bytes) const;

  void leave_out_damaged(const Judgement& found);

  void leave_out_delta() { ++left_out_.count; }

  /// Notes that a frame went downstream.
  void delivered() {
    left_out_.count = 0;
    start_.has_begun();
  }

  /// Returns the frames that were left out since the last delivered one.
  [[nodiscard]] const LeftOut& left_out() const { return left_out_; }

private:
  StartFilter start_;
  LeftOut left_out_;
};

}  // namespace v4l2gst
