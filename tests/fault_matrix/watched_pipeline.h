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

/// The element and a sink in a pipeline. The sink checks each frame, and holds some on request. The
/// class records all messages.
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
  /// Stops the pipeline, and returns how long that took on the stage's clock.
  std::chrono::milliseconds stop();

  /// The events since start_over().
  struct Seen {
    unsigned frames{};
    unsigned silences{};
    unsigned errors{};
    bool ended{};
    std::string cause;                 ///< of the first ERROR
    std::string text;                  ///< of the first ERROR
    std::vector<std::string> notices;  ///< each state and each WARNING's cause once, in order
    bool flagged{};                    ///< a frame had GST_BUFFER_FLAG_CORRUPTED
    std::string wrong_frame;           ///< how a frame was wrong

    [[nodiscard]] bool over() const { return errors > 0 || ended; }

    [[nodiscard]] bool has(const std::string& notice) const;
  };

  [[nodiscard]] Seen seen();
  void start_over();
  void count_frames_anew();

  /// Waits until `enough` returns true, and lets time pass meanwhile where it does not pass by
  /// itself. Returns false after the stage's time limit.
  template <class Enough>
  bool wait(Enough enough) {
    const auto ended = [&] {
      return enough(seen_);
    };
    const auto deadline = std::chrono::steady_clock::now() + stage_.patience();
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        // The limit is short, since neither a counter of `stats` nor a thread that waits for time
        // wakes this.
        if (changed_.wait_for(lock, std::chrono::milliseconds{5}, ended)) return true;
      }
      if (std::chrono::steady_clock::now() > deadline) return false;
      while (std::chrono::steady_clock::now() <= deadline && stage_.pass_time()) {
        const std::lock_guard lock{mutex_};
        if (ended()) return true;
      }
    }
  }

  /// The sink keeps frames from now on.
  void hold();
  /// Frees the held frames. The sink keeps none from now on.
  void release();
  [[nodiscard]] bool holds_all();
  /// Returns whether the held frames still have their bytes.
  [[nodiscard]] bool unchanged();

  /// Returns a field of the property "stats".
  [[nodiscard]] std::uint64_t stat(const char* name) const;

  /// Returns the element's descriptor of the open device.
  [[nodiscard]] int descriptor() const;

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
  std::condition_variable changed_;  // guarded by mutex_
  Seen seen_;
  bool holds_{};
  std::vector<Held> held_;
};

}  // namespace faults
