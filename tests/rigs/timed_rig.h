#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>

#include "rigs/rig.h"

namespace rig {

/// Returns a camera with small pictures, so that many frames take little time.
inline fake::Model tiny_camera() {
  auto model = fake::webcam();
  model.formats = {
      {.fourcc = V4L2_PIX_FMT_YUYV, .modes = {{.size = {16, 16}, .intervals = {{1, 30}}}}}};
  return model;
}

inline constexpr auto tiny_yuyv = "video/x-raw,format=YUY2,width=16,height=16";

/// A TimedRig is a rig whose two clocks stand still until the test moves them.
struct TimedRig {
  using Nanoseconds = std::chrono::nanoseconds;

  /// The time of CLOCK_MONOTONIC at the start.
  static constexpr std::chrono::seconds began{1000};
  static constexpr Nanoseconds interval{1'000'000'000 / 30};
  /// The time from the start of a frame until it arrives.
  static constexpr Nanoseconds delay{35'000'000};

  explicit TimedRig(const fake::Model& model = tiny_camera(), const char* caps = tiny_yuyv)
      : rig{model, caps} {
    gst_harness_use_testclock(rig.harness);
    move_to(Nanoseconds{});
  }

  /// Moves both clocks to `since` after the start.
  void move_to(Nanoseconds since) {
    now = since;
    rig.kernel.set_time(began + since);
    gst_harness_set_time(rig.harness, static_cast<GstClockTime>(shown(since).count()));
  }

  /// Starts to play, and waits until the device streams.
  void play() {
    rig.play();
    rig.camera->wait_streaming(true);
  }

  /// Returns the next frame, which was taken at `taken` after the start. `options` may have another
  /// timestamp.
  Buffer next(Nanoseconds taken, fake::FrameOptions options = {}) {
    move_to(taken + arrives_after);
    if (!options.timestamp) options.timestamp = began + taken;
    return rig.next(options);
  }

  /// Returns the running time of the element at `since` after the start.
  [[nodiscard]] std::int64_t running(Nanoseconds since) const {
    return shown(since).count() - static_cast<std::int64_t>(gst_element_get_base_time(rig.element));
  }

  /// Returns how far the PTS of a frame is from the running time at which it was taken.
  [[nodiscard]] Nanoseconds error(const Buffer& frame, Nanoseconds taken) const {
    return Nanoseconds{
        std::abs(static_cast<std::int64_t>(GST_BUFFER_PTS(frame.get())) - running(taken))};
  }

  Rig rig;
  Nanoseconds now{};
  Nanoseconds arrives_after{delay};
  /// What the pipeline's clock shows.
  std::function<Nanoseconds(Nanoseconds)> shown = [](Nanoseconds since) {
    return since + std::chrono::seconds{7};
  };
};

/// The answer to a LATENCY query.
struct Latency {
  bool live{};
  GstClockTime least{};
  GstClockTime most{};
};

/// Asks the element for its latency.
inline Latency latency_of(GstElement* element) {
  auto* const query = gst_query_new_latency();
  auto* const pad = gst_element_get_static_pad(element, "src");
  fail_unless(gst_pad_query(pad, query));
  gst_object_unref(pad);
  gboolean live{};
  Latency latency;
  gst_query_parse_latency(query, &live, &latency.least, &latency.most);
  latency.live = live != FALSE;
  gst_query_unref(query);
  return latency;
}

}  // namespace rig
