#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device/format.h"
#include "fault_matrix/real_faults.h"
#include "fault_matrix/real_stages.h"
#include "kernel/mapping.h"
#include "kernel/unique_fd.h"
#include "rigs/controls.h"
#include "rigs/producer.h"

namespace faults {
namespace {

using real::die;
using real::Picture;
using real::Producer;

constexpr auto node = "/dev/video0";            // exclusive_caps=0
constexpr auto exclusive_node = "/dev/video1";  // exclusive_caps=1
constexpr auto module_directory = "/sys/module/v4l2loopback";
constexpr auto any_picture = "video/x-raw";

constexpr Picture usual{};
constexpr Picture smaller{.width = 160, .height = 120, .bytes = std::size_t{160} * 120 * 2};
constexpr Picture larger{.width = 640, .height = 480, .bytes = std::size_t{640} * 480 * 2};
constexpr Picture grey{.fourcc = V4L2_PIX_FMT_GREY, .bytes = std::size_t{320} * 240};

/// Another program that streams from the device.
class Reader {
public:
  explicit Reader(const std::string& path) : node_{open(path.c_str(), O_RDWR | O_CLOEXEC)} {
    v4l2_requestbuffers request{};
    request.count = 2;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    // Since 0.13 only one program captures at a time.
    if (ioctl(node_.get(), VIDIOC_REQBUFS, &request) != 0) return;
    for (std::uint32_t index = 0; index < request.count; ++index) {
      v4l2_buffer buffer{};
      buffer.index = index;
      buffer.type = request.type;
      if (ioctl(node_.get(), VIDIOC_QUERYBUF, &buffer) != 0) die("a second reader gets no buffer");
      mappings_.push_back(
          *v4l2::Mapping::map(v4l2::system_kernel(), node_.get(), buffer.length, buffer.m.offset));
    }
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (ioctl(node_.get(), VIDIOC_STREAMON, &type) != 0) die("a second reader can't stream");
  }

private:
  v4l2::UniqueFd node_;
  std::vector<v4l2::Mapping> mappings_;
};

class LoopbackStage final : public RealStage {
public:
  LoopbackStage() {
    // Version 0.12 has no version file.
    version_ = read_line("version");
    version_ = version_.empty() ? "0.12" : version_.substr(0, version_.rfind('.'));
  }

  [[nodiscard]] std::string name() const override { return "loopback " + version_; }

  [[nodiscard]] bool has_contrast() const override { return false; }

  std::string path() override { return path_; }

  [[nodiscard]] std::string caps() const override {
    return "video/x-raw,format=YUY2,width=320,height=240";
  }

  void reset() override {
    leave();
    end();
    if (is_loaded()) {
      limit_openers("10");
      tune("sustain_framerate", 0);
      tune("timeout", 0);
    } else {
      load();
    }
    path_ = node;
    feed();
  }

  std::size_t open_nodes() override {
    return open_video_nodes() - (producer_ ? 1 : 0) - (reader_ ? 1 : 0);
  }

  std::string wrong(GstBuffer* buffer) override {
    if (gst_buffer_get_size(buffer) != usual.bytes) return "its size";
    std::vector<unsigned char> bytes(usual.bytes);
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    return std::ranges::count(bytes, bytes[0]) == std::ssize(bytes) ? "" : "its picture";
  }

  std::vector<Fault> faults() override {
    std::vector<Fault> all;
    add_absence(all);
    add_others(all);
    add_programs(all);
    add_losses(all);
    add_silences(
        all, [this] { producer_->pause(true); }, [this] { producer_->pause(false); },
        std::chrono::seconds{1});
    add_ends(all);
    add_fillers(all);
    return all;
  }

private:
  void feed(const Picture& picture = usual) {
    end();
    producer_ = std::make_unique<Producer>(path_, picture);
  }

  /// Closes the device in all programs but the element.
  void end() {
    producer_.reset();
    reader_.reset();
  }

  void tune(const char* control, std::int32_t value) const {
    real::Controls{path_}.set(control, value);
  }

  /// Returns the size of the device's format. Returns no size if there is none.
  [[nodiscard]] v4l2::Size size() const {
    const v4l2::UniqueFd file{open(path_.c_str(), O_RDWR | O_CLOEXEC)};
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (ioctl(file.get(), VIDIOC_G_FMT, &format) != 0) return {};
    return {.width = format.fmt.pix.width, .height = format.fmt.pix.height};
  }

  void limit_openers(const char* count) const {
    write_text("/sys/class/video4linux/" + path_.substr(sizeof "/dev/" - 1) + "/max_openers",
               count);
  }

  static std::string read_line(const char* of_module) {
    std::ifstream file{std::string{module_directory} + "/" + of_module};
    std::string line;
    std::getline(file, line);
    return line;
  }

  static bool is_loaded() { return access(module_directory, F_OK) == 0; }

  static void unload() {
    if (syscall(SYS_delete_module, "v4l2loopback", O_NONBLOCK) != 0)
      die("the module can't be removed");
  }

  void load() const {
    const v4l2::UniqueFd file{
        open("/run/v4l2cpp-vm/job/modules/v4l2loopback.ko", O_RDONLY | O_CLOEXEC)};
    const auto options = "devices=2 exclusive_caps=0,1 max_buffers=" + buffers_;
    if (syscall(SYS_finit_module, file.get(), options.c_str(), 0) != 0)
      die("the module can't be loaded");
  }

