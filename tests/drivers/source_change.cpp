// Changes the source's signal while the element plays. No program helps the element. Prints TAP.
//
//   source_change DEVICE
//
// The device is a vivid with its usual inputs.

#include <atomic>
#include <string>
#include <vector>

#include "drivers/kernels.h"
#include "rigs/caps_watch.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

// ---- what comes out -----------------------------------------------------------------------------

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
  real::Watch watch{alone.element};
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
    // For a while the source sends no signal. The driver would send noise.
    controls.choose(names.mode, "No Signal");
    tap.point(alone.wait_for_signal({"no-signal", "no-cable"}), input + " sends nothing");
    controls.choose(names.mode, names.selected);
    tap.point(watch.wait_for(sent.parts) && watch.wait_for_more(),
              "and again " + std::string{sent.entry});
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
