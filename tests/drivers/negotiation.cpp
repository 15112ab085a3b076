// Counts the calls of the element on a real driver before the first frame, and checks the mode that
// it takes. Prints TAP.
//
//   negotiation DEVICE FILTER [PREFERENCE=CAPS]...
//
// FILTER names one mode. Without a filter the caps for each PREFERENCE must be one of its CAPS.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "drivers/kernels.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

constexpr std::array names{
    std::pair{VIDIOC_QUERYCAP, "QUERYCAP"},
    std::pair{VIDIOC_ENUM_FMT, "ENUM_FMT"},
    std::pair{VIDIOC_ENUM_FRAMESIZES, "ENUM_FRAMESIZES"},
    std::pair{VIDIOC_ENUM_FRAMEINTERVALS, "ENUM_FRAMEINTERVALS"},
    std::pair{VIDIOC_G_FMT, "G_FMT"},
    std::pair{VIDIOC_S_FMT, "S_FMT"},
    std::pair{VIDIOC_G_PARM, "G_PARM"},
    std::pair{VIDIOC_S_PARM, "S_PARM"},
    std::pair{VIDIOC_G_INPUT, "G_INPUT"},
    std::pair{VIDIOC_ENUMINPUT, "ENUMINPUT"},
    std::pair{VIDIOC_CROPCAP, "CROPCAP"},
    std::pair{VIDIOC_G_SELECTION, "G_SELECTION"},
    std::pair{VIDIOC_S_SELECTION, "S_SELECTION"},
    std::pair{VIDIOC_SUBSCRIBE_EVENT, "SUBSCRIBE_EVENT"},
    std::pair{VIDIOC_G_EXT_CTRLS, "G_EXT_CTRLS"},
    std::pair{VIDIOC_REQBUFS, "REQBUFS"},
    std::pair{VIDIOC_CREATE_BUFS, "CREATE_BUFS"},
    std::pair{VIDIOC_QUERYBUF, "QUERYBUF"},
    std::pair{VIDIOC_EXPBUF, "EXPBUF"},
    std::pair{VIDIOC_QBUF, "QBUF"},
    std::pair{VIDIOC_DQBUF, "DQBUF"},
    std::pair{VIDIOC_STREAMON, "STREAMON"},
};

void tell_calls(const real::Counting& kernel) {
  std::string text;
  int named{};
  for (const auto& [request, name] : names) {
    const auto count = kernel.calls(request);
    named += count;
    if (count > 0) text += std::string{" "} + name + " " + std::to_string(count);
  }
  Tap::explain(text + ", others " + std::to_string(kernel.calls() - named));
}

/// The most calls from open() to the first frame. Each of the 4 buffers takes 3, and each other
/// question is asked once.
constexpr int most_calls = 37;

void check_fixed_filter(Tap& tap, const char* device, const char* filter) {
  real::Counting kernel;
  const real::Alone alone{device, kernel, filter};
  alone.play();
  const bool came = alone.next() != nullptr;
  tap.point(came, std::string{"a frame of "} + filter);
  if (!came) Tap::explain(alone.errors());
  const auto calls = kernel.calls();
  tap.point(
      came && calls <= most_calls,
      std::to_string(calls) + " calls before the first frame, of " + std::to_string(most_calls));
  tell_calls(kernel);
  tap.point(kernel.questions() == 0, "nothing is enumerated");
}

void check_preference(Tap& tap, const char* device, std::string_view wish) {
  const std::string prefer{wish.substr(0, wish.find('='))};
  const std::string wanted{wish.substr(prefer.size() + 1)};
  real::Counting kernel;
  const real::Alone alone{device, kernel, nullptr};
  rig::set(alone.element, "prefer", prefer);
  alone.play();
  const bool came = alone.next() != nullptr;
  const auto caps = alone.caps();
  const v4l2gst::CapsPtr expected{gst_caps_from_string(wanted.c_str())};
  tap.point(came && caps && gst_caps_can_intersect(caps.get(), expected.get()) != FALSE,
            "prefer=" + prefer + ": " + wanted);
  Tap::explain(came ? alone.caps_text() : alone.errors());
  tap.point(kernel.questions() > 0 && kernel.repeated() == 0,
            std::to_string(kernel.questions()) + " questions, each asked once");
  if (kernel.repeated() > 0) Tap::explain(std::to_string(kernel.repeated()) + " asked again");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: negotiation DEVICE FILTER [PREFERENCE=CAPS]...\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  Tap tap;
  check_fixed_filter(tap, argv[1], argv[2]);
  for (int i = 3; i < argc; ++i)
    check_preference(tap, argv[1], argv[i]);
  return tap.end();
}
