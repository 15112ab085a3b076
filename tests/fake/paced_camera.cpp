#include "fake/paced_camera.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <linux/videodev2.h>

#include "fake/clock.h"

namespace fake {
namespace {

using std::chrono::nanoseconds;

nanoseconds now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

void wait_until(nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec until{.tv_sec = static_cast<time_t>(seconds.count()),
                       .tv_nsec = static_cast<long>((time - seconds).count())};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
  }
}

/// Returns a picture that a person can tell from none. In virtual time each instruction takes time,
/// so it has a few long stripes.
std::vector<std::byte> gradient(std::size_t size) {
  constexpr std::size_t shades = 256;
  std::vector<std::byte> picture(size);
  for (std::size_t shade = 0; shade < shades; ++shade)
    std::memset(picture.data() + size * shade / shades, static_cast<int>(shade),
                size * (shade + 1) / shades - size * shade / shades);
  return picture;
}

nanoseconds stamp_of(Stamps stamps, nanoseconds taken, nanoseconds first) {
  using namespace std::chrono_literals;
  switch (stamps) {
    case Stamps::zero:
      return 0ns;
    case Stamps::constant:
      return first;
    case Stamps::future:
      return taken + 1s;
    case Stamps::old:
      return taken - 10s;
    case Stamps::backwards:
      return first - (taken - first);
    case Stamps::unknown:
      return taken - first;
    case Stamps::wall:
      return taken + (now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC));
    case Stamps::good:
      break;
  }
  return taken;
}

}  // namespace

Stamps stamps_of(std::string_view name) {
  constexpr std::array names{std::pair{"zero", Stamps::zero},
                             std::pair{"constant", Stamps::constant},
                             std::pair{"future", Stamps::future},
                             std::pair{"old", Stamps::old},
                             std::pair{"backwards", Stamps::backwards},
                             std::pair{"unknown", Stamps::unknown},
                             std::pair{"wall", Stamps::wall}};
  for (const auto& [known, stamps] : names)
    if (name == known) return stamps;
  return Stamps::good;
}

void pace(const std::shared_ptr<Camera>& camera, nanoseconds interval, Stamps stamps) {
  std::thread{[=] {
    std::vector<std::byte> picture;
    const auto first = now(CLOCK_MONOTONIC);
    for (auto taken = first;; taken += interval) {
      wait_until(taken + interval);
      const std::size_t size = camera->format().planes[0].size_image;
      if (picture.size() != size) picture = gradient(size);
      const std::int64_t began = taken.count();
      if (picture.size() >= sizeof began) std::memcpy(picture.data(), &began, sizeof began);
      const std::uint32_t kind = stamps == Stamps::unknown ? V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN
                                                           : V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
      camera->fill({.timestamp = stamp_of(stamps, taken, first),
                    .content = picture,
                    .timestamps = kind | V4L2_BUF_FLAG_TSTAMP_SRC_SOE});
    }
  }}.detach();
}

}  // namespace fake
