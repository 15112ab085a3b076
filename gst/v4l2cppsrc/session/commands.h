#pragma once

#include <atomic>

namespace v4l2 {
class Waker;
}

namespace v4l2gst {

/// The commands that wait for the session. A command says which of the user's wishes changed, never
/// what is wished for. So commands do not queue up, and none is lost.
///
/// Source owns it. Any thread adds commands. The holder of Source's lock takes them, for the
/// session to run.
class Commands {
public:
  enum Command : unsigned {
    key_frame = 1,  ///< the device's encoder makes its next frame a key frame
    controls = 2,   ///< the wishes for controls changed
    geometry = 4,   ///< the wishes for rectangles or orientation changed
    input = 8,      ///< the wishes for the input or its signal changed
  };

  explicit Commands(v4l2::Waker& waker) : waker_{waker} {}

  /// Adds commands, and interrupts a wait for the next frame. Any thread.
  void add(unsigned commands);

  /// Returns the commands that wait, and keeps none. Costs one comparison if there is none.
  unsigned take();

  /// Returns the commands that wait, except for a key frame, which still waits. A key frame is
  /// asked for only while the device streams. The other commands run in any state.
  unsigned take_wishes();

  /// Returns true if wishes wait that are to be applied now. Any thread.
  [[nodiscard]] bool has_wishes() const;

  /// Drops commands, since the caller is about to do all that they ask for. The holder of the lock
  /// calls it before it reads the wishes.
  void drop(unsigned commands) { waiting_ &= ~commands; }

  /// Drops a request for a key frame, at the end of a run.
  void forget_key_frame();

  /// Puts the wishes off until release(). A negotiation does so while it emits "prepare-format",
  /// since a handler that sets a property must not change the device then.
  void hold() { held_ = true; }

  void release() { held_ = false; }

private:
  v4l2::Waker& waker_;
  // Sequentially consistent by default. On most frames only the waker's reasons are read.
  std::atomic<unsigned> waiting_{};
  std::atomic<bool> held_{};
};

}  // namespace v4l2gst
