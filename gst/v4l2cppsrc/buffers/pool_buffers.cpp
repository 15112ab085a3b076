#include "buffers/pool_buffers.h"

#include <algorithm>
#include <variant>

#include "buffers/downstream.h"
#include "common/log.h"
#include "device/device.h"
#include "messages/failures.h"
#include "messages/report.h"
#include "stream/buffers.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

/// How often an empty pool is asked again. A pool can't report that a buffer is back.
constexpr std::chrono::milliseconds pool_patience{4};

/// The same while the driver has enough buffers to go on, but could have more.
constexpr std::chrono::milliseconds calm_patience{100};
constexpr std::uint32_t enough_to_go_on = 2;

}  // namespace

PoolBuffers::PoolBuffers(std::unique_ptr<v4l2::Buffers> buffers, std::unique_ptr<Importer> importer)
    : buffers_{std::move(buffers)}, importer_{std::move(importer)} {
  importer_->attach(*buffers_);
}

v4l2::Result<std::optional<PoolBuffers>> PoolBuffers::allocate(const AllocationRequest& request,
                                                               std::unique_ptr<Importer> importer,
                                                               v4l2::Memory memory) {
  auto buffers = request_buffers(request, {.memory = memory, .on_requeue = v4l2::OnRequeue::keep});
  if (buffers) return PoolBuffers{std::move(*buffers), std::move(importer)};
  // The driver may still take memory of ours, or give its own.
  if (!means_unsupported(buffers.error())) return std::unexpected{buffers.error()};
  GST_DEBUG_OBJECT(request.element, "the driver refuses the memory of downstream's pool (%s)",
                   g_strerror(buffers.error().code));
  return std::nullopt;
}

v4l2::Result<> PoolBuffers::start(const v4l2::Device& /*device*/) {
  const auto filled = importer_->refill();
  if (!filled) return filled;
  auto stream = v4l2::Stream::start(*buffers_);
  if (!stream) return std::unexpected{stream.error()};
  stream_.emplace(std::move(*stream));
  return {};
}

void PoolBuffers::stop() {
  stream_.reset();
  importer_->recall();
}

v4l2::Result<v4l2::Arrival> PoolBuffers::next(std::optional<std::chrono::milliseconds> timeout) {
  if (!stream_) return v4l2::Interrupted{};
  for (std::chrono::milliseconds waited{};;) {
    if (const auto filled = importer_->refill(); !filled) {
      // The VIDIOC_QBUF of refill() may be the first call to fail.
      const auto failure = v4l2::failure_of(*buffers_->node(), filled.error(), false);
      if (!failure) return std::unexpected{filled.error()};
      return std::visit([](const auto& what) -> v4l2::Arrival { return what; }, *failure);
    }
    const auto rest = timeout ? std::optional{*timeout - waited} : std::nullopt;
    if (queue().idle() == 0) return stream_->next(rest);
    auto patience = queue().waiting() < enough_to_go_on ? pool_patience : calm_patience;
    if (rest) patience = std::min(patience, *rest);
    auto arrival = stream_->next(patience);
    waited += patience;
    if (!arrival || (!std::holds_alternative<v4l2::Starved>(*arrival) &&
                     !std::holds_alternative<v4l2::Stalled>(*arrival)))
      return arrival;
    if (timeout && waited >= *timeout) return arrival;
  }
}

std::optional<v4l2::Result<v4l2::Arrival>> PoolBuffers::ready() {
  return stream_ ? stream_->ready() : std::nullopt;
}

bool PoolBuffers::suits(const Downstream& downstream, bool /*reserves_buffers*/) {
  return importer_->pool() == downstream.pool.get();
}

}  // namespace v4l2gst
