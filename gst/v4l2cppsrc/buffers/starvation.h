#pragma once

#include <cstdint>

#include "common/settings.h"

namespace v4l2gst {

/// The action on a frame that has just been dequeued.
enum class StarvationAction {
  lend,  ///< its buffer goes downstream
  grow,  ///< another buffer is allocated, then its buffer goes downstream
  copy,  ///< a copy of it goes downstream
  drop,  ///< it does not go downstream, and its buffer is requeued
};

/// The buffers at the time when a frame has been dequeued.
struct BufferCounts {
  std::uint32_t waiting{};  ///< buffers left with the driver
  std::uint32_t count{};    ///< buffers in all
  std::uint32_t most{};     ///< buffers that there may be
  bool can_grow{};
  bool can_copy{};
};

/// Returns the action by the policy of on-starved. Pure.
constexpr StarvationAction starvation_action(OnStarved policy, const BufferCounts& counts) {
  // A driver with two buffers can fill one while the other is on its way. A driver with none loses
  // frames.
  const std::uint32_t reserve = counts.count > 2 ? 2 : 1;
  if (counts.waiting >= reserve || counts.count < 2) return StarvationAction::lend;
  if (policy == OnStarved::grow && counts.can_grow && counts.count < counts.most)
    return StarvationAction::grow;
  if (policy != OnStarved::drop && counts.can_copy) return StarvationAction::copy;
  return counts.waiting > 0 ? StarvationAction::lend : StarvationAction::drop;
}

}  // namespace v4l2gst
