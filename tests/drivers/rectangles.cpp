// Compares the rectangles that the element reports with the driver's, and pans while it plays. The
// device is a vivid at its HDMI input. Prints TAP.
//
//   rectangles DEVICE CCS_CAP_MODE
//
// CCS_CAP_MODE is the parameter of the module: bit 0 has vivid crop, bit 1 compose, bit 2 scale.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include "kernel/unique_fd.h"
#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"
#include "settings/rectangle.h"

namespace {

using real::Alone;
using real::Tap;

/// Counts starts and stops of the stream.
class Starts final : public real::Between {
public:
  int ioctl(int descriptor, unsigned long request, void* argument) override {
    if (request == VIDIOC_STREAMON || request == VIDIOC_STREAMOFF) ++count;
    return Between::ioctl(descriptor, request, argument);
  }

  std::atomic<int> count{};
};

/// Asks the driver itself, on a descriptor of its own.
class Driver {
public:
  explicit Driver(const char* path) : node_{open(path, O_RDWR | O_CLOEXEC)} {}

  [[nodiscard]] std::optional<v4l2_rect> rectangle(std::uint32_t target) const {
    v4l2_selection selection{};
    selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    selection.target = target;
    if (ioctl(node_.get(), VIDIOC_G_SELECTION, &selection) != 0) return std::nullopt;
    return selection.r;
  }

  /// Returns "320,0,640x480", or "unset" if the driver has no such rectangle.
  [[nodiscard]] std::string text(std::uint32_t target) const {
    const auto known = rectangle(target);
    return known ? v4l2::rectangle_text(*known) : "unset";
  }

  [[nodiscard]] std::string size() const {
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (ioctl(node_.get(), VIDIOC_G_FMT, &format) != 0) return "none";
    return "width=(int)" + std::to_string(format.fmt.pix.width) + ", height=(int)" +
           std::to_string(format.fmt.pix.height);
  }

  /// Sets the rectangles to what they are without any wish.
  void reset() const {
    for (const auto& [target, initial] :
         {std::pair{V4L2_SEL_TGT_CROP, V4L2_SEL_TGT_CROP_DEFAULT},
          std::pair{V4L2_SEL_TGT_COMPOSE, V4L2_SEL_TGT_COMPOSE_DEFAULT}}) {
      const auto whole = rectangle(static_cast<std::uint32_t>(initial));
      if (!whole) continue;
      v4l2_selection selection{};
      selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      selection.target = static_cast<std::uint32_t>(target);
      selection.r = *whole;
      ioctl(node_.get(), VIDIOC_S_SELECTION, &selection);
    }
  }

private:
  v4l2::UniqueFd node_;
};

struct Mode {
  bool crops;
  bool composes;
  bool scales;
};

/// One run of the element, with the checks that each of its steps takes.
class Run {
public:
  Run(const char* device, const Driver& driver, Tap& tap)
      : driver_{driver}, tap_{tap}, alone_{device, kernel_, "video/x-raw,format=YUY2"} {
    driver_.reset();
  }

  void set(const char* property, const std::string& value) {
    gst_util_set_object_arg(G_OBJECT(alone_.element), property, value.c_str());
  }

  void play(const std::string& what) {
    alone_.play();
    const auto buffer = alone_.next();
    point(buffer != nullptr, what + ": a frame comes");
    check(what);
  }

  /// Sets a property while the element plays, and lets frames pass until it is applied.
  void change(const char* property, const std::string& value) {
    const auto before = starts();
    set(property, value);
    for (int i = 0; i < frames_on_their_way; ++i)
      static_cast<void>(alone_.next());
    check(std::string{property} + "=" + value);
    point(starts() == before, std::string{property} + "=" + value + ": the stream goes on");
  }

  /// Whether the lowest line of the picture becomes another one, when the crop rectangle moves.
  void pan(const std::string& from, const std::string& to) {
    change("crop", from);
    const auto before = lowest_line();
    const bool still = before == lowest_line();
    change("crop", to);
    point(still && !before.empty() && before != lowest_line(), "the picture moves to " + to);
  }

  /// Whether there was one WARNING with these words since the last call, or none if null.
  void fail_unless_warned(const std::string& what, const char* words) {
    const auto texts = rig::texts_of(alone_.bus, GST_MESSAGE_WARNING);
    const bool good = words == nullptr
                          ? texts.empty()
                          : texts.size() == 1 && texts.front().find(words) != std::string::npos;
    point(good, what + (words != nullptr ? ": one WARNING" : ": no WARNING"));
    for (const auto& text : texts)
      Tap::explain(text);
  }

