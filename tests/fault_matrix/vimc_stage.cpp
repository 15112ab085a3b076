#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <sys/utsname.h>

#include "fault_matrix/real_faults.h"
#include "fault_matrix/real_stages.h"

namespace faults {
namespace {

constexpr auto node = "/dev/video2";
constexpr std::size_t picture_size = std::size_t{320} * 240 * 3;

/// Returns the series of the running kernel: "6.1" of 6.1.0-56-amd64.
std::string kernel_series() {
  utsname names{};
  static_cast<void>(uname(&names));
  const std::string release{names.release};
  return release.substr(0, release.find('.', release.find('.') + 1));
}

class VimcStage final : public RealStage {
public:
  /// Kernels differ in how many buffers vimc wants before it sends.
  [[nodiscard]] std::string name() const override { return "vimc " + kernel_series(); }

  [[nodiscard]] bool has_contrast() const override { return false; }

  std::string path() override { return node; }

  [[nodiscard]] std::string caps() const override {
    return "video/x-raw,format=RGB,width=320,height=240";
  }

  [[nodiscard]] bool has_rates() const override { return false; }

  void prepare_retry() override { set_up(); }

  void reset() override {
    leave();
    set_up();
  }

  std::string wrong(GstBuffer* buffer) override {
    if (gst_buffer_get_size(buffer) != picture_size) return "its size";
    std::vector<std::uint8_t> bytes(picture_size);
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    if (picture_.empty()) picture_ = bytes;
    return bytes == picture_ ? "" : "its picture";
  }

  std::vector<Fault> faults() override {
    std::vector<Fault> all;
    add_others(all);
    add_graphs(all);
    add_losses(all);
    return all;
  }

private:
  /// Runs commands of the script.
  void run(const std::string& commands) {
    is_set_up_ = false;
    const auto line = R"(. "$VIMC_SCRIPT"; )" + commands;
    if (std::system(line.c_str()) != 0) {
      std::printf("Bail out! '%s' fails\n", commands.c_str());
      std::exit(1);
    }
  }

  void set_up() {
    if (is_set_up_) return;
    run("hold_still; set_up 320x240");
    is_set_up_ = true;
  }

  /// Adds faults of the media graph. Its formats and links can be changed while no node streams.
  void add_graphs(std::vector<Fault>& all) {
    const std::vector<Moment> before_the_stream{Moment::before, Moment::start};
    const Fault unset{.name = "a media graph that is not set up",
                      .when = before_the_stream,
                      .strike = [this] { run("as_loaded 320x240"); },
                      .heal =
                          [this] {
                            set_up();
                          }};
    all.push_back(unset);
    add_policies(all, unset, "on-disconnect", {"wait", "eos"});
    const auto row = [&](const char* name, const char* command) {
      all.push_back({.name = name,
                     .when = before_the_stream,
                     .strike = [this, command] { run(command); },
                     .heal =
                         [this] {
                           set_up();
                         }});
    };
    row("a link of its media graph is off", R"(link '"Debayer A":1 -> "Scaler":0 [0]')");
    row("a size in its media graph does not fit", R"(pad '"Debayer A":0' SBGGR8_1X8/160x120)");
    row("its media graph sends another size", R"(pad '"Scaler":1' RGB888_1X24/160x120)");
    row("a side branch of its media graph does not fit", "node $raw RGB3 320x240");
    // The kernel refuses changes of a media graph that streams.
    all.push_back({.name = "another program changes its media graph",
                   .when = while_playing,
                   .strike = [this] { run("as_loaded 320x240 >/dev/null 2>&1 || :"); },
                   .heal =
                       [this] {
                         set_up();
                       }});
  }

  /// Adds losses. After the driver is bound again, the media graph is as after loading the module.
  void add_losses(std::vector<Fault>& all) {
    Fault unbound{.name = "its driver is unbound",
                  .when = once_there,
                  .strike =
                      [this] {
                        is_set_up_ = false;
                        write_text("/sys/bus/platform/drivers/vimc/unbind", "vimc.0");
                      },
                  .heal =
                      [] {
                        write_text("/sys/bus/platform/drivers/vimc/bind", "vimc.0");
                      }};
    add_policies(all, unbound, "on-disconnect", {"error"});
    unbound.name = "its driver is unbound, and bound again with its media graph as loaded";
    unbound.healed_at = "`waiting`";
    add_policies(all, unbound, "on-disconnect", {"wait"});
  }

  bool is_set_up_{};
  std::vector<std::uint8_t> picture_;
};

}  // namespace

std::unique_ptr<Stage> vimc_stage() {
  return std::make_unique<VimcStage>();
}

}  // namespace faults
