// Takes the signal away while the element plays, and sets its inputs as a user does. Prints TAP.
//
//   signal DEVICE FLIPS
//
// The device is a vivid with its usual inputs. FLIPS is how often the signal is lost and comes back
// in one pipeline.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include "rigs/caps_watch.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"

namespace {

using real::Tap;
using real::Watch;

constexpr auto yuyv = "video/x-raw, format=YUY2; video/x-raw(format:Interlaced), format=YUY2";
constexpr auto mode = "DV Timings Signal Mode";
constexpr auto selected = "Selected DV Timings";

/// Without a signal, vivid says also that the HDMI source gives no power.
const std::vector<std::string> nothing{"no-signal", "no-cable"};

/// The element in front of the device, with the watch on what leaves it.
struct Playing {
  explicit Playing(const char* device) : alone{device, kernel, yuyv} {}

  void set(const char* property, const char* value) const {
    rig::set(alone.element, property, value);
  }

  real::Between kernel;
  real::Alone alone;
  Watch watch{alone.element};
};

std::vector<std::string> size(int width, int height) {
  return {"width=(int)" + std::to_string(width), "height=(int)" + std::to_string(height)};
}

void start_without_a_signal(Tap& tap, const char* device) {
  const real::Controls controls{device};
  Playing playing{device};
  playing.set("input", "HDMI");
  tap.point(controls.select_input("HDMI"), "there is an HDMI input");
  controls.choose("DV Timings", "640x480p59");
  controls.choose(mode, "No Signal");
  playing.alone.play();
  tap.point(playing.alone.wait_for_signal(nothing), "a start without a signal is told");
  tap.point(playing.watch.caps().empty(), "and waits");
  // The guest's clock leaps while it waits for its host, so the best of some tries counts.
  constexpr std::chrono::milliseconds enough{1000};
  std::chrono::milliseconds took{};
  bool came{};
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto begin = std::chrono::steady_clock::now();
    controls.choose(mode, selected);
    came = playing.watch.wait_for(size(640, 480)) && playing.watch.wait_for_more();
    took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
    if (!came || took <= enough) break;
    controls.choose(mode, "No Signal");
    came = playing.alone.wait_for_signal(nothing);
  }
  tap.point(came, "frames come with the signal");
  tap.point(took <= enough, "within a second: " + std::to_string(took.count()) + " ms");
  const auto errors = playing.alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
}

void tell_states_apart(Tap& tap, const char* device) {
  const real::Controls controls{device};
  Playing playing{device};
  playing.set("input", "HDMI");
  playing.set("on-no-signal", "gap");
  playing.alone.play();
  tap.point(playing.watch.wait_for(size(640, 480)), "HDMI is captured from");
  controls.choose(mode, "No Signal");
  const bool lost = playing.alone.wait_for_signal(nothing);
  tap.point(lost, "No Signal is " + playing.alone.signal());
  for (const auto& [entry, nick] :
       {std::pair{"No Lock", "no-lock"}, {"Out of Range", "out-of-range"}, {selected, "ok"}}) {
    controls.choose(mode, entry);
    tap.point(playing.alone.wait_for_signal({nick}), std::string{entry} + " is " + nick);
  }
  tap.point(playing.watch.wait_for_more(), "frames come again");
  const auto errors = playing.alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
}

struct Sent {
  const char* entry;
  int width;
  int height;
};

void change_timings(Tap& tap, const char* device, int changes) {
  const real::Controls controls{device};
  Playing playing{device};
  playing.set("input", "HDMI");
  playing.alone.play();
  tap.point(playing.watch.wait_for({"width"}), "timings change while frames flow");
  const std::array sent{Sent{"640x480p59", 640, 480}, Sent{"720x480p59", 720, 480},
                        Sent{"720x576p50", 720, 576}, Sent{"800x600p60", 800, 600}};
  int correct{};
  for (int turn = 0; turn < changes; ++turn) {
    const auto& next = sent[static_cast<std::size_t>(turn + 1) % sent.size()];
    controls.choose("DV Timings", next.entry);
    if (playing.watch.wait_for(size(next.width, next.height)))
      ++correct;
    else
      break;
  }
  tap.point(correct == changes, std::to_string(correct) + " of " + std::to_string(changes) +
                                    " changes have their CAPS event");
  tap.point(playing.watch.misfits() == 0, "no buffer has another size than its caps");
  controls.choose("DV Timings", "640x480p59");
  const auto errors = playing.alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
}

