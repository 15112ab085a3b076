#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <gst/gst.h>

#include "frames/continuity.h"
#include "frames/time_gaps.h"
#include "messages/gap_message.h"
#include "messages/loss_failures.h"
#include "stats/stats.h"

namespace v4l2 {
class Frame;
}

namespace v4l2gst {

class Messages;
struct FlowParts;
struct Surroundings;

/// Tells losses apart, counts them and reports them.
///
/// The delivery of a run owns it, and shows it each frame on the streaming thread. It adds a QOS
/// message for each gap, and a WARNING when losses of one kind begin. It does not decide which
/// frames are left out.
class LossWatch {
public:
  /// Losses of one kind begin again after this time without one.
  static constexpr std::chrono::seconds calm{10};

  /// The arguments outlive it.
  LossWatch(const Surroundings& surroundings, Messages& messages)
      : surroundings_{surroundings}, messages_{messages} {}

  /// Notes that the device's stream begins, for the first time or again. `paced` is true if its
  /// frames come at the rate of the mode and have the driver's times.
  void stream_began(const FlowParts& at, bool paced);

  /// Notes a frame of the driver. `seen` is what its number shows. Returns it, discontinuous also
  /// for a frame that may follow a gap in time.
  Continuity::Verdict observe(const FlowParts& at, const v4l2::Frame& frame,
                              Continuity::Verdict seen);

  /// Notes that the frame observed last, or one that has no Frame, does not go downstream.
  /// `wanted` is false for one that the user has skipped.
  void left_out(bool wanted) {
    ++missing_;
    if (wanted) ++unskipped_;
  }

  /// Adds the WARNING about a damaged frame, if damage begins with it. The first frames of a stream
  /// are often damaged, and are not told.
  void damaged(const std::string& path, const DamagedFrame& frame);

  /// Notes that a frame goes downstream in `buffer`, which has its times. Adds the QOS message of
  /// the gap before it.
  void delivered(GstBuffer* buffer);

  /// Returns how many frames are missing since the one that went downstream last.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }

  /// Forgets everything.
  void restart();

private:
  using Time = std::chrono::nanoseconds;

  [[nodiscard]] bool starved_before(const v4l2::Frame& frame) const;
  void count(const FlowParts& at, LossKind kind, std::uint64_t lost, std::uint32_t sequence);
  [[nodiscard]] bool begins(LossKind kind);
  [[nodiscard]] FrameGap gap_before(GstBuffer* buffer) const;
  void add(FrameGap gap);

  const Surroundings& surroundings_;
  Messages& messages_;
  TimeGaps gaps_;
  // Of the frame observed last.
  std::optional<Time> taken_;
  std::uint32_t flags_{};
  std::uint32_t sequence_{};
  bool dry_{};
  bool suspected_{};                   // it may follow a gap in time
  bool suspect_starved_{};             // that gap is for want of buffers
  std::optional<FrameGap> suspect_{};  // that gap, if the frame went downstream
  bool flows_{};                       // a frame of this stream went downstream
  // Of the buffer that went downstream last.
  GstClockTime end_{GST_CLOCK_TIME_NONE};
  std::uint64_t missing_{};
  std::uint64_t unskipped_{};  // of these, all but those that the user has skipped
  std::array<std::optional<Time>, static_cast<std::size_t>(last_loss_kind) + 1> latest_{};
};

}  // namespace v4l2gst
