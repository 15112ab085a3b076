#include "element/interrupts.h"

#include <utility>

namespace v4l2gst {

v4l2::Result<> Interrupts::prepare() {
  auto prepared = frame_waker_.prepare();
  return prepared ? absence_waker_.prepare() : prepared;
}

void Interrupts::interrupt_for_pause() {
  pausing_ = std::thread::id{};
  raise(v4l2::Waker::pause);
}

void Interrupts::end_pause() {
  lower(v4l2::Waker::pause);
}

void Interrupts::unlock() {
  // GstBaseSrc 1.26 calls unlock() for a pause too. FLUSHING would be the wrong answer then. The
  // pipeline may play again before the base class sees FLUSHING (1.26.2). That ends the streaming
  // task, and nothing starts it again.
  if (pausing_.load() == std::this_thread::get_id()) return;
  if (streaming_.load() == std::this_thread::get_id()) streaming_unlocked_ = true;
  raise(v4l2::Waker::flush);
}

void Interrupts::unlock_stop() {
  if (streaming_.load() == std::this_thread::get_id() && !std::exchange(streaming_unlocked_, false))
    return;
  lower(v4l2::Waker::flush);
}

void Interrupts::streaming_ended() {
  streaming_ = std::thread::id{};
  streaming_unlocked_ = false;
}

void Interrupts::raise(v4l2::Waker::Reason reason) {
  frame_waker_.raise(reason);
  absence_waker_.raise(reason);
}

void Interrupts::lower(v4l2::Waker::Reason reason) {
  frame_waker_.lower(reason);
  absence_waker_.lower(reason);
}

}  // namespace v4l2gst
