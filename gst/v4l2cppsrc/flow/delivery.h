#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "common/handles.h"
#include "flow/flow_event.h"
#include "flow/flow_meter.h"
#include "flow/loss_watch.h"
#include "flow/metadata_reader.h"
#include "flow/watchdog.h"
#include "frames/frame_filter.h"
#include "frames/frame_meta.h"
#include "frames/frame_stamper.h"
#include "messages/report.h"
#include "stats/stats.h"

namespace v4l2gst {

class Messages;
struct FlowParts;
struct Surroundings;

/// The frame was left out, and the device is not to blame.
struct Skipped {};

/// The frame could not go downstream, since a buffer could not be queued.
struct QueueFailed {
  v4l2::Error error;
};

/// What became of a frame.
struct Delivered : std::variant<BufferPtr, Skipped, Withheld, Again, Outdated, QueueFailed> {
  using variant::variant;
};

/// Makes a dequeued frame into the buffer that goes downstream, or leaves it out.
///
/// It owns the filter, and the times and numbers of one run, which is one timeline. The data flow
/// calls it on the streaming thread. It does not know how long a frame is waited for.
class Delivery {
public:
  /// The arguments outlive it.
  Delivery(const Surroundings& surroundings, Messages& messages)
      : surroundings_{surroundings},
        messages_{messages},
        metadata_{surroundings, messages},
        losses_{surroundings, messages},
        meter_{surroundings, messages} {}

  /// Prepares the start of the device's stream: its metadata is read from the first frame on.
  void prepare(const FlowParts& at, const Settings& settings);

  /// Notes that the device's stream has ended. Closes its metadata node.
  void stream_ended() { metadata_.end(); }

  /// Notes that the device's stream begins.
  void stream_began(const StreamStart& start, const Settings& settings);

  /// Notes the same, for what watches and measures the stream.
  void watch(const FlowParts& at, const Settings& settings);

  /// Delivers one frame. Requeues its buffer if it is left out.
  Outcome<Delivered> deliver(const FlowParts& at, v4l2::Frame&& arrived);

  /// Notes that the driver overwrote a buffer on loan, and copies each frame from now on. Returns
  /// true the first time, when a WARNING was added.
  bool copies_from_now_on(const FlowParts& at);

  /// Returns the latency to announce, if it has changed since the last call.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> take_latency() {
    return latency_ ? std::exchange(latency_, std::nullopt) : std::nullopt;
  }

  /// Returns the frames that were left out since the last delivered one.
  [[nodiscard]] const LeftOut& left_out() const { return filter_.left_out(); }

  [[nodiscard]] FlowMeter& meter() { return meter_; }

  /// Returns the caps of the latest frame that went downstream. Null before the first.
  [[nodiscard]] const GstCaps* flowing_caps() const { return flowing_caps_.get(); }

  /// Returns the running time now, for a buffer or an event that no frame is behind.
  [[nodiscard]] GstClockTime now();

  /// Ends the timeline. Forgets the flowing caps.
  void end_run();

private:
  Outcome<Delivered> deliver_newest(const FlowParts& at, v4l2::Frame&& arrived);
  Outcome<Delivered> deliver_one(const FlowParts& at, v4l2::Frame&& frame);
  Outcome<Delivered> leave_out_damaged(const FlowParts& at, v4l2::Frame&& frame,
                                       const FrameFilter::Judgement& found);
  Delivered warn_of_damage(const FlowParts& at, const v4l2::Frame& frame,
                           const FrameFilter::Judgement& found);
  Outcome<Delivered> on_other_size(const FlowParts& at, const v4l2::Frame& frame);
  Continuity::Verdict observe(const FlowParts& at, const v4l2::Frame& frame);
  void leave_out(Stats::Count* count);

  const Surroundings& surroundings_;
  Messages& messages_;
  FrameFilter filter_;
  FrameStamper stamper_;
  FrameMetaWriter meta_writer_;
  bool writes_meta_{};
  MetadataReader metadata_;
  LossWatch losses_;
  FlowMeter meter_;
  CapsPtr flowing_caps_;
  std::optional<std::chrono::nanoseconds> latency_;
  bool told_of_time_{};     // a WARNING about the driver's timestamps was added
  unsigned other_sizes_{};  // consecutive damaged frames of a loopback device
};

}  // namespace v4l2gst
