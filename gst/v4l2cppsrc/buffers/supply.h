#pragma once

#include <cstdint>
#include <memory>

#include "buffers/allocation_request.h"
#include "buffers/buffer_pool.h"
#include "buffers/plane_memory.h"
#include "buffers/supply_policy.h"
#include "stream/buffers.h"

namespace v4l2gst {

/// Makes the memory of buffers that are lent. Adds or retires a buffer when SupplyPolicy says so.
///
/// It owns the pool, the factory of memory and the policy. The driver's buffers belong to its owner
/// and outlive it. The streaming thread calls it. It does not know whether the device streams, nor
/// what becomes of a frame.
class Supply {
public:
  /// Makes the memory of each buffer that the queue of `buffers` has. Error: that of `maker`.
  static v4l2::Result<Supply> make(const AllocationRequest& request, v4l2::Buffers& buffers,
                                   PlaneMemoryFactory maker, bool can_grow = true);
  /// The same for buffers that no driver knows: those of `queue`.
  static v4l2::Result<Supply> make(const AllocationRequest& request,
                                   std::shared_ptr<v4l2::BufferQueue> queue,
                                   PlaneMemoryFactory maker);

  /// Returns the action on a frame that has just been dequeued.
  [[nodiscard]] StarvationAction starvation_action(bool can_copy) const {
    return policy_.starvation_action(queue_->waiting(),
                                     queue_->buffer_count() - queue_->retired_count(), can_copy);
  }

  /// Adds one buffer. Returns false if that is impossible, now and for ever. Error: that of
  /// VIDIOC_QBUF.
  v4l2::Result<bool> grow();

  /// Retires one buffer, once the policy says so, and frees it later. A driver that can't free it
  /// alone leaves it unused, and frees it with the others. The caller calls this once for each
  /// frame that is lent.
  void consider_shrinking();

  /// Returns how many buffers downstream is told to expect.
  [[nodiscard]] std::uint32_t most() const { return policy_.announced(queue_->buffer_count()); }

  /// Returns how many buffers it may grow to.
  [[nodiscard]] std::uint32_t limit() const { return policy_.most(); }

  [[nodiscard]] const std::shared_ptr<BufferPool>& buffer_pool() const { return buffer_pool_; }

  [[nodiscard]] const v4l2::BufferQueue& queue() const { return *queue_; }

private:
  Supply(const AllocationRequest& request, v4l2::Buffers* buffers,
         std::shared_ptr<v4l2::BufferQueue> queue, PlaneMemoryFactory maker, bool can_grow);

  v4l2::Result<> fill();
  v4l2::Result<bool> reinstate(std::uint32_t index);
  void free_retired();

  GstElement* element_;
  v4l2::Format format_;
  v4l2::Buffers* buffers_;  // null where no driver knows of them
  std::shared_ptr<v4l2::BufferQueue> queue_;
  PlaneMemoryFactory factory_;
  std::shared_ptr<BufferPool> buffer_pool_;
  SupplyPolicy policy_;
  bool can_free_{true};  // false once the driver is known to free buffers only all together
};

}  // namespace v4l2gst
