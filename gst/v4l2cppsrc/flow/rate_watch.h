#pragma once

#include <chrono>

#include "stats/rate_meter.h"

namespace v4l2gst {

/// Decides when a device is said not to keep its rate. Pure.
///
/// The rate must be over 20 % off for 2 s, in at least two measurements in a row. A single silence
/// is a stall, which the watchdog reports. The device is said so again once it has kept its rate
/// for 10 s.
class RateWatch {
public:
  /// Notes a measurement. `nominal` is the mode's rate; 0 if frames may come at any. Returns true
  /// if a WARNING is due.
  bool measured(const RateMeter::Measurement& rate, double nominal) {
    constexpr double tolerance = 0.2;
    // The rate of a device without buffers is not its own.
    if (rate.starved || nominal <= 0) {
      off_ = {};
      return false;
    }
    if (rate.made >= nominal * (1 - tolerance) && rate.made <= nominal * (1 + tolerance)) {
      off_ = {};
      kept_ += rate.span;
      if (kept_ >= calm) told_ = false;
      return false;
    }
    kept_ = {};
    off_.span += rate.span;
    ++off_.count;
    if (told_ || off_.count < 2 || off_.span < patience) return false;
    told_ = true;
    return true;
  }

private:
  using Time = RateMeter::Time;

  struct Off {
    Time span{};
    unsigned count{};
  };

  static constexpr Time patience{std::chrono::seconds{2}};
  static constexpr Time calm{std::chrono::seconds{10}};

  Off off_;
  Time kept_{};
  bool told_{};
};

}  // namespace v4l2gst
