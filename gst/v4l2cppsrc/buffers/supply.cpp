#include "buffers/supply.h"

#include <utility>

#include "buffers/lent_memory.h"
#include "common/log.h"
#include "common/settings.h"
#include "formats/stream_config.h"
#include "stream/buffers.h"

namespace v4l2gst {
namespace {

PlaneMemoryFactory mapping_ahead(PlaneMemoryFactory maker) {
  return [make = std::move(maker)](std::uint32_t index) {
    auto made = make(index);
    if (made)
      for (const auto& memory : *made)
        map_ahead(memory.get());
    return made;
  };
}

}  // namespace

Supply::Supply(const AllocationRequest& request, v4l2::Buffers* buffers,
               std::shared_ptr<v4l2::BufferQueue> queue, PlaneMemoryFactory maker, bool can_grow)
    : element_{request.element},
      format_{request.agreed->format},
      buffers_{buffers},
      queue_{std::move(queue)},
      factory_{inspects_frames(request) ? mapping_ahead(std::move(maker)) : std::move(maker)},
      buffer_pool_{BufferPool::make(format_.plane_count, request.agreed->layout)},
      policy_{{.on_starved = request.settings.on_starved,
               .first = queue_->buffer_count(),
               .min_buffers = request.settings.min_buffers,
               .max_buffers = request.settings.max_buffers,
               .can_grow = can_grow}} {}

v4l2::Result<Supply> Supply::make(const AllocationRequest& request, v4l2::Buffers& buffers,
                                  PlaneMemoryFactory maker, bool can_grow) {
  Supply supply{request, &buffers, buffers.queue(), std::move(maker), can_grow};
  if (const auto filled = supply.fill(); !filled) return std::unexpected{filled.error()};
  return supply;
}

v4l2::Result<Supply> Supply::make(const AllocationRequest& request,
                                  std::shared_ptr<v4l2::BufferQueue> queue,
                                  PlaneMemoryFactory maker) {
  Supply supply{request, nullptr, std::move(queue), std::move(maker), true};
  if (const auto filled = supply.fill(); !filled) return std::unexpected{filled.error()};
  return supply;
}

v4l2::Result<> Supply::fill() {
  for (std::uint32_t index = 0; index < queue_->buffer_count(); ++index) {
    auto memories = factory_(index);
    if (!memories) return std::unexpected{memories.error()};
    buffer_pool_->insert(index, std::move(*memories));
  }
  return {};
}

v4l2::Result<bool> Supply::grow() {
  if (const auto retired = queue_->retired()) return reinstate(*retired);
  auto index =
      buffers_ != nullptr ? buffers_->grow(format_) : v4l2::Result<std::uint32_t>{queue_->vacant()};
  if (!index) {
    policy_.cannot_grow();
    GST_INFO_OBJECT(element_, "no more than %u buffers: %s", queue_->buffer_count(),
                    g_strerror(index.error().code));
    return false;
  }
  auto memories = factory_(*index);
  if (!memories) {
    policy_.cannot_grow();
    if (buffers_ != nullptr) queue_->retire(*index);
    return false;
  }
  buffer_pool_->insert(*index, std::move(*memories));
  if (buffers_ == nullptr) queue_->add(*index);
  GST_DEBUG_OBJECT(element_, "downstream holds so many that there are %u buffers now",
                   queue_->buffer_count());
  return reinstate(*index);
}

v4l2::Result<bool> Supply::reinstate(std::uint32_t index) {
  policy_.has_grown();
  const auto reinstated = queue_->reinstate(index);
  if (!reinstated) return std::unexpected{reinstated.error()};
  return true;
}

void Supply::consider_shrinking() {
  const auto retired = queue_->retired_count();
  if (!policy_.has_extra(queue_->buffer_count())) return;  // on most frames
  if (retired > 0 && can_free_) free_retired();
  if (policy_.shrinks(queue_->waiting(), queue_->buffer_count() - retired))
    queue_->retire(queue_->highest());
}

void Supply::free_retired() {
  const auto index = queue_->retired_idle();
  if (!index) return;
  if (buffers_ != nullptr && !buffers_->shrink(*index)) {
    can_free_ = false;
    return;
  }
  if (buffers_ == nullptr) queue_->remove(*index);
  buffer_pool_->remove(*index);
}

}  // namespace v4l2gst
