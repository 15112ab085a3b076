#include "fake/preload_camera.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>

#include <linux/videodev2.h>

#include "fake/paced_camera.h"
#include "fake/preload.h"

namespace fake {
namespace {

constexpr auto node_path = "/dev/video-fake";
constexpr auto second_path = "/dev/video-fake-2";

std::string_view words() {
  const char* const value = std::getenv("V4L2CPP_FAKE");
  return value != nullptr ? value : "";
}

bool has(std::string_view word) {
  return words().contains(word);
}

/// Returns what stands behind `name`, as in "stamps=zero".
std::optional<std::string_view> value_of(std::string_view name) {
  const auto place = words().find(name);
  if (place == std::string_view::npos) return std::nullopt;
  const auto value = words().substr(place + name.size());
  return value.substr(0, value.find(','));
}

/// Returns a camera of any size, whose V4L2_CID_EXPOSURE is governed by V4L2_CID_EXPOSURE_AUTO.
Model sensor() {
  auto model = webcam();
  model.formats.push_back({.fourcc = V4L2_PIX_FMT_RGB565, .modes = {}});
  for (auto& format : model.formats) {
    format.modes = {{.size = {64, 64}, .intervals = {}},
                    {.size = {1920, 1088}, .intervals = {{1, 60}, {1, 30}, {1, 15}}}};
    format.step = {2, 2};
  }
  std::erase_if(model.controls, [](const auto& control) {
    return control.id == V4L2_CID_BRIGHTNESS || control.id == V4L2_CID_EXPOSURE_ABSOLUTE;
  });
  model.controls.insert(
      model.controls.begin(),
      {.id = V4L2_CID_BRIGHTNESS, .name = "Brightness", .maximum = 255, .initial = 128});
  model.controls.push_back({.id = V4L2_CID_EXPOSURE,
                            .name = "Exposure",
                            .minimum = 1,
                            .maximum = 10'000'000,
                            .initial = 1000,
                            .automatic = V4L2_CID_EXPOSURE_AUTO,
                            .manual_value = V4L2_EXPOSURE_MANUAL});
  return model;
}

Model model() {
  if (has("sensor")) return sensor();
  auto chosen = has("multiplanar") ? multiplanar_camera() : webcam();
  chosen.controls = rich_controls();
  chosen.exports = !has("no-export");
  chosen.orphans = !has("no-orphans");
  chosen.creates = !has("no-create");
  chosen.has_rates = !has("no-rates");
  if (has("no-jpeg"))
    std::erase_if(chosen.formats,
                  [](const auto& format) { return format.fourcc == V4L2_PIX_FMT_MJPEG; });
  return chosen;
}

void plug_into(FakeKernel& kernel, const char* path) {
  const auto camera = kernel.plug(path, model());
  if (const auto kind = value_of("stamps="))
    pace(camera, std::chrono::nanoseconds{std::chrono::seconds{1}} / 30, stamps_of(*kind));
  else
    camera->always_ready(has("paint"));
}

}  // namespace

bool PreloadCamera::is_at(std::string_view path) {
  return path == node_path || path == second_path || (path == listed_path && is_listed());
}

int PreloadCamera::open(std::string_view path, int flags) {
  if (path == second_path) return kernel.open(second_path, flags);
  if (vain_opens > 0) {
    if (--vain_opens == 0) plug_into(kernel, node_path);
    errno = ENOENT;
    return -1;
  }
  return kernel.open(node_path, flags);
}

void PreloadCamera::dequeued() {
  if (frames_until_away == 0 || --frames_until_away > 0) return;
  vain_opens = 2;
  kernel.unplug(node_path);
}

PreloadCamera& preload_camera() {
  static auto* const only = [] {
    auto* const made = new PreloadCamera;
    plug_into(made->kernel, node_path);
    plug_into(made->kernel, second_path);
    if (const auto frames = value_of("replug=")) {
      int count{};
      std::from_chars(frames->data(), frames->data() + frames->size(), count);
      made->frames_until_away = count;
    }
    return made;
  }();
  return *only;
}

bool is_listed() {
  static const bool listed = has("listed");
  return listed;
}

}  // namespace fake
