// Has drivers stamp their frames in other ways, and compares the PTS with the stamps and with the
// arrivals. Prints TAP.
//
//   timestamps vivid DEVICE
//   timestamps usb
//
// USBCAM_CONTROL_1 is the control socket of a USB camera of tests/usbcam.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rigs/buffer_probe.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"
#include "rigs/usb_camera.h"

namespace {

using real::Tap;

constexpr auto vivid_caps = "video/x-raw,format=YUY2,width=320,height=180,framerate=30/1";
constexpr auto usb_caps = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
constexpr std::int64_t interval = GST_SECOND / 30;

/// The times of a frame, all on CLOCK_MONOTONIC.
struct Times {
  std::int64_t pts{};
  std::int64_t stamp{};
  std::int64_t left{};  ///< when the frame left the element
};

/// Plays a device and keeps the times of its frames.
class Playing {
public:
  Playing(const std::string& device, const char* caps) : alone_{device, kernel_, caps} {}

  /// Plays, and waits for so many frames more. Returns the times of all so far.
  std::vector<Times> frames(std::size_t count) {
    alone_.play();
    for (std::size_t i = 0; i < count; ++i)
      if (!alone_.next()) break;
    const std::lock_guard lock{mutex_};
    return times_;
  }

  /// Pauses for that long. Returns false if an ERROR, a WARNING or a loss is posted before the end.
  [[nodiscard]] bool pause_for(GstClockTime time) const {
    gst_element_set_state(alone_.element, GST_STATE_PAUSED);
    return is_quiet_for(time);
  }

  [[nodiscard]] bool is_quiet_for(GstClockTime time) const {
    constexpr auto complaints =
        static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_QOS);
    auto* const message = gst_bus_timed_pop_filtered(alone_.bus, time, complaints);
    if (message == nullptr) return true;
    Tap::explain(GST_MESSAGE_TYPE_NAME(message));
    gst_message_unref(message);
    return false;
  }

  [[nodiscard]] guint64 stat(const char* name) const { return rig::stat(alone_.element, name); }

  /// Returns true if a WARNING says that timestamps are wrong.
  [[nodiscard]] bool warned_of_time() const {
    bool warned{};
    while (auto* const message = gst_bus_pop_filtered(alone_.bus, GST_MESSAGE_WARNING)) {
      GError* error{};
      gst_message_parse_warning(message, &error, nullptr);
      Tap::explain(error->message);
      warned = warned || std::string_view{error->message}.contains("timestamp");
      g_error_free(error);
      gst_message_unref(message);
    }
    return warned;
  }

private:
  void see(GstBuffer* buffer) {
    const auto* const meta =
        gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer, "v4l2cppsrc-frame"));
    guint64 stamp{};
    gst_structure_get_uint64(meta, "timestamp", &stamp);
    const std::lock_guard lock{mutex_};
    // The harness's clock is CLOCK_MONOTONIC.
    times_.push_back({.pts = static_cast<std::int64_t>(GST_BUFFER_PTS(buffer) +
                                                       gst_element_get_base_time(alone_.element)),
                      .stamp = static_cast<std::int64_t>(stamp),
                      .left = g_get_monotonic_time() * 1000});
  }

  real::Between kernel_;
  real::Alone alone_;
  std::mutex mutex_;  // guards all below
  std::vector<Times> times_;
  rig::BufferProbe probe_{alone_.element, [this](GstBuffer* buffer) {
                            see(buffer);
                            return GST_PAD_PROBE_OK;
                          }};
};

std::string us(std::int64_t nanoseconds) {
  return std::to_string(nanoseconds / 1000) + " us";
}

/// Returns the largest distance of a PTS from its stamp less `age`. The first frames are left out:
/// what is computed is not before the start of the stream.
std::int64_t farthest_from_stamp(const std::vector<Times>& frames, std::int64_t age) {
  std::int64_t most{};
  for (std::size_t i = 2; i < frames.size(); ++i)
    most = std::max(most, std::abs(frames[i].pts - (frames[i].stamp - age)));
  return most;
}

/// Returns the largest distance of a PTS from one interval before the frame left.
std::int64_t farthest_from_arrival(const std::vector<Times>& frames) {
  std::int64_t most{};
  for (std::size_t i = 2; i < frames.size(); ++i)
    most = std::max(most, std::abs(frames[i].pts - (frames[i].left - interval)));
  return most;
}

/// Returns how often one of these times was not later than the one before.
template <class Member>
std::size_t steps_back(const std::vector<Times>& frames, Member time) {
  std::size_t count{};
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (frames[i].*time <= frames[i - 1].*time) ++count;
  return count;
}

