#include "buffers/lent_buffers.h"

#include <cerrno>

#include "buffers/downstream.h"
#include "buffers/plane_memory.h"
#include "common/log.h"
#include "common/settings.h"
#include "device/device.h"
#include "formats/stream_config.h"
#include "messages/failures.h"
#include "messages/report.h"
#include "stream/buffers.h"

namespace v4l2gst {
namespace {

v4l2::BufferWish wish_for(const AllocationRequest& request, CacheHints hints) {
  v4l2::BufferWish wish{.memory = v4l2::Memory::mmap, .non_coherent = hints != CacheHints::off};
  // Only a map of DMABuf memory can synchronise caches.
  if (hints == CacheHints::lazy && request.settings.io_mode != IoMode::mmap)
    wish.queue_flags = V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE;
  return wish;
}

guint size_of(const v4l2::Buffers& buffers) {
  guint size{};
  for (const auto& plane : buffers.planes(0))
    size += plane.length;
  return size;
}

}  // namespace

LentBuffers::LentBuffers(const AllocationRequest& request, std::unique_ptr<v4l2::Buffers> buffers,
                         Supply supply, const char* io_method)
    : io_method_{io_method},
      buffers_{std::move(buffers)},
      lender_{request, std::move(supply), size_of(*buffers_), request.device.reserves_buffers()} {}

// ---- allocation ---------------------------------------------------------------------------------

v4l2::Result<LentBuffers> LentBuffers::mapped(const AllocationRequest& request) {
  return mapped(request, request.settings.cache_hints);
}

v4l2::Result<LentBuffers> LentBuffers::mapped(const AllocationRequest& request, CacheHints hints) {
  const auto io_mode = request.settings.io_mode;
  auto buffers = request_buffers(request, wish_for(request, hints));
  if (!buffers) return std::unexpected{buffers.error()};
  if (io_mode != IoMode::mmap) {
    const bool lazy = hints == CacheHints::lazy && (*buffers)->cache_hints();
    auto exported = Supply::make(request, **buffers, exported_memory(**buffers, lazy));
    if (exported)
      return LentBuffers{request, std::move(*buffers), std::move(*exported),
                         "the driver's buffers as DMABuf"};
    const int code = exported.error().code;
    if (io_mode == IoMode::dmabuf || request.agreed->dmabuf_caps || code == EPROTO)
      return std::unexpected{exported.error()};
    GST_INFO_OBJECT(request.element, "io-mode=auto: the driver exports no DMABuf (%s)",
                    g_strerror(code));
    if (lazy) {
      // A map of plain memory can't synchronise caches, so the kernel has to.
      buffers->reset();
      return mapped(request, CacheHints::cached);
    }
  }
  auto plain = Supply::make(request, **buffers, mapped_memory(**buffers));
  if (!plain) return std::unexpected{plain.error()};
  return LentBuffers{request, std::move(*buffers), std::move(*plain),
                     "the driver's buffers as plain memory"};
}

v4l2::Result<LentBuffers> LentBuffers::user_memory(const AllocationRequest& request) {
  auto buffers = request_buffers(request, {.memory = v4l2::Memory::userptr});
  if (!buffers) return std::unexpected{buffers.error()};
  auto supply = Supply::make(request, **buffers, own_memory(**buffers));
  if (!supply) return std::unexpected{supply.error()};
  return LentBuffers{request, std::move(*buffers), std::move(*supply),
                     "plain memory of our own (userptr)"};
}

v4l2::Result<std::optional<LentBuffers>> LentBuffers::imported(const AllocationRequest& request) {
  const auto& downstream = request.downstream;
  if (!downstream.allocator) return std::nullopt;
  auto buffers = request_buffers(request, {.memory = v4l2::Memory::dmabuf});
  if (!buffers) {
    if (!means_unsupported(buffers.error())) return std::unexpected{buffers.error()};
    GST_DEBUG_OBJECT(request.element,
                     "the driver refuses the memory of downstream's allocator (%s)",
                     g_strerror(buffers.error().code));
    return std::nullopt;
  }
  // It does not grow: its first buffers decide how much of downstream's memory it has.
  auto supply = Supply::make(
      request, **buffers,
      allocated_memory(**buffers, downstream.allocator.get(), downstream.params), false);
  if (supply)
    return LentBuffers{request, std::move(*buffers), std::move(*supply),
                       "the DMABuf memory of downstream's allocator"};
  if (supply.error().code != EINVAL) return std::unexpected{supply.error()};
  GST_DEBUG_OBJECT(request.element, "downstream's allocator gives no DMABufs that will do");
  return std::nullopt;
}

// ---- streaming ----------------------------------------------------------------------------------

v4l2::Result<> LentBuffers::start(const v4l2::Device& /*device*/) {
  auto stream = v4l2::Stream::start(*buffers_);
  if (!stream) return std::unexpected{stream.error()};
  stream_.emplace(std::move(*stream));
  return {};
}

v4l2::Result<v4l2::Arrival> LentBuffers::next(std::optional<std::chrono::milliseconds> timeout) {
  if (!stream_) return v4l2::Interrupted{};
  return stream_->next(timeout);
}

std::optional<v4l2::Result<v4l2::Arrival>> LentBuffers::ready() {
  return stream_ ? stream_->ready() : std::nullopt;
}

bool LentBuffers::suits(const Downstream& downstream, bool reserves_buffers) {
  lender_.heed(downstream, reserves_buffers);
  return true;
}

bool LentBuffers::pinned() const {
  return buffers_->memory() == v4l2::Memory::mmap && !buffers_->orphans() && queue().on_loan() > 0;
}

}  // namespace v4l2gst
