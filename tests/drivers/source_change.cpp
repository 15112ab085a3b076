// Changes the source's signal while the element plays. No program helps the element. Prints TAP.
//
//   source_change DEVICE
//
// The device is a vivid with its usual inputs.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "drivers/kernels.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

// ---- what comes out -----------------------------------------------------------------------------

/// Looks at the caps and buffers that leave the element, in their order. It blocks none of them.
class Watch {
public:
  explicit Watch(GstElement* element) : pad_{gst_element_get_static_pad(element, "src")} {
    probe_ = gst_pad_add_probe(
        pad_,
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER |
                                     GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          return static_cast<Watch*>(self)->see(info);
        },
        this, nullptr);
  }

  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  ~Watch() {
    gst_pad_remove_probe(pad_, probe_);
    gst_object_unref(pad_);
  }

  /// Waits for caps with all these parts, and for buffers of them. Returns false after ten minutes.
  bool wait_for(const std::vector<std::string>& parts) {
    std::unique_lock lock{mutex_};
    constexpr int some_buffers = 3;
    return changed_.wait_for(lock, std::chrono::minutes{10}, [&] {
      return buffers_ >= some_buffers && std::ranges::all_of(parts, [&](const auto& part) {
               return text_.find(part) != std::string::npos;
             });
    });
  }

  /// Waits for buffers that arrive from now on.
  bool wait_for_more() {
    std::unique_lock lock{mutex_};
    constexpr int some_buffers = 3;
    const auto enough = buffers_ + some_buffers;
    return changed_.wait_for(lock, std::chrono::minutes{10}, [&] { return buffers_ >= enough; });
  }

  std::string caps() {
    const std::lock_guard lock{mutex_};
    return text_;
  }

  /// Returns the number of CAPS events.
  int caps_events() {
    const std::lock_guard lock{mutex_};
    return caps_events_;
  }

  /// Returns how many buffers had another size than the caps before them say.
  int misfits() {
    const std::lock_guard lock{mutex_};
    return misfits_;
  }

private:
  GstPadProbeReturn see(GstPadProbeInfo* info) {
    const std::lock_guard lock{mutex_};
    if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
      see_buffer(GST_PAD_PROBE_INFO_BUFFER(info));
      changed_.notify_all();
      return GST_PAD_PROBE_DROP;
    }
    auto* const event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps{};
      gst_event_parse_caps(event, &caps);
      gst_video_info_from_caps(&info_, caps);
      const v4l2gst::TextPtr text{gst_caps_to_string(caps)};
      text_ = text.get();
      ++caps_events_;
      buffers_ = 0;
      changed_.notify_all();
    }
    return GST_PAD_PROBE_OK;
  }

  void see_buffer(GstBuffer* buffer) {
    ++buffers_;
    const auto* const meta = gst_buffer_get_video_meta(buffer);
    const auto lines = GST_VIDEO_INFO_FIELD_HEIGHT(&info_);
    const auto bytes =
        static_cast<gsize>(GST_VIDEO_INFO_WIDTH(&info_)) * 2 * static_cast<gsize>(lines);  // YUY2
    const bool fits =
        gst_buffer_get_size(buffer) == bytes &&
        (meta == nullptr || (meta->width == static_cast<guint>(GST_VIDEO_INFO_WIDTH(&info_)) &&
                             meta->height == static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&info_))));
    const auto order = GST_VIDEO_INFO_FIELD_ORDER(&info_);
    const bool top_first = GST_BUFFER_FLAG_IS_SET(buffer, GST_VIDEO_BUFFER_FLAG_TFF) != FALSE;
    const bool ordered = order == GST_VIDEO_FIELD_ORDER_UNKNOWN ||
                         (order == GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST) == top_first;
    if (!fits || !ordered) ++misfits_;
  }

  GstPad* pad_;
  gulong probe_{};
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  GstVideoInfo info_{};
  std::string text_;
  int buffers_{};  // of these caps
  int caps_events_{};
  int misfits_{};
};

/// Counts how often streaming begins.
class Starts final : public real::Between {
public:
  int ioctl(int descriptor, unsigned long request, void* argument) override {
    if (request == VIDIOC_STREAMON) ++starts;
    return Between::ioctl(descriptor, request, argument);
  }

  std::atomic<int> starts{};
};

// ---- what comes in ------------------------------------------------------------------------------

