#pragma once

#include <atomic>
#include <string>

#include <gst/gst.h>

namespace pipelines {

/// A WatchedPad counts what passes a pad. When enough frames have passed, it posts a message on the
/// element's bus.
class WatchedPad {
public:
  /// Takes the caller's reference to the pad. The message comes after `wanted` frames.
  WatchedPad(GstPad* pad, unsigned wanted);
  WatchedPad(const WatchedPad&) = delete;
  WatchedPad& operator=(const WatchedPad&) = delete;
  /// The pipeline must have stopped.
  ~WatchedPad();

  [[nodiscard]] std::string name() const;

  [[nodiscard]] unsigned frames() const { return frames_; }

  [[nodiscard]] bool has_enough() const { return frames_ >= wanted_; }

  [[nodiscard]] bool ended() const { return ended_; }  ///< EOS has passed

  [[nodiscard]] bool saw_dmabuf() const { return saw_dmabuf_; }

private:
  void see(GstPadProbeInfo* info);

  GstPad* pad_;
  unsigned wanted_;
  // The streaming thread writes these.
  std::atomic<unsigned> frames_{};
  std::atomic<bool> ended_{};
  std::atomic<bool> saw_dmabuf_{};
};

}  // namespace pipelines
