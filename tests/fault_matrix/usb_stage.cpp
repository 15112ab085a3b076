#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "fault_matrix/real_faults.h"
#include "fault_matrix/real_stages.h"
#include "rigs/usb_camera.h"

namespace faults {
namespace {

constexpr std::size_t width = 320;
constexpr std::size_t small_size = width * 240 * 2;
constexpr auto nodrop = "/sys/module/uvcvideo/parameters/nodrop";

bool reads_one(const char* file) {
  std::ifstream stream{file};
  return stream.get() == '1';
}

class UsbStage final : public RealStage {
public:
  [[nodiscard]] std::string name() const override { return "uvcvideo"; }

  std::string path() override { return camera_.node(); }

  [[nodiscard]] std::string caps() const override {
    return "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
  }

  void reset() override {
    leave();
    other_.unplug();
    if (std::exchange(keeps_damage_, false)) {
      write_text(nodrop, "0");
      camera_.unplug();
    }
    camera_.plug(0);
    for (const auto* const command : {"error off", "drop off", "truncate off", "empty off",
                                      "stall off", "start-delay 0", "enospc off"})
      camera_.tell(command);
  }

  std::string wrong(GstBuffer* buffer) override {
    if (gst_buffer_get_size(buffer) != small_size) return "its size";
    std::vector<std::uint8_t> bytes(small_size);
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    std::uint32_t number{};
    std::uint32_t marks{};
    for (unsigned i = 0; i < 4; ++i)
      number |= static_cast<std::uint32_t>(bytes[std::size_t{2} * i]) << (8 * i);
    for (unsigned i = 0; i < 32; ++i)
      if (bytes[(8 * width + std::size_t{8} * i + 4) * 2] > 128) marks |= 1U << i;
    const auto last = std::exchange(last_, number);
    if (number == marks && (number > last || last == 0)) return {};
    return "it is number " + std::to_string(number) + ", its marks say " + std::to_string(marks) +
           ", and the last was " + std::to_string(last);
  }

  std::vector<Fault> faults() override {
    std::vector<Fault> all;
    all.push_back({.name = "a metadata node",
                   .when = {Moment::before},
                   .strike = [] {},
                   .device = "/dev/video1"});
    add_others(all);
    add_losses(all);
    add_silences(
        all, [this] { camera_.tell("stall on"); }, [this] { camera_.tell("stall off"); },
        std::chrono::seconds{1});
    add_starts(all);
    add_damage(all);
    return all;
  }

private:
  [[nodiscard]] Fault lasting(const char* name, const std::string& command, const std::string& end,
                              std::vector<Moment> when) {
    return {.name = name,
            .when = std::move(when),
            .strike = [this, command] { camera_.tell(command); },
            .heal =
                [this, end] {
                  camera_.tell(end);
                }};
  }

  /// Returns the USB interface behind the node, such as "1-1:1.0".
  std::string interface() {
    const auto name = camera_.node().substr(sizeof "/dev/" - 1);
    return std::filesystem::canonical("/sys/class/video4linux/" + name + "/device")
        .filename()
        .string();
  }