void follow_and_force(Tap& tap, const char* device) {
  const real::Controls controls{device};
  Playing playing{device};
  playing.set("input", "S-Video");
  tap.point(controls.select_input("S-Video"), "there is an S-Video input");
  controls.choose("Standard", "PAL-BGH");
  controls.choose("Standard Signal Mode", "Selected Standard");
  playing.alone.play();
  tap.point(playing.watch.wait_for({"height=(int)576"}), "S-Video sends PAL");
  controls.choose("Standard", "NTSC-M");
  tap.point(playing.watch.wait_for({"height=(int)480"}), "and NTSC, which is followed");
  playing.set("norm", "PAL");
  tap.point(playing.watch.wait_for({"height=(int)576"}), "norm=PAL outweighs that");
  playing.set("norm", "none");
  tap.point(playing.watch.wait_for({"height=(int)480"}), "norm=none follows again");
  for (const auto& [entry, nick] :
       {std::pair{"No Signal", "no-signal"}, {"No Lock", "no-lock"}, {"Selected Standard", "ok"}}) {
    controls.choose("Standard Signal Mode", entry);
    tap.point(playing.alone.wait_for_signal({nick}), std::string{entry} + " is " + nick);
  }
  tap.point(playing.watch.wait_for_more(), "frames come again");
  const auto errors = playing.alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
}

void tune(Tap& tap, const char* device) {
  const v4l2::UniqueFd other{open(device, O_RDWR | O_CLOEXEC)};
  Playing playing{device};
  playing.set("input", "TV");
  playing.set("frequency", "409250000");
  playing.set("audio-input", "Line-In");
  playing.alone.play();
  tap.point(playing.watch.wait_for({"width"}), "TV is captured from");
  v4l2_frequency frequency{};
  frequency.type = V4L2_TUNER_ANALOG_TV;
  const auto is = [&](unsigned megahertz_times_16) {
    return ioctl(other.get(), VIDIOC_G_FREQUENCY, &frequency) == 0 &&
           frequency.frequency == megahertz_times_16;
  };
  tap.point(is(6548), "its tuner is set to 409.25 MHz");
  v4l2_audio audio{};
  tap.point(ioctl(other.get(), VIDIOC_G_AUDIO, &audio) == 0 && audio.index == 1,
            "its audio input is Line-In");
  playing.set("frequency", "415250000");
  tap.point(playing.watch.wait_for_more() && is(6644), "and to 415.25 MHz while frames flow");
  const auto errors = playing.alone.errors();
  tap.point(errors.empty(), "and there was no error " + errors);
}

std::size_t memory_in_use() {
  malloc_trim(0);
  return mallinfo2().uordblks;
}

void flip(Tap& tap, const char* device, int flips) {
  const real::Controls controls{device};
  Playing playing{device};
  playing.set("input", "HDMI");
  playing.set("on-no-signal", "black");
  tap.point(controls.select_input("HDMI"), "HDMI is selected again");
  controls.choose(mode, selected);
  playing.alone.play();
  tap.point(playing.watch.wait_for(size(640, 480)), "the signal flips");
  rig::Holdings before;
  std::size_t memory{};
  int done{};
  const int warm_up = std::min(flips / 2, 10);
  for (; done < flips; ++done) {
    if (done == warm_up) {
      before = rig::holdings();
      memory = memory_in_use();
    }
    controls.choose(mode, done % 2 == 0 ? "No Signal" : "No Lock");
    if (!playing.alone.wait_for_signal(done % 2 == 0 ? nothing
                                                     : std::vector<std::string>{"no-lock"}))
      break;
    controls.choose(mode, selected);
    if (!playing.alone.wait_for_signal({"ok"}) || !playing.watch.wait_for_more()) break;
    while (auto* const message = gst_bus_pop(playing.alone.bus))
      gst_message_unref(message);
  }
  tap.point(done == flips, std::to_string(done) + " times");
  const auto after = rig::holdings_after(before);
  tap.point(
      after.descriptors == before.descriptors && after.plane_mappings == before.plane_mappings,
      std::to_string(after.descriptors) + " descriptors, " + std::to_string(after.plane_mappings) +
          " mappings");
  const auto now = memory_in_use();
  constexpr std::size_t noise = std::size_t{256} << 10U;
  tap.point(now < memory + noise,
            std::to_string(now) + " bytes in use, " + std::to_string(memory) + " before");
  tap.point(playing.watch.misfits() == 0, "no buffer has another size than its caps");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: signal DEVICE FLIPS\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const auto flips = std::atoi(argv[2]);
  Tap tap;
  start_without_a_signal(tap, argv[1]);
  tell_states_apart(tap, argv[1]);
  change_timings(tap, argv[1], std::min(flips, 200));
  follow_and_force(tap, argv[1]);
  tune(tap, argv[1]);
  flip(tap, argv[1], flips);
  return tap.end();
}
