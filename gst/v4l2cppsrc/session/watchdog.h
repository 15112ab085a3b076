#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/settings.h"

namespace v4l2gst {

/// What to do about a silence.
enum class Remedy {
  warn,     ///< say so, and wait on
  restart,  ///< stop the stream and start it again
  reopen,   ///< close the device and open it again
  give_up,  ///< an ERROR
};

/// Why a frame of the device was left out.
enum class Withheld {
  damaged,
  no_key_frame,  ///< start-on-keyframe waits for one
};

/// What is to be done or said about a wait for a frame.
enum class Due {
  nothing,         ///< it is not over
  silence,         ///< first-frame-timeout or stall-timeout has passed: see silence()
  only_damage,     ///< to be said once a wait: all frames were damaged
  no_key_frame,    ///< to be said once a wait: no frame was a key frame
  no_first_frame,  ///< to be said once a start, and once after it was mended: nothing has come
};

/// How long to wait for a frame, and what to do when none is delivered. A frame that was left out
/// as damaged, or an event, does not end the wait. A restart comes before opening the device anew,
/// since it costs less; and each try waits twice as long as the one before, so that a camera that
/// needs long to start is not reset for ever. Pure; the caller measures time, on CLOCK_MONOTONIC.
class Watchdog {
public:
  using Milliseconds = std::chrono::milliseconds;
  using Time = std::chrono::nanoseconds;

  /// How long there may be nothing but damage before that is said.
  static constexpr Milliseconds damage_patience{2000};
  /// How long a start may take, and a key frame may be awaited, before that is said.
  static constexpr Milliseconds start_patience{10000};

  /// 0 for timeouts that are off.
  Watchdog(Milliseconds first_frame, Milliseconds stall, OnStall on_stall)
      : first_frame_{first_frame}, stall_{stall}, on_stall_{on_stall} {}

  /// False while nothing depends on time, so that the caller need not ask for it.
  [[nodiscard]] bool measures() const {
    return timeout().count() > 0 || awaits_start() || (withheld_since_ && !told_);
  }

  /// The wait for a frame begins, unless it has begun.
  void wait_began(Time now) {
    if (!since_) since_ = now;
  }

  /// Nobody waits any more, and no frame came: a flush or a pause.
  void wait_ended() {
    since_.reset();
    withheld_since_.reset();
  }

  /// The device was mended or is back: if it sends nothing, that is to be said again.
  void frame_is_owed() { owed_ = true; }

  /// A frame is delivered, or left out for a reason that is not the device's.
  void frame() {
    owed_ = false;
    seen_in_stream_ = true;
    seen_in_run_ = true;
    silences_ = 0;
    wait_ended();
  }

  /// A frame is left out, and the wait goes on.
  void withheld(Withheld why, Time now) {
    if (!withheld_since_) {
      withheld_since_ = now;
      damaged_ = false;
      told_ = false;
    }
    damaged_ = damaged_ || why == Withheld::damaged;
  }

  /// The device streams anew: its first frame may take longer than the next.
  void stream_began(Time now) {
    seen_in_stream_ = false;
    wait_ended();
    since_ = now;
  }

  /// True until the first frame of a stream.
  [[nodiscard]] bool starting() const { return !seen_in_stream_; }

  /// True after a silence, until a frame comes.
  [[nodiscard]] bool silent() const { return silences_ > 0; }

  /// True where frames came in this wait, and all that were not damaged were left out too.
  [[nodiscard]] bool sees_damage() const { return withheld_since_ && damaged_; }

  /// How long the wait has lasted, or the time since the latest silence().
  [[nodiscard]] Milliseconds waited(Time now) const {
    return std::chrono::duration_cast<Milliseconds>(now - since_.value_or(now));
  }

  /// How long to wait until something is due; nullopt for as long as it takes.
  [[nodiscard]] std::optional<Milliseconds> patience(Time now) const {
    const auto end = deadline();
    if (!end) return std::nullopt;
    return std::max(std::chrono::ceil<Milliseconds>(*end - now), Milliseconds{});
  }

  /// What is due now. What is to be said is due once.
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

  /// Due::silence: the remedy. The next silence begins now.
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

  /// The one that holds now, longer after each silence; 0: none. A stream that was started again
  /// in a run that has delivered frames is under stall-timeout where first-frame-timeout is off.
  [[nodiscard]] Milliseconds timeout() const {
    auto base = stall_;
    if (!seen_in_stream_ && (first_frame_.count() > 0 || !seen_in_run_)) base = first_frame_;
    constexpr unsigned most_doublings = 6;
    return std::min(base * (1U << std::min(silences_, most_doublings)), std::max(base, longest));
  }

  /// True while a stream without a frame is to be told, since no timeout holds.
  [[nodiscard]] bool awaits_start() const {
    return (owed_ || (!seen_in_run_ && !told_start_)) && timeout().count() == 0;
  }

  /// When something is to be said, whatever the timeouts are.
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
  bool owed_{};  // a frame, since the device was mended or came back
  unsigned silences_{};
  std::optional<Time> since_;           // the wait, or its latest silence
  std::optional<Time> withheld_since_;  // the first frame that was left out in this wait
  bool damaged_{};                      // one of those
  bool told_{};                         // of those
  bool told_start_{};
};

}  // namespace v4l2gst