/// A signal of the source: the entry of vivid's menu, and the fields that the caps must have.
struct Sent {
  const char* entry;
  std::vector<std::string> parts;
};

std::vector<std::string> timings_parts(int width, int height, const char* rate, const char* mode) {
  return {"width=(int)" + std::to_string(width), "height=(int)" + std::to_string(height),
          std::string{"framerate=(fraction)"} + rate,
          std::string{"interlace-mode=(string)"} + mode};
}

const std::vector<Sent>& timings() {
  static const std::vector<Sent> all{
      {"640x480p59", timings_parts(640, 480, "", "progressive")},
      {"1280x720p60", timings_parts(1280, 720, "60/1", "progressive")},
      {"720x576p50", timings_parts(720, 576, "50/1", "progressive")},
      {"1280x720p50", timings_parts(1280, 720, "50/1", "progressive")},
      {"1920x1080i25", timings_parts(1920, 1080, "25/1", "alternate")},
  };
  return all;
}

const std::vector<Sent>& standards() {
  static const std::vector<Sent> all{
      {"NTSC-M",
       {"height=(int)480", "framerate=(fraction)30000/1001",
        "field-order=(string)bottom-field-first", "pixel-aspect-ratio=(fraction)10/11"}},
      {"PAL-BGH",
       {"height=(int)576", "framerate=(fraction)25/1", "field-order=(string)top-field-first",
        "pixel-aspect-ratio=(fraction)59/54"}},
  };
  return all;
}

const std::vector<Sent>& colours() {
  static const std::vector<Sent> all{{"Rec. 709", {"colorimetry=(string)bt709"}},
                                     {"SMPTE 170M", {"colorimetry=(string)bt601"}}};
  return all;
}

struct Names {
  const char* input;
  const char* mode;  ///< the control of the signal; null where the signal is always the same
  const char* selected;
  const char* menu;
  const std::vector<Sent>& sent;
};

void check(Tap& tap, const char* device, const Names& names) {
  const real::Controls controls{device};
  const std::string input{names.input};
  tap.point(controls.select_input(input), "there is the input " + input);
  Starts kernel;
  const real::Alone alone{device, kernel,
                          "video/x-raw, format=YUY2; "
                          "video/x-raw(format:Interlaced), format=YUY2"};
  Watch watch{alone.element};
  alone.play();
  tap.point(watch.wait_for({"width"}), input + " is captured from");
  Tap::explain(watch.caps());
  constexpr std::size_t changes = 20;
  for (std::size_t turn = 0; turn < changes; ++turn) {
    const auto& sent = names.sent[turn % names.sent.size()];
    controls.choose(names.menu, sent.entry);
    if (turn == 0 && names.mode != nullptr) controls.choose(names.mode, names.selected);
    const bool came = watch.wait_for(sent.parts);
    tap.point(came, std::to_string(turn + 1) + ". " + input + " sends " + sent.entry);
    if (!came) {
      Tap::explain(watch.caps() + " " + alone.errors());
      break;
    }
    if (turn % 4 != 3 || names.mode == nullptr) continue;
    // For a while the source sends no signal. The driver sends pictures all the same.
    controls.choose(names.mode, "No Signal");
    const bool noise = watch.wait_for_more();
    controls.choose(names.mode, names.selected);
    tap.point(noise && watch.wait_for(sent.parts) && watch.wait_for_more(),
              input + " sends nothing, and again " + sent.entry);
  }
  tap.point(watch.misfits() == 0, "no buffer is of another size than the caps before it");
  // There is one event for each change, and two for a silence. A change may come while another one
  // is followed.
  const int least = static_cast<int>(changes + (changes / 2) + 2);
  tap.point(kernel.starts <= least, std::to_string(kernel.starts) + " starts of the stream, " +
                                        std::to_string(watch.caps_events()) + " CAPS events");
  const auto errors = alone.errors();
  tap.point(errors.empty(), "and there was no error");
  if (!errors.empty()) Tap::explain(errors);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: source_change DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  Tap tap;
  check(tap, argv[1],
        {"HDMI", "DV Timings Signal Mode", "Selected DV Timings", "DV Timings", timings()});
  check(tap, argv[1],
        {"S-Video", "Standard Signal Mode", "Selected Standard", "Standard", standards()});
  check(tap, argv[1], {"Webcam", nullptr, nullptr, "Colorspace", colours()});
  return tap.end();
}
