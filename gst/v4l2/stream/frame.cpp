#include "stream/frame.h"

#include <algorithm>
#include <utility>

#include "stream/buffer_queue.h"
#include "stream/wire_buffer.h"

namespace v4l2 {

Frame::Frame(std::shared_ptr<BufferQueue> queue, const WireBuffer& filled,
             std::span<const BufferPlane> planes)
    : queue_{std::move(queue)},
      index_{filled.index()},
      sequence_{filled.peek().sequence},
      flags_{filled.peek().flags},
      field_{filled.peek().field},
      timestamp_{filled.timestamp()},
      queued_at_{queue_ ? queue_->queued_at(index_) : std::chrono::nanoseconds{}},
      plane_count_{static_cast<std::uint32_t>(planes.size())} {
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    const auto end = std::min(filled.bytes_used(plane), planes[plane].length);
    const auto begin = std::min(filled.data_offset(plane), end);
    payloads_[plane] = {
        .offset = begin, .length = end - begin, .room = planes[plane].length - begin};
    impossible_ = impossible_ || filled.bytes_used(plane) > planes[plane].length ||
                  filled.data_offset(plane) > filled.bytes_used(plane);
  }
}

void Frame::requeue() {
  queue_->requeue(index_);
}

}  // namespace v4l2
