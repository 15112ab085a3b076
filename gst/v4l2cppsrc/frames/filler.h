#pragma once

#include <gst/gst.h>

#include "common/handles.h"

namespace v4l2gst {

/// Makes the black frames that go downstream while the device sends none.
///
/// The session owns it while it waits for a signal. It uses memory of its own, which all frames
/// share, and knows neither the device nor the time.
class Filler {
public:
  /// Prepares frames of these fixed caps. Allocates one picture if there is a black one.
  explicit Filler(const GstCaps* caps);

  /// Returns the duration of a frame. Without a rate in the caps it is 40 ms.
  [[nodiscard]] GstClockTime duration() const { return duration_; }

  /// Returns false if the caps have no black picture. These are compressed and Bayer formats, and
  /// caps that promise a special kind of memory.
  [[nodiscard]] bool has_black() const { return black_ != nullptr; }

  /// Returns a black frame without times. The caller has checked has_black().
  [[nodiscard]] BufferPtr black();

private:
  MemoryPtr black_;
  GstClockTime duration_{};
  bool alternates_{};  // its frames are fields, in turn
  bool bottom_{};      // the next one is a bottom field
};

}  // namespace v4l2gst
