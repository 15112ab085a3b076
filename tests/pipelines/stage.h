#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <gst/gst.h>

namespace pipelines {

/// A Stage plays a pipeline of an example, and looks at what leaves its source, which is named
/// "src".
class Stage {
public:
  explicit Stage(const std::string& pipeline);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  [[nodiscard]] GstElement* element(const char* name) const;

  /// The streaming thread calls `function` for each frame, before the frame is passed on.
  void on_frame(std::function<void()> function) { on_frame_ = std::move(function); }

  void play() const;
  /// Waits for so many frames more. Returns false at an ERROR, at EOS, and after a time limit.
  [[nodiscard]] bool wait_for_frames(unsigned count);
  /// Waits for frames of this size. Returns false at an ERROR, at EOS, and after a time limit.
  [[nodiscard]] bool wait_for_size(const std::string& size);
  /// Waits for EOS.
  void wait_for_end();
  /// Sends EOS, and waits for it.
  void end();

  /// Returns the texts of all ERRORs.
  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

private:
  GstPadProbeReturn see(GstPadProbeInfo* info);
  [[nodiscard]] bool next_message();
  [[nodiscard]] unsigned frames();
  [[nodiscard]] std::string size();

  GstElement* pipeline_{};
  GstBus* bus_{};
  std::function<void()> on_frame_;
  std::vector<std::string> errors_;
  bool over_{};
  std::mutex mutex_;  // guards all below
  unsigned frames_{};
  std::string size_;  // of the frames that come
};

}  // namespace pipelines
