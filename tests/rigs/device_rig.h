#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/handles.h"
#include "kernel/kernel.h"
#include "rigs/rig.h"

namespace real {

/// Alone runs the element alone in a harness, in front of a real device.
class Alone {
public:
  /// `kernel` must outlive the object. `caps` are those of downstream; null means any.
  Alone(const std::string& device, v4l2::Kernel& kernel, const char* caps);
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  ~Alone();

  void play() const { gst_harness_play(harness); }

  /// Returns the next buffer, or null if none arrives within a minute.
  [[nodiscard]] v4l2gst::BufferPtr next() const;
  /// Returns the current caps of the stream, or null.
  [[nodiscard]] v4l2gst::CapsPtr caps() const;
  [[nodiscard]] std::string caps_text() const;
  /// Returns the texts of the ERRORs since the last call.
  [[nodiscard]] std::string errors() const;

  /// Returns the nick of the property "signal".
  [[nodiscard]] std::string signal() const;
  /// Waits until the property "signal" has one of these nicks. Returns false after a minute.
  [[nodiscard]] bool wait_for_signal(const std::vector<std::string>& nicks) const;

  GstElement* element;
  GstBus* bus;
  GstHarness* harness;
};

}  // namespace real
