// Has a USB camera of tests/usbcam drop, empty and damage frames, and compares what the element
// counts with the numbers in the pictures. USBCAM_CONTROL_1 is the camera's control socket. Prints
// TAP.

#include <array>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <utility>

#include "rigs/buffer_probe.h"
#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"
#include "rigs/usb_camera.h"

namespace {

using real::Tap;

constexpr auto small = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
constexpr auto nodrop = "/sys/module/uvcvideo/parameters/nodrop";
constexpr guint64 wanted = 300;

/// What was counted when the camera had made enough frames.
struct Counts {
  guint64 made{};
  guint64 captured{};
  guint64 lost{};
  guint64 lost_starved{};
  guint64 damaged{};
};

/// Plays the camera until it has made enough frames, by the number that is in each picture.
class Playing {
public:
  explicit Playing(const std::string& device) : alone_{device, kernel_, small} { alone_.play(); }

  /// Returns the counts, or none after ten minutes.
  Counts wait() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::minutes{10}, [this] { return counts_.made > 0; });
    return counts_;
  }

private:
  void see(GstBuffer* buffer) {
    std::array<std::uint8_t, 8> bytes{};
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    std::uint32_t number{};
    for (unsigned i = 0; i < 4; ++i)
      number |= static_cast<std::uint32_t>(bytes[std::size_t{2} * i]) << (8 * i);
    const std::lock_guard lock{mutex_};
    if (!begun_) first_ = number;
    begun_ = true;
    const guint64 made = number - first_ + 1;
    // A gap in time alone is known one frame later. So is a frame without data: its buffer keeps
    // its sequence and time for the next frame (uvc_video_decode_start() in the kernel).
    const bool after_gap = number != std::exchange(last_, number) + 1 ||
                           GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT) != FALSE;
    if (counts_.made > 0 || made < wanted || after_gap) return;
    const auto read = [this](const char* name) {
      return rig::stat(alone_.element, name);
    };
    counts_ = {.made = made,
               .captured = read("captured"),
               .lost = read("lost"),
               .lost_starved = read("lost-starved"),
               .damaged = read("damaged")};
    changed_.notify_all();
  }

  real::Between kernel_;
  real::Alone alone_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool begun_{};
  std::uint32_t first_{};
  std::uint32_t last_{};
  Counts counts_;
  rig::BufferProbe probe_{alone_.element, [this](GstBuffer* buffer) {
                            see(buffer);
                            return GST_PAD_PROBE_DROP;
                          }};
};

Counts counts_with(const real::UsbCamera& camera, const std::string& fault) {
  camera.tell(fault + " every 10");
  const auto counts = Playing{camera.node()}.wait();
  camera.tell(fault + " off");
  Tap::explain(fault + ": " + std::to_string(counts.made) + " made, " +
               std::to_string(counts.captured) + " captured, " + std::to_string(counts.lost) +
               " lost, " + std::to_string(counts.lost_starved) + " of them starved, " +
               std::to_string(counts.damaged) + " damaged");
  return counts;
}

void keep_damage(const real::UsbCamera& camera, bool keep) {
  std::ofstream{nodrop} << (keep ? '1' : '0');
  camera.unplug();
  camera.plug(0);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  Tap tap;
  const real::UsbCamera camera{"USBCAM_CONTROL_1"};
  keep_damage(camera, false);
  constexpr auto tenth = wanted / 10;
  // uvcvideo numbers these frames, and sends none of them on.
  for (const auto* const fault : {"empty", "error"}) {
    const auto counts = counts_with(camera, fault);
    tap.point(counts.captured + counts.lost == counts.made, std::string{fault} + ": it adds up");
    tap.point(counts.lost >= tenth - 2, std::string{fault} + ": a tenth is lost");
    tap.point(counts.damaged == 0, std::string{fault} + ": none came damaged");
  }
  // It does not see these.
  const auto dropped = counts_with(camera, "drop");
  tap.point(dropped.captured + dropped.lost <= dropped.made, "drop: no more is lost than was made");
  tap.point(dropped.lost >= tenth / 2, "drop: the times show most of them");
  keep_damage(camera, true);
  const auto damaged = counts_with(camera, "error");
  tap.point(damaged.captured + damaged.lost == damaged.made, "error, kept: it adds up");
  tap.point(damaged.damaged >= tenth - 2, "error, kept: a tenth is damaged");
  keep_damage(camera, false);
  return tap.end();
}
