#pragma once

#include <chrono>
#include <optional>

#include <gst/gst.h>

#include "flow/rate_watch.h"
#include "stats/rate_meter.h"

namespace v4l2gst {

class Messages;
struct Camera;
struct FlowParts;
struct Surroundings;

/// Measures how the data flow of a run is going: rate, latency, bytes, buffers. Adds the
/// statistics to the messages each stats-interval, and the WARNING about a rate that is not kept.
///
/// The delivery owns it, and shows it each frame that goes downstream, on the streaming thread. It
/// allocates nothing for a frame. It does not know what became of other frames.
class FlowMeter {
public:
  using Time = std::chrono::nanoseconds;

  /// The arguments outlive it.
  FlowMeter(const Surroundings& surroundings, Messages& messages)
      : surroundings_{surroundings}, messages_{messages} {}

  /// Notes that the device's stream begins, for the first time or again. `interval` is the time
  /// between two messages with the statistics; 0 for none.
  void stream_began(const FlowParts& at, Time interval);

  /// Notes that a frame goes downstream in `buffer`. `taken` is the driver's time of it on
  /// CLOCK_MONOTONIC; nullopt if it has none.
  void delivered(const FlowParts& at, GstBuffer* buffer, std::optional<Time> taken);

  /// Returns the time until the next message with the statistics. nullopt if there will be none.
  [[nodiscard]] std::optional<Time> next_report() const;

  /// Adds that message, if it is due. Returns true if it was.
  bool report_if_due();

  /// Forgets everything.
  void restart();

private:
  void measure(const FlowParts& at, Time now);
  bool report_if_due(Time now);
  [[nodiscard]] Time now() const;

  const Surroundings& surroundings_;
  Messages& messages_;
  RateMeter rate_;
  RateWatch watch_;
  Time interval_{};
  std::optional<Time> report_at_;
};

}  // namespace v4l2gst
