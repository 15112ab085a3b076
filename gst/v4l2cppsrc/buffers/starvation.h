#pragma once

#include <cstdint>

#include "common/settings.h"

namespace v4l2gst {

/// What is done with a frame that has just been dequeued.
enum class Relief {
  lend,  ///< its buffer goes downstream
  grow,  ///< another buffer is allocated, then its buffer goes downstream
  copy,  ///< a copy of it goes downstream
  drop,  ///< nothing goes downstream
};

/// What is known when a frame has been dequeued.
struct Supply {
  std::uint32_t waiting{};  ///< buffers left with the driver
  std::uint32_t count{};    ///< buffers in all
  std::uint32_t most{};     ///< buffers that there may be
  bool can_grow{};
  bool can_copy{};
};

/// The policy of on-starved. Pure.
constexpr Relief relief(OnStarved policy, const Supply& supply) {
  // A driver that has two can fill one while the other is on its way; one that has none loses
  // frames.
  const std::uint32_t reserve = supply.count > 2 ? 2 : 1;
  if (supply.waiting >= reserve || supply.count < 2) return Relief::lend;
  if (policy == OnStarved::grow && supply.can_grow && supply.count < supply.most)
    return Relief::grow;
  if (policy != OnStarved::drop && supply.can_copy) return Relief::copy;
  return supply.waiting > 0 ? Relief::lend : Relief::drop;
}

}  // namespace v4l2gst