  void add_losses(std::vector<Fault>& all) {
    Fault unplugged{.name = "unplugged",
                    .when = once_there,
                    .strike = [this] { camera_.unplug(); },
                    .heal =
                        [this] {
                          camera_.plug(0);
                        }};
    add_policies(all, unplugged, "on-disconnect", {"error", "eos"});
    unplugged.name = "unplugged, comes back";
    unplugged.when = once_there;
    unplugged.healed_at = "`waiting`";
    add_policies(all, unplugged, "on-disconnect", {"wait"});
    unplugged.name = "unplugged, comes back elsewhere, another has its number";
    unplugged.when = once_there;
    unplugged.heal = [this] {
      other_.plug(1);
      camera_.plug(0);
    };
    add_policies(all, unplugged, "on-disconnect", {"wait"});
    Fault unbound{.name = "its driver is unbound",
                  .when = once_there,
                  .strike =
                      [this] {
                        interface_ = interface();
                        write_text("/sys/bus/usb/drivers/uvcvideo/unbind", interface_);
                      },
                  .heal =
                      [this] {
                        write_text("/sys/bus/usb/drivers/uvcvideo/bind", interface_);
                        camera_.wait_for_node();
                      }};
    add_policies(all, unbound, "on-disconnect", {"error"});
    unbound.name = "its driver is unbound, and bound again";
    unbound.healed_at = "`waiting`";
    add_policies(all, unbound, "on-disconnect", {"wait"});
    Fault barred{.name = "deauthorised",
                 .when = once_there,
                 .strike =
                     [this] {
                       const auto face = interface();
                       switch_ =
                           "/sys/bus/usb/devices/" + face.substr(0, face.find(':')) + "/authorized";
                       write_text(switch_, "0");
                     },
                 .heal =
                     [this] {
                       write_text(switch_, "1");
                       camera_.wait_for_node();
                     }};
    add_policies(all, barred, "on-disconnect", {"error"});
    barred.name = "deauthorised, and authorised again";
    barred.healed_at = "`waiting`";
    add_policies(all, barred, "on-disconnect", {"wait"});
  }

  void add_starts(std::vector<Fault>& all) {
    const std::vector beginning{Moment::before, Moment::start};
    all.push_back(lasting("no bandwidth is left (ENOSPC from VIDIOC_STREAMON)", "enospc on",
                          "enospc off", beginning));
    add_shortage(
        all, [this] { camera_.tell("enospc above 3000000"); },
        [this] { camera_.tell("enospc off"); });
    all.push_back(
        lasting("the first frame takes 3 s", "start-delay 3000", "start-delay 0", beginning));
    all.push_back(all.back());
    all.back().name += ", `first-frame-timeout` of 1 s";
    all.back().properties = {{"first-frame-timeout", "1000000000"}};
  }

  void add_damage(std::vector<Fault>& all) {
    all.push_back(lasting("frames are lost", "drop every 2", "drop off", always));
    all.push_back(
        lasting("empty frames, which uvcvideo leaves out", "empty every 2", "empty off", always));
    all.push_back(lasting("frames with `V4L2_BUF_FLAG_ERROR`, which uvcvideo leaves out",
                          "error every 2", "error off", always));
    all.push_back(lasting("short frames, which uvcvideo leaves out", "truncate every 2",
                          "truncate off", always));
    for (const auto* const kind : {"error", "truncate"}) {
      auto fault = lasting(
          std::strcmp(kind, "error") == 0 ? "frames with `V4L2_BUF_FLAG_ERROR`" : "short frames",
          std::string{kind} + " every 2", std::string{kind} + " off", while_playing);
      fault.prepare = [this] {
        write_text(nodrop, "1");
        keeps_damage_ = true;
        camera_.unplug();
        camera_.plug(0);
      };
      fault.blurs = true;
      add_policies(all, fault, "on-corrupt", {"drop", "flag", "pass"});
    }
    auto cut =
        lasting("JPEG images without an end", "truncate every 2", "truncate off", while_playing);
    cut.caps = "image/jpeg,width=320,height=240,framerate=30/1";
    add_policies(all, cut, "on-corrupt", {"drop", "flag", "pass"});
  }

  real::UsbCamera camera_{"USBCAM_CONTROL_1"};
  real::UsbCamera other_{"USBCAM_CONTROL_2"};
  // Linux 7.2 has nodrop=1 by default, and 6.12 had nodrop=0.
  bool keeps_damage_{reads_one(nodrop)};
  std::uint32_t last_{};
  std::string interface_;
  std::string switch_;
};

}  // namespace

std::unique_ptr<Stage> usb_stage() {
  return std::make_unique<UsbStage>();
}

}  // namespace faults
