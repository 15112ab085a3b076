#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/settings.h"

namespace v4l2gst {

/// The remedy for a silence.
enum class Remedy {
  warn,     ///< post a WARNING, and wait on
  restart,  ///< stop the stream and start it again
  reopen,   ///< close the device and open it again
  give_up,  ///< an ERROR
};

/// The reason why a frame of the device was left out.
enum class Withheld {
  damaged,
  no_key_frame,  ///< start-on-keyframe waits for one
};

/// The event that is due in a wait for a frame.
enum class Due {
  nothing,         ///< the wait is not over
  silence,         ///< first-frame-timeout or stall-timeout has passed: see silence()
  only_damage,     ///< WARNING, once a wait: all frames were left out, some as damaged
  no_key_frame,    ///< WARNING, once a wait: no frame was a key frame
  no_first_frame,  ///< WARNING, once a run and once after each repair: no frame has come
};

/// Decides how long to wait for a frame, and what to do without one. A frame left out as damaged,
/// or before a key frame, does not end the wait, nor does an event. A restart comes before opening
/// the device again, since it costs less. Each try waits twice as long as the one before, so that a
/// camera that needs long to start is not reset for ever. Pure. The caller reads CLOCK_MONOTONIC.
class Watchdog {
public:
  using Milliseconds = std::chrono::milliseconds;
  using Time = std::chrono::nanoseconds;

  /// The time from the first frame left out to the WARNING about damage.
  static constexpr Milliseconds damage_patience{2000};
  /// The time to the WARNING, for a start or the wait for a key frame.
  static constexpr Milliseconds start_patience{10000};

  /// A timeout of 0 is off.
  Watchdog(Milliseconds first_frame, Milliseconds stall, OnStall on_stall)
      : first_frame_{first_frame}, stall_{stall}, on_stall_{on_stall} {}

  /// Returns false while no event depends on time. The caller then need not read the clock.
  [[nodiscard]] bool measures() const {
    return timeout().count() > 0 || awaits_start() || (withheld_since_ && !told_);
  }

  /// Begins the wait for a frame, unless it has begun.
  void wait_began(Time now) {
    if (!since_) since_ = now;
  }

  /// Ends the wait without a frame, for a flush or a pause.
  void wait_ended() {
    since_.reset();
    withheld_since_.reset();
  }

  /// Makes the WARNING about the first frame due again. The device was repaired, or is back.
  void frame_is_owed() { owed_ = true; }

  /// Ends the wait. A frame was delivered, or left out for a reason that is not the device's.
  void frame() {
    owed_ = false;
    seen_in_stream_ = true;
    seen_in_run_ = true;
    silences_ = 0;
    wait_ended();
  }

  /// Notes a frame that is left out while the wait goes on.
  void withheld(Withheld why, Time now) {
    if (!withheld_since_) {
      withheld_since_ = now;
      damaged_ = false;
      told_ = false;
    }
    damaged_ = damaged_ || why == Withheld::damaged;
  }

  /// Begins the wait for the first frame of a stream. It may take longer than the next.
  void stream_began(Time now) {
    seen_in_stream_ = false;
    wait_ended();
    since_ = now;
  }

  /// Returns true until the first frame of a stream.
  [[nodiscard]] bool starting() const { return !seen_in_stream_; }

  /// Returns true after a silence, until a frame comes.
  [[nodiscard]] bool silent() const { return silences_ > 0; }

  /// Returns true if damaged frames were left out in this wait.
  [[nodiscard]] bool sees_damage() const { return withheld_since_ && damaged_; }

  /// Returns how long the wait has lasted, or the time since the latest silence().
  [[nodiscard]] Milliseconds waited(Time now) const {
    return std::chrono::duration_cast<Milliseconds>(now - since_.value_or(now));
  }

  /// Returns the time until an event is due. Returns nullopt if none will be.
  [[nodiscard]] std::optional<Milliseconds> patience(Time now) const {
    const auto end = deadline();
    if (!end) return std::nullopt;
    return std::max(std::chrono::ceil<Milliseconds>(*end - now), Milliseconds{});
  }

  /// Returns the event that is due now. Each WARNING is due once.
  Due due(Time now) {
    if (timeout().count() > 0 && since_ && now >= *since_ + timeout()) return Due::silence;
    const auto said = hint();
    if (!said || now < *said) return Due::nothing;
    told_ = true;
    if (withheld_since_) return damaged_ ? Due::only_damage : Due::no_key_frame;
    told_start_ = true;
    owed_ = false;
    return Due::no_first_frame;
  }

  /// Returns the remedy for Due::silence. The next silence begins now.
  Remedy silence(Time now) {
    since_ = now;
    const auto before = silences_++;
    switch (on_stall_) {
      case OnStall::warn:
        return Remedy::warn;
      case OnStall::restart:
        return Remedy::restart;
      case OnStall::reopen:
        return before % 2 == 0 ? Remedy::restart : Remedy::reopen;
      case OnStall::error:
        break;
    }
    return Remedy::give_up;
  }

private:
  static constexpr Milliseconds longest{60000};

  /// Returns the timeout that holds now; 0 for none. Each silence doubles it, up to `longest`. The
  /// first frame after a restart is under stall-timeout if the run has had frames and
  /// first-frame-timeout is off.
  [[nodiscard]] Milliseconds timeout() const {
    auto base = stall_;
    if (!seen_in_stream_ && (first_frame_.count() > 0 || !seen_in_run_)) base = first_frame_;
    constexpr unsigned most_doublings = 6;
    return std::min(base * (1U << std::min(silences_, most_doublings)), std::max(base, longest));
  }

  /// Returns true while the WARNING about the first frame may come due. It does so only while no
  /// timeout holds.
  [[nodiscard]] bool awaits_start() const {
    return (owed_ || (!seen_in_run_ && !told_start_)) && timeout().count() == 0;
  }

  /// Returns when a WARNING is due, apart from the timeouts.
  [[nodiscard]] std::optional<Time> hint() const {
    if (withheld_since_) {
      if (told_) return std::nullopt;
      return *withheld_since_ + (damaged_ ? damage_patience : start_patience);
    }
    if (!awaits_start() || !since_) return std::nullopt;
    return *since_ + start_patience;
  }

  [[nodiscard]] std::optional<Time> deadline() const {
    auto end = hint();
    if (timeout().count() > 0 && since_) {
      const auto over = *since_ + timeout();
      end = end ? std::min(*end, over) : over;
    }
    return end;
  }

  Milliseconds first_frame_;
  Milliseconds stall_;
  OnStall on_stall_;
  bool seen_in_stream_{};
  bool seen_in_run_{};
  bool owed_{};  // a first frame: the device was repaired or came back
  unsigned silences_{};
  std::optional<Time> since_;           // begin of the wait, or of its latest silence
  std::optional<Time> withheld_since_;  // time of the first frame left out in this wait
  bool damaged_{};                      // one of the frames left out was damaged
  bool told_{};                         // the WARNING about the frames left out was due
  bool told_start_{};
};

}  // namespace v4l2gst