  /// Adds devices without a producer.
  void add_absence(std::vector<Fault>& all) {
    // The element leaves the format alone. Since 0.13 the device remembers it, and a producer may
    // not look whether it got the format that it asked for.
    Fault unfed{.name = "a loopback device without a producer",
                .when = {Moment::before},
                .strike =
                    [this] {
                      feed(smaller);
                      end();
                      left_ = size();
                    },
                .heal =
                    [this] {
                      if (size() != left_)
                        die("the element has changed the format of a device without a producer");
                      feed();
                    },
                .healed_at = "`waiting`"};
    const std::vector<std::string> policies{"error", "wait", "eos"};
    add_policies(all, unfed, "on-disconnect", policies);
    unfed.name = "a loopback device that is an output until it is fed";
    unfed.prepare = [this] {
      end();
      path_ = exclusive_node;
      feed();
    };
    add_policies(all, unfed, "on-disconnect", policies);
    unfed.prepare = {};
    unfed.name = "a loopback device without a producer, EOS is sent";
    unfed.demand = Demand::eos;
    add_policies(all, unfed, "on-disconnect", {"wait"});
  }

  void add_programs(std::vector<Fault>& all) {
    all.push_back({.name = "another program reads as well",
                   .when = always,
                   .strike = [this] { reader_ = std::make_unique<Reader>(path_); },
                   .heal =
                       [this] {
                         reader_.reset();
                       }});
    all.push_back({.name = "as many have it open as may (`max_openers`)",
                   .when = {Moment::before},
                   .strike = [this] { limit_openers("1"); },
                   .heal =
                       [this] {
                         limit_openers("10");
                       }});
  }

  void add_losses(std::vector<Fault>& all) {
    Fault unloaded{.name = "its module is unloaded",
                   .when = {Moment::before},
                   .strike =
                       [this] {
                         end();
                         unload();
                       },
                   .heal =
                       [this] {
                         load();
                         feed();
                       }};
    add_policies(all, unloaded, "on-disconnect", {"error"});
    unloaded.name = "its module is unloaded, and loaded again";
    unloaded.healed_at = "`waiting`";
    add_policies(all, unloaded, "on-disconnect", {"wait"});
  }

  /// Adds producers that end. As long as the element has the device open, the device keeps its
  /// format.
  void add_ends(std::vector<Fault>& all) {
    Fault ended{.name = "its producer ends, and another one feeds it",
                .when = while_playing,
                .strike = [this] { end(); },
                .heal = [this] { feed(); },
                .healed_at = "now"};
    all.push_back(ended);
    ended.name += ", `exclusive_caps=1`";
    ended.prepare = [this] {
      end();
      path_ = exclusive_node;
      feed();
    };
    all.push_back(ended);
    ended.prepare = {};
    // At the start the driver turns half a frame into a whole one.
    ended.name = "its producer ends in the middle of a frame, and another one feeds it";
    ended.strike = [this] {
      producer_->write_half();
      end();
    };
    all.push_back(ended);
    add_others_pictures(all);
    add_long_ends(all);
  }

  /// Adds producers of another picture. They ignore the format that the device has.
  void add_others_pictures(std::vector<Fault>& all) {
    const auto other = [&](const char* name, const Picture& picture) {
      all.push_back({.name = std::string{"its producer ends, and one of "} + name + " feeds it",
                     .when = once_there,
                     .strike = [this, picture] { feed(picture); },
                     .heal = [this] { feed(); },
                     .caps = any_picture});
    };
    other("a smaller size", smaller);
    other("a larger size", larger);
    other("another format", grey);
  }

  void add_long_ends(std::vector<Fault>& all) {
    const bool remembers_more = version_ != "0.12";
    Fault ended{
        .properties = {{"stall-timeout", "1000000000"}, {"first-frame-timeout", "1000000000"}},
        .strike = [this] { end(); },
        .heal =
            [this] {
              feed();
            }};
    const auto row = [&](const char* stall, const char* disconnect, const char* told) {
      auto one = ended;
      one.name = "its producer ends";
      one.when = while_playing;
      // Since 0.13 the driver reports that there is no signal. The element then has no stream to
      // restart.
      one.healed_at = remembers_more ? "`signal-lost`" : told;
      add_policies(all, one, "on-stall", {stall});
      one = all.back();
      all.pop_back();
      add_policies(all, one, "on-disconnect", {disconnect});
    };
    row("warn", "error", "`stalled`");
    row("restart", "error", "`restarted`");
    row("error", "error", "`stalled`");
    row("reopen", "error", "`lost`");
    row("reopen", "wait", "`waiting`");
    row("reopen", "eos", "`lost`");
    ended.when = {Moment::start};
    ended.properties.emplace_back("on-stall", "reopen");
    ended.healed_at = "`waiting`";
    ended.name = "its producer ends before the start, `on-stall=reopen`";
    add_policies(all, ended, "on-disconnect", {"error", "wait", "eos"});
  }

  /// Adds pauses of the producer that the driver itself fills.
  void add_fillers(std::vector<Fault>& all) {
    Fault silent{.name = "it falls silent, and shows an image for that (`timeout`)",
                 .when = always,
                 .properties = {{"stall-timeout", "1000000000"}},
                 .prepare = [this] { tune("timeout", 100); },
                 .strike = [this] { producer_->pause(true); },
                 .heal =
                     [this] {
                       producer_->pause(false);
                     }};
    all.push_back(silent);
    silent.name = "it falls silent, and shows the latest frame again (`sustain_framerate`)";
    silent.prepare = [this] {
      tune("sustain_framerate", 1);
    };
    all.push_back(silent);
  }

  std::string version_;
  std::string buffers_{read_line("parameters/max_buffers")};
  std::string path_{node};
  v4l2::Size left_{};  // by the former producer
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace

std::unique_ptr<Stage> loopback_stage() {
  return std::make_unique<LoopbackStage>();
}

}  // namespace faults
