#include "session/commands.h"

#include "kernel/waker.h"

namespace v4l2gst {

void Commands::add(unsigned commands) {
  waiting_ |= commands;  // before the waker is raised: whoever it wakes must find them
  waker_.raise(v4l2::Waker::command);
}

unsigned Commands::take() {
  if (!waker_.raised(v4l2::Waker::command)) return 0;  // on most frames
  waker_.lower(v4l2::Waker::command);  // first: a command that is added now raises it again
  return waiting_.exchange(0);
}

unsigned Commands::take_wishes() {
  const auto taken = take();
  if ((taken & key_frame) != 0) add(key_frame);
  return taken & ~unsigned{key_frame};
}

bool Commands::has_wishes() const {
  return !held_ && (waiting_ & ~unsigned{key_frame}) != 0;
}

void Commands::forget_key_frame() {
  const auto kept = take() & ~unsigned{key_frame};
  if (kept != 0) add(kept);
}

}  // namespace v4l2gst
