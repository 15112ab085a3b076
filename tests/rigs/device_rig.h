#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/handles.h"
#include "kernel/kernel.h"
#include "rigs/rig.h"

namespace real {

/// The element alone in a harness, in front of a real device.
class Alone {
public:
  /// `kernel` must outlive it. `caps` is what downstream takes; null for anything.
  Alone(const std::string& device, v4l2::Kernel& kernel, const char* caps);
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  ~Alone();

  void play() const { gst_harness_play(harness); }

  /// The next buffer; null where none comes for a minute.
  [[nodiscard]] v4l2gst::BufferPtr next() const;
  /// The caps of the stream; null where it has none.
  [[nodiscard]] v4l2gst::CapsPtr caps() const;
  [[nodiscard]] std::string caps_text() const;
  /// The texts of the ERRORs since the last question.
  [[nodiscard]] std::string errors() const;

  GstElement* element;
  GstBus* bus;
  GstHarness* harness;
};

}  // namespace real