void stamp_the_start_or_the_end(Tap& tap, const char* device) {
  const real::Controls controls{device};
  for (const bool start : {true, false}) {
    controls.choose("Timestamp Source", start ? "Start of Exposure" : "End of Frame");
    Playing playing{device, vivid_caps};
    const auto frames = playing.frames(100);
    const std::string what = start ? "start of exposure" : "end of frame";
    const auto off = farthest_from_stamp(frames, start ? 0 : interval);
    tap.point(frames.size() == 100 && off == 0,
              what + ": PTS is " + (start ? "the driver's stamp" : "an interval before the stamp") +
                  " exactly, " + us(off) + " off");
  }
}

/// vivid's stamps are in the year 2106 then, and leave it after 16 s.
void wrap_the_timestamp(Tap& tap, const char* device) {
  const real::Controls controls{device};
  controls.set("Wrap Timestamp", 1);
  Playing playing{device, vivid_caps};
  const auto frames = playing.frames(600);
  tap.point(frames.size() == 600, "600 frames with stamps that wrap");
  tap.point(steps_back(frames, &Times::pts) == 0, "no PTS is repeated, and none goes back");
  const auto off = farthest_from_arrival(frames);
  tap.point(off < 15 * GST_MSECOND, "each is near its arrival: " + us(off));
  tap.point(playing.stat("lost") < 60,
            "and none of it is a loss: " + std::to_string(playing.stat("lost")));
  tap.point(!playing.warned_of_time(), "a driver that never had good stamps has no WARNING");
  controls.set("Wrap Timestamp", 0);
}

/// Each pause lasts 2 s of the machine's time, in which vivid fills its buffers.
void pause_a_hundred_times(Tap& tap, const char* device) {
  constexpr std::size_t turns = 100;
  constexpr std::size_t each = 3;
  Playing playing{device, vivid_caps};
  auto frames = playing.frames(each);
  bool quiet = true;
  for (std::size_t turn = 0; turn < turns && frames.size() == (turn + 1) * each; ++turn) {
    quiet = playing.pause_for(2 * GST_SECOND) && quiet;
    frames = playing.frames(each);
  }
  tap.point(frames.size() == (turns + 1) * each, "each of 100 pauses of 2 s ends with a frame");
  tap.point(steps_back(frames, &Times::pts) == 0, "no PTS is repeated, and none goes back");
  std::int64_t oldest{};
  for (const auto& frame : frames)
    oldest = std::max(oldest, frame.left - frame.pts);
  tap.point(oldest < 3 * interval, "no frame is stale: the oldest has " + us(oldest));
  tap.point(playing.stat("lost") == 0 && quiet && playing.is_quiet_for(0),
            "and no loss is reported");
}

/// uvcvideo computes stamps from the camera's clock and that of USB, which vhci_hcd does not have.
void compute_by_hardware(Tap& tap) {
  constexpr auto parameter = "/sys/module/uvcvideo/parameters/hwtimestamps";
  const real::UsbCamera camera{"USBCAM_CONTROL_1"};
  std::ofstream{parameter} << '1';
  camera.unplug();
  camera.plug(0);
  Playing playing{camera.node(), usb_caps};
  const auto frames = playing.frames(600);
  tap.point(frames.size() == 600, "600 frames with stamps that uvcvideo computes");
  std::int64_t ahead{};
  for (const auto& frame : frames)
    ahead = std::max(ahead, frame.stamp - frame.left);
  Tap::explain("the stamps go back " + std::to_string(steps_back(frames, &Times::stamp)) +
               " times, and are up to " + us(ahead) + " ahead of the arrival");
  tap.point(steps_back(frames, &Times::pts) == 0, "no PTS is repeated, and none goes back");
  const auto off = farthest_from_arrival(frames);
  tap.point(off < 2 * interval, "each is near its arrival: " + us(off));
  std::int64_t longest{};
  for (std::size_t i = 1; i < frames.size(); ++i)
    longest = std::max(longest, frames[i].pts - frames[i - 1].pts);
  tap.point(longest < 2 * interval, "no gap is made: at most " + us(longest));
  std::ofstream{parameter} << '0';
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  const std::string_view kind{argc > 1 ? argv[1] : ""};
  Tap tap;
  if (kind == "vivid" && argc == 3) {
    stamp_the_start_or_the_end(tap, argv[2]);
    wrap_the_timestamp(tap, argv[2]);
    pause_a_hundred_times(tap, argv[2]);
  } else if (kind == "usb") {
    compute_by_hardware(tap);
  } else {
    return 2;
  }
  return tap.end();
}