  [[nodiscard]] std::string get(const char* property) const {
    gchar* value{};
    g_object_get(alone_.element, property, &value, nullptr);
    std::string text{value != nullptr ? value : "unset"};
    g_free(value);
    return text;
  }

  void point(bool good, const std::string& what) {
    tap_.point(good, what);
    if (!good) Tap::explain(alone_.caps_text() + " " + alone_.errors());
  }

private:
  /// More than there are buffers, so that each frame after them was captured later.
  static constexpr int frames_on_their_way = 20;

  [[nodiscard]] int starts() const { return kernel_.count; }

  void check(const std::string& what) {
    for (const auto& [name, target] :
         {std::pair{"crop", V4L2_SEL_TGT_CROP}, std::pair{"compose", V4L2_SEL_TGT_COMPOSE}}) {
      const auto actual = driver_.text(static_cast<std::uint32_t>(target));
      auto claim = what;
      claim.append(": ").append(name).append(" reads as the driver's ").append(actual);
      point(get(name) == actual, claim);
    }
    const auto size = driver_.size();
    point(alone_.caps_text().find(size) != std::string::npos, what + ": caps have " + size);
  }

  std::vector<guint8> lowest_line() {
    const auto buffer = alone_.next();
    if (!buffer) return {};
    GstMapInfo map{};
    if (gst_buffer_map(buffer.get(), &map, GST_MAP_READ) == FALSE) return {};
    constexpr std::size_t most = 640;
    const auto count = std::min<std::size_t>(map.size, most);
    std::vector<guint8> line(map.data + map.size - count, map.data + map.size);
    gst_buffer_unmap(buffer.get(), &map);
    return line;
  }

  const Driver& driver_;
  Tap& tap_;
  Starts kernel_;
  Alone alone_;
};

void check_crop(Tap& tap, const char* device, const Driver& driver, Mode mode) {
  constexpr auto start = "64,32,640x360";
  Run run{device, driver, tap};
  run.set("crop", start);
  run.play("crop at the start");
  run.fail_unless_warned("crop at the start", mode.crops ? nullptr : "it has no crop rectangle");
  if (!mode.crops) return;
  run.point(run.get("crop") == start, "it is what was asked for");
  run.pan(start, "200,100,640x360");
  run.fail_unless_warned("a pan", nullptr);
  // Without a scaler the frames would need another size. If vivid composes, a smaller picture still
  // fits into them.
  run.change("crop", "0,0,320x180");
  const bool smaller = mode.scales || mode.composes;
  run.fail_unless_warned("a smaller crop",
                         smaller ? nullptr
                                 : "not while it streams (VIDIOC_S_SELECTION: Device or "
                                   "resource busy)");
  run.change("crop", "0,0,1280x720");
  run.fail_unless_warned("a larger crop",
                         mode.scales ? nullptr : "not while it streams (VIDIOC_S_SELECTION: ");
}

void check_compose(Tap& tap, const char* device, const Driver& driver, Mode mode) {
  Run run{device, driver, tap};
  run.set("compose", "64,32,320x180");
  run.play("compose at the start");
  // Without a scaler and without cropping, the picture has one size.
  const char* const words = !mode.composes              ? "it has no compose rectangle"
                            : mode.scales || mode.crops ? nullptr
                                                        : "does not take compose=64,32,320x180";
  run.fail_unless_warned("compose at the start", words);
}

void check_margins(Tap& tap, const char* device, const Driver& driver, Mode mode) {
  Run run{device, driver, tap};
  for (const auto* const side : {"crop-left", "crop-top", "crop-right", "crop-bottom"})
    run.set(side, "64");
  run.play("margins");
  if (mode.crops) run.point(run.get("crop") == "64,64,1152x592", "margins are cut from the bounds");
}

void check_no_wish(Tap& tap, const char* device, const Driver& driver) {
  Run run{device, driver, tap};
  run.play("no wish");
  run.fail_unless_warned("no wish", nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rectangles DEVICE CCS_CAP_MODE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const auto bits = std::atoi(argv[2]);
  const Mode mode{.crops = (bits & 1) != 0, .composes = (bits & 2) != 0, .scales = (bits & 4) != 0};
  Tap tap;
  const Driver driver{argv[1]};
  check_no_wish(tap, argv[1], driver);
  check_crop(tap, argv[1], driver, mode);
  check_compose(tap, argv[1], driver, mode);
  check_margins(tap, argv[1], driver, mode);
  return tap.end();
}
