#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "common/handles.h"
#include "fault_matrix/stage.h"
#include "kernel/kernel.h"

namespace faults {

/// The element and a sink that looks at each frame, holds some if it is told to, and hears all that
/// is posted.
class WatchedPipeline {
public:
  WatchedPipeline(Stage& stage, v4l2::Kernel& kernel, const Fault& fault);
  WatchedPipeline(const WatchedPipeline&) = delete;
  WatchedPipeline& operator=(const WatchedPipeline&) = delete;
  ~WatchedPipeline();

  void point_at(const std::string& device);
  void set_state(GstState state);
  void send_eos();
  void flush();
  /// Stops it; what that took on the stage's clock.
  std::chrono::milliseconds stop();

  /// What happened since start_over().
  struct Seen {
    unsigned frames{};
    unsigned silences{};
    unsigned errors{};
    bool ended{};
    std::string cause;                 ///< of the first ERROR
    std::string text;                  ///< of the first ERROR
    std::vector<std::string> notices;  ///< each state and each WARNING's cause once, in order
    bool flagged{};                    ///< a frame was GST_BUFFER_FLAG_CORRUPTED
    std::string wrong_frame;           ///< how one of them was wrong

    [[nodiscard]] bool over() const { return errors > 0 || ended; }

    [[nodiscard]] bool has(const std::string& notice) const;
  };

  [[nodiscard]] Seen seen();
  void start_over();
  void count_frames_anew();

  /// Waits until `enough` says so of what was seen, and lets time pass meanwhile where it takes
  /// that; false when it takes for ever.
  template <class Enough>
  bool wait(Enough enough) {
    const auto ended = [&] {
      return enough(seen_);
    };
    const auto deadline = std::chrono::steady_clock::now() + stage_.patience();
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        // Now and then, as neither what a counter counts wakes us, nor who waits for time.
        if (changed_.wait_for(lock, std::chrono::milliseconds{5}, ended)) return true;
      }
      if (std::chrono::steady_clock::now() > deadline) return false;
      while (std::chrono::steady_clock::now() <= deadline && stage_.pass_time()) {
        const std::lock_guard lock{mutex_};
        if (ended()) return true;
      }
    }
  }

  /// From now on frames are kept.
  void hold();
  /// Frees what is held, and holds nothing from now on.
  void release();
  [[nodiscard]] bool holds_all();
  /// Whether what is held is still what it was.
  [[nodiscard]] bool unchanged();

  /// A field of `stats`.
  [[nodiscard]] std::uint64_t stat(const char* name) const;

private:
  struct Held {
    v4l2gst::BufferPtr buffer;
    std::vector<std::uint8_t> bytes;
  };

  static GstBusSyncReply hear(GstBus* bus, GstMessage* message, gpointer self);
  static void see(GstElement* sink, GstBuffer* buffer, GstPad* pad, gpointer self);
  void note(GstMessage* message);

  Stage& stage_;
  bool looks_;
  GstElement* pipeline_;
  GstElement* element_;
  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  Seen seen_;
  bool holds_{};
  std::vector<Held> held_;
};

}  // namespace faults
