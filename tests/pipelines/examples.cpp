// Does what the examples of v4l2src do, first with v4l2src and then with v4l2cppsrc, and compares
// what the device was told and which caps came. Prints TAP.
//
//   examples WEBCAM HDMI
//
// Both are devices of vivid. The second one has a scaler and crops.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "pipelines/apart.h"
#include "pipelines/example.h"
#include "rigs/tap.h"

namespace {

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines) {
  std::string text;
  for (const auto& line : lines)
    text += (text.empty() ? "" : "; ") + line;
  return text;
}

/// Returns whether all lines are among the others, in this order.
bool are_among(const Lines& lines, const Lines& others) {
  auto from = others.begin();
  return std::ranges::all_of(lines, [&](const auto& line) {
    from = std::find(from, others.end(), line);
    if (from == others.end()) return false;
    ++from;
    return true;
  });
}

using Alike = bool (*)(const Lines& theirs, const Lines& ours);

/// Runs an example with both elements, each in a process of its own. The lines of both must be
/// alike, and `last` the last one of both.
void compare(real::Tap& tap, const std::string& name, const std::string& last, Alike alike,
             const std::function<Lines(const std::string&)>& example) {
  const auto theirs = pipelines::run_apart([&] { return example("v4l2src"); });
  const auto ours = pipelines::run_apart([&] { return example("v4l2cppsrc"); });
  const auto is_good = [&](const pipelines::Apart& apart) {
    return apart.death.empty() && !apart.lines.empty() && apart.lines.back() == last;
  };
  tap.point(is_good(theirs) && is_good(ours) && alike(theirs.lines, ours.lines), name);
  real::Tap::explain("v4l2src:    " + joined(theirs.lines) + theirs.death);
  real::Tap::explain("v4l2cppsrc: " + joined(ours.lines) + ours.death);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: examples WEBCAM HDMI\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const std::string webcam{argv[1]};
  const std::string hdmi{argv[2]};
  real::Tap tap;
  constexpr Alike same = [](const Lines& theirs, const Lines& ours) {
    return theirs == ours;
  };
  // v4l2src sets the next frame's controls before it passes a frame on. So those of the first frame
  // do not show. An element may show them.
  constexpr Alike no_less = are_among;
  compare(tap, "camera control, of the whole range", "brightness 0, contrast 0", no_less,
          [&](const auto& element) {
            return pipelines::control_camera({element, webcam}, false);
          });
  compare(tap, "camera control, of absolute values", "brightness 90, contrast 13", no_less,
          [&](const auto& element) {
            return pipelines::control_camera({element, webcam}, true);
          });
  compare(tap, "crop", "crop 640,360 320x320", same, [&](const auto& element) {
    return pipelines::crop({element, hdmi});
  });
  compare(tap, "renegotiate, sizes of a camera", "640x480, the device has 640x480", same,
          [&](const auto& element) {
            return pipelines::renegotiate({element, webcam}, {"320x180", "1280x720", "640x480"});
          });
  compare(tap, "renegotiate, sizes of a scaler", "640x480, the device has 640x480", same,
          [&](const auto& element) {
            return pipelines::renegotiate({element, hdmi}, {"320x240", "1280x720", "640x480"});
          });
  return tap.end();
}
