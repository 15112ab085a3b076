#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rigs/rig_with_bus.h"

namespace rig {

using Time = std::chrono::nanoseconds;

inline constexpr Time interval{33333333};

/// The fields of a QOS message.
struct Gap {
  guint64 running{};
  guint64 stream{};
  guint64 timestamp{};
  guint64 duration{};
  guint64 processed{};
  guint64 dropped{};
};

/// A camera at 30 frames a second, on clocks that stand still between two frames.
struct Steady {
  explicit Steady(const fake::Model& model = rig::camera("1"), const char* caps = rig::small_yuyv)
      : bused{model, caps} {
    rig.kernel.stop_clock();
    began = rig.kernel.clock().now();
  }

  void play() {
    rig.play();
    camera.wait_streaming(true);
  }

  /// Moves the camera's clock and the pipeline's clock.
  void pass(Time span) {
    rig.kernel.clock().add(span);
    gst_harness_set_time(rig.harness,
                         static_cast<GstClockTime>((rig.kernel.clock().now() - began).count()));
  }

  Buffer next(Time after = interval, const fake::FrameOptions& options = {}) {
    pass(after);
    return rig.next(options);
  }

  void frames(int count) {
    for (int frame = 0; frame < count; ++frame)
      next();
  }

  /// Fails unless the counters have these values, and add up.
  void fail_unless_lost(guint64 starved, guint64 device) const {
    const auto read = [this](const char* name) {
      return stat(rig.element, name);
    };
    fail_unless_equals_uint64(read("lost-starved"), starved);
    fail_unless_equals_uint64(read("lost-device"), device);
    fail_unless_equals_uint64(read("lost"), starved + device);
    fail_unless_equals_uint64(read("captured"), read("delivered") + read("starved") +
                                                    read("skipped") + read("damaged") +
                                                    read("overwritten"));
  }

  /// Returns the texts of the WARNINGs since the last call.
  std::vector<std::string> warnings() {
    hear();
    return std::exchange(warnings_, {});
  }

  /// Returns the next QOS message, or none.
  std::optional<Gap> gap() {
    hear();
    if (gaps_.empty()) return std::nullopt;
    const auto first = gaps_.front();
    gaps_.pop_front();
    return first;
  }

  Bused bused;
  Rig& rig{bused.rig};
  fake::Camera& camera{*bused.rig.camera};
  Time began{};

private:
  /// Takes all messages from the bus. Those that are not asked for are dropped.
  void hear() {
    while (auto* const message = gst_bus_pop(bused.bus)) {
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_QOS) gaps_.push_back(gap_of(message));
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) {
        GError* error{};
        gst_message_parse_warning(message, &error, nullptr);
        warnings_.emplace_back(error->message);
        g_error_free(error);
      }
      gst_message_unref(message);
    }
  }

  static Gap gap_of(GstMessage* message) {
    Gap gap;
    gboolean live{};
    gst_message_parse_qos(message, &live, &gap.running, &gap.stream, &gap.timestamp, &gap.duration);
    fail_unless(live);
    GstFormat format{};
    gst_message_parse_qos_stats(message, &format, &gap.processed, &gap.dropped);
    fail_unless_equals_int(format, GST_FORMAT_BUFFERS);
    return gap;
  }

  std::deque<Gap> gaps_;
  std::vector<std::string> warnings_;
};

}  // namespace rig
