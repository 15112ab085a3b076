#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "fake/camera.h"

namespace fake {

/// The timestamps that a paced camera gives its frames. Each kind is one that drivers of real
/// cameras have.
enum class Stamps {
  good,       ///< when the capture of the frame began (CLOCK_MONOTONIC)
  zero,       ///< 0
  constant,   ///< that of the first frame
  future,     ///< a second too late
  old,        ///< 10 s too early
  backwards,  ///< an interval earlier each time
  unknown,    ///< V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN, and of no clock
  wall,       ///< CLOCK_REALTIME, with V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
};

/// Returns the kind of that name, or `good`.
Stamps stamps_of(std::string_view name);

/// Has `camera` capture a frame each `interval`, from now on until the process ends. A frame
/// arrives when its interval is over. Its first eight bytes have the time when it began
/// (CLOCK_MONOTONIC, ns, in the host's byte order), whatever its timestamp says. The rest is a
/// gradient.
void pace(const std::shared_ptr<Camera>& camera, std::chrono::nanoseconds interval, Stamps stamps);

}  // namespace fake
