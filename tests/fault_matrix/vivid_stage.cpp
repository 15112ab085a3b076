#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "fault_matrix/real_faults.h"
#include "fault_matrix/real_stages.h"
#include "rigs/controls.h"

namespace faults {
namespace {

constexpr auto node = "/dev/video0";
constexpr std::size_t small_size = std::size_t{320} * 180 * 2;

class VividStage final : public RealStage {
public:
  [[nodiscard]] std::string name() const override { return "vivid"; }

  std::string path() override { return node; }

  [[nodiscard]] std::string caps() const override {
    return "video/x-raw,format=YUY2,width=320,height=180,framerate=30/1";
  }

  void reset() override {
    leave();
    const real::Controls controls{node};
    static_cast<void>(controls.select_input("Webcam"));
    controls.set("Percentage of Dropped Buffers", 0);
    controls.choose("OSD Text Mode", "None");
    controls.choose("DV Timings Signal Mode", "Current DV Timings");
    loaded_anew_ = false;
  }

  std::string wrong(GstBuffer* buffer) override {
    if (gst_buffer_get_size(buffer) != small_size) return "its size";
    // The picture stands still. A driver that was bound again writes text on it.
    const std::size_t free_of_text = loaded_anew_ ? small_size / 180 * 168 : 0;
    std::vector<std::uint8_t> bytes(small_size);
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    if (picture_.empty()) picture_ = bytes;
    return std::equal(picture_.begin() + static_cast<std::ptrdiff_t>(free_of_text), picture_.end(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(free_of_text))
               ? ""
               : "its picture";
  }

  std::vector<Fault> faults() override {
    std::vector<Fault> all;
    const auto node_row = [&](const char* name, const char* device) {
      all.push_back({.name = name, .when = {Moment::before}, .strike = [] {}, .device = device});
    };
    node_row("a metadata node", "/dev/video2");
    node_row("an output node", "/dev/video1");
    add_others(all);
    add_losses(all);
    add_silences(
        all, [] { drop(100); }, [] { drop(0); }, std::chrono::seconds{1}, true);
    add_injected(all);
    return all;
  }

private:
  static void press(const char* button) { real::Controls{node}.set(button, 1); }

  static void drop(std::int32_t percentage) {
    real::Controls{node}.set("Percentage of Dropped Buffers", percentage);
  }

  void add_losses(std::vector<Fault>& all) {
    // vivid connects again by itself when the last descriptor is closed.
    Fault unplugged{.name = "unplugged", .when = once_there, .strike = [] {
                      press("Disconnect");
                    }};
    add_policies(all, unplugged, "on-disconnect", {"error", "eos"});
    unplugged.name = "unplugged, comes back";
    add_policies(all, unplugged, "on-disconnect", {"wait"});
    Fault unbound{.name = "its driver is unbound",
                  .when = once_there,
                  .strike =
                      [this] {
                        loaded_anew_ = true;
                        write_text("/sys/bus/platform/drivers/vivid/unbind", "vivid.0");
                      },
                  .heal =
                      [] {
                        write_text("/sys/bus/platform/drivers/vivid/bind", "vivid.0");
                      }};
    add_policies(all, unbound, "on-disconnect", {"error"});
    unbound.name = "its driver is unbound, and bound again";
    unbound.healed_at = "`waiting`";
    add_policies(all, unbound, "on-disconnect", {"wait"});
    Fault fatal{
        .name = "the driver gives up (`vb2_queue_error()`)", .when = while_playing, .strike = [] {
          press("Inject Fatal Streaming Error");
        }};
    add_policies(all, fatal, "on-disconnect", {"error", "wait", "eos"});
  }

  static void add_injected(std::vector<Fault>& all) {
    const auto at_start = [&](const char* call, const char* button) {
      all.push_back({.name = std::string{"vivid's \""} + button + "\" (EINVAL from " + call + ")",
                     .when = {Moment::before, Moment::start},
                     .strike = [button] {
                       press(button);
                     }});
    };
    at_start("VIDIOC_REQBUFS", "Inject VIDIOC_REQBUFS Error");
    at_start("VIDIOC_STREAMON", "Inject VIDIOC_STREAMON Error");
    all.push_back({.name = "vivid's \"Inject VIDIOC_QBUF Error\" (EINVAL from VIDIOC_QBUF)",
                   .when = always,
                   .strike = [] {
                     press("Inject VIDIOC_QBUF Error");
                   }});
    add_policies(all,
                 {.name = "a frame with `V4L2_BUF_FLAG_ERROR`",
                  .when = while_playing,
                  .strike = [] { press("Inject V4L2_BUF_FLAG_ERROR"); },
                  .blurs = true},
                 "on-corrupt", {"drop", "flag", "pass"});
    all.push_back({.name = "half of the frames are dropped",
                   .when = always,
                   .strike = [] { drop(50); },
                   .heal =
                       [] {
                         drop(0);
                       }});
    const auto signal = [](const char* mode) {
      const real::Controls controls{node};
      controls.choose("DV Timings Signal Mode", mode);
    };
    all.push_back({.name = "nothing comes in at its input",
                   .when = always,
                   .prepare =
                       [] {
                         const real::Controls controls{node};
                         static_cast<void>(controls.select_input("HDMI"));
                       },
                   .strike = [signal] { signal("No Signal"); },
                   .heal = [signal] { signal("Current DV Timings"); },
                   .healed_at = "`signal-lost`",
                   .caps = "video/x-raw,format=YUY2"});
  }

  bool loaded_anew_{};
  std::vector<std::uint8_t> picture_;
};

}  // namespace

std::unique_ptr<Stage> vivid_stage() {
  return std::make_unique<VividStage>();
}

}  // namespace faults
