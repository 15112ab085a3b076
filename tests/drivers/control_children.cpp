// Changes each control of a device by v4l2-ctl while the element plays, and looks for the child's
// notification. gst-launch's way to set a child is tried too. Prints TAP.
//
//   control_children DEVICE
//
// The device is a vivid.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <gst/gst.h>

#include "controls/gstv4l2cppcontrol.h"
#include "element/gstv4l2cppsrc.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

struct Unref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};

using Element = std::unique_ptr<GstElement, Unref>;
using Child = std::unique_ptr<GstV4l2CppControl, Unref>;

/// Returns true for a control that breaks the device, the stream, or the picture's format.
bool is_harmful(const std::string& key) {
  constexpr std::array<std::string_view, 8> parts{"disconnect", "inject",     "error",
                                                  "percentage", "cropping",   "scaler",
                                                  "composing",  "signal_mode"};
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return key.find(part) != std::string::npos; });
}

/// Returns another value than the one that the control has, as v4l2-ctl takes it. nullopt if it has
/// no other.
std::optional<std::string> other_value(const v4l2::ControlInfo& control,
                                       const v4l2::ControlValue& now) {
  const auto* const number = std::get_if<std::int64_t>(&now);
  switch (control.form()) {
    case v4l2::ControlForm::number: {
      const auto step = static_cast<std::int64_t>(std::max<std::uint64_t>(control.step, 1));
      if (*number + step <= control.maximum) return std::to_string(*number + step);
      if (*number - step >= control.minimum) return std::to_string(*number - step);
      return std::nullopt;
    }
    case v4l2::ControlForm::boolean:
      return std::to_string(*number == 0 ? 1 : 0);
    case v4l2::ControlForm::menu:
      for (const auto& entry : control.menu)
        if (entry.index != *number) return std::to_string(entry.index);
      return std::nullopt;
    case v4l2::ControlForm::bitmask:
      return std::to_string(*number == 0 ? control.maximum : 0);
    case v4l2::ControlForm::string: {
      const auto length = static_cast<std::size_t>(std::max<std::int64_t>(control.minimum, 2));
      const std::string text(length, 'x');
      const auto* const is = std::get_if<std::string>(&now);
      return is != nullptr && *is == text ? std::string(length, 'y') : text;
    }
    case v4l2::ControlForm::list: {
      const auto* const list = std::get_if<std::vector<std::int64_t>>(&now);
      if (list == nullptr) return std::nullopt;
      const auto& numbers = *list;
      if (control.type == V4L2_CTRL_TYPE_AREA)
        return std::to_string(numbers[0] + 1) + "x" + std::to_string(numbers[1]);
      if (control.dims.empty()) return std::nullopt;  // v4l2-ctl sets no other structs
      return std::to_string(numbers[0] < control.maximum ? numbers[0] + 1 : numbers[0] - 1);
    }
    case v4l2::ControlForm::button:
      return std::nullopt;
  }
  return std::nullopt;
}

/// A pipeline that plays, and counts its frames.
class Playing {
public:
  explicit Playing(const std::string& device)
      : pipeline_{gst_parse_launch(("v4l2cppsrc name=camera device=" + device +
                                    " contrast::value=44 ! "
                                    "video/x-raw,format=YUY2,width=320,height=180 ! "
                                    "fakesink name=sink sync=false")
                                       .c_str(),
                                   nullptr)},
        camera_{gst_bin_get_by_name(GST_BIN(pipeline_.get()), "camera")} {
    auto* const pad = gst_element_get_static_pad(camera_.get(), "src");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer self) {
          ++static_cast<Playing*>(self)->frames;
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    gst_object_unref(pad);
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  }

  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;

  ~Playing() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  [[nodiscard]] GstElement* camera() const { return camera_.get(); }

  [[nodiscard]] GstChildProxy* children() const { return GST_CHILD_PROXY(camera_.get()); }

  std::atomic<std::uint64_t> frames{};

private:
  Element pipeline_;
  Element camera_;
};

/// Listens to notify::value of a child. Remembers the frame before the notification.
class Listener {
public:
  Listener(GstV4l2CppControl* child, const Playing& playing) : child_{child}, playing_{playing} {
    id_ = g_signal_connect(child, "notify::value",
                           G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
                             static_cast<Listener*>(self)->on_notify();
                           }),
                           this);
  }

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  ~Listener() { g_signal_handler_disconnect(child_, id_); }

  /// Returns the number of frames before the notification. nullopt if none comes within a minute.
  std::optional<std::uint64_t> wait() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::minutes{1}, [this] { return frame_.has_value(); });
    return frame_;
  }

private:
  void on_notify() {
    const std::lock_guard lock{mutex_};
    if (!frame_) frame_ = playing_.frames;
    changed_.notify_all();
  }

  GstV4l2CppControl* child_;
  const Playing& playing_;
  gulong id_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::uint64_t> frame_;
};

bool set_by_v4l2_ctl(const std::string& device, const std::string& key, const std::string& value) {
  const auto command = "v4l2-ctl -d " + device + " -c '" + key + "=" + value + "' >&2";
  return std::system(command.c_str()) == 0;
}

void check(Tap& tap, const std::string& device, const Playing& playing, GstV4l2CppControl* child) {
  const auto info = gst_v4l2_cpp_control_info(child);
  constexpr std::uint32_t closed = V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY |
                                   V4L2_CTRL_FLAG_GRABBED | V4L2_CTRL_FLAG_INACTIVE |
                                   V4L2_CTRL_FLAG_EXECUTE_ON_WRITE | V4L2_CTRL_FLAG_VOLATILE;
  if (info.has(closed) || is_harmful(info.key)) return Tap::explain("left out: " + info.key);
  const auto now = gst_v4l2_cpp_control_read(child);
  if (!now) return tap.point(false, info.key + " is read");
  const auto other = other_value(info, *now);
  if (!other) return Tap::explain("no other value: " + info.key);
  Listener listener{child, playing};
  if (!set_by_v4l2_ctl(device, info.key, *other))
    return tap.point(false, info.key + " is set to " + *other + " by v4l2-ctl");
  const auto set_at = playing.frames.load();
  const auto told_at = listener.wait();
  tap.point(told_at && *told_at <= set_at + 1, info.key + " = " + *other + " is notified at once");
  if (told_at && *told_at > set_at + 1)
    Tap::explain(std::to_string(*told_at - set_at) + " frames later");
  const auto then = gst_v4l2_cpp_control_read(child);
  tap.point(then && *then != *now, info.key + " reads as changed");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: control_children DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  gst_v4l2_cpp_src_register(nullptr);
  const std::string device{argv[1]};
  Tap tap;
  const Playing playing{device};
  const auto contrast =
      std::system(("v4l2-ctl -d " + device + " -C contrast | grep -qx 'contrast: 44'").c_str());
  tap.point(contrast == 0, "contrast::value=44 of a pipeline description");
  const auto count = gst_child_proxy_get_children_count(playing.children());
  tap.point(count > 40, "vivid has " + std::to_string(count) + " controls");
  for (guint i = 0; i < count; ++i) {
    const Child child{reinterpret_cast<GstV4l2CppControl*>(
        gst_child_proxy_get_child_by_index(playing.children(), i))};
    check(tap, device, playing, child.get());
  }
  return tap.end();
}
