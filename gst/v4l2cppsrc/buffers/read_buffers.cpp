#include "buffers/read_buffers.h"

#include <cerrno>

#include "buffers/downstream.h"
#include "buffers/plane_memory.h"
#include "device/device.h"
#include "formats/stream_config.h"
#include "kernel/waker.h"
#include "stream/buffers.h"

namespace v4l2gst {
namespace {

/// read() fills memory of ours, so no driver can fill it while it is on loan.
constexpr bool reserved = true;

}  // namespace

ReadBuffers::ReadBuffers(const AllocationRequest& request, std::shared_ptr<v4l2::BufferQueue> queue,
                         std::unique_ptr<v4l2::Reader::Slots> slots, Supply supply)
    : waker_{&request.waker},
      queue_{std::move(queue)},
      slots_{std::move(slots)},
      lender_{request, std::move(supply), static_cast<guint>(slots_->front().size()), reserved} {}

v4l2::Result<ReadBuffers> ReadBuffers::allocate(const AllocationRequest& request) {
  const auto& format = request.agreed->format;
  // vb2 reads one plane only. It says EINVAL for what can't be read.
  if (!request.device.capability().has(V4L2_CAP_READWRITE) || format.plane_count != 1)
    return std::unexpected{v4l2::Error{.code = EINVAL, .call = "read"}};
  auto queue = std::make_shared<v4l2::BufferQueue>(
      nullptr, request.waker, v4l2::WireBuffer{request.device.buffer_type(), v4l2::Memory::mmap, 1},
      v4l2::OnRequeue::queue);
  for (std::uint32_t index = 0; index < first_count(request); ++index)
    queue->add(index);
  auto slots = std::make_unique<v4l2::Reader::Slots>(v4l2::BufferQueue::most_buffers);
  auto supply = Supply::make(
      request, queue,
      read_memory(request.device.node()->kernel(), *slots, format.planes[0].size_image));
  if (!supply) return std::unexpected{supply.error()};
  return ReadBuffers{request, std::move(queue), std::move(slots), std::move(*supply)};
}

v4l2::Result<> ReadBuffers::start(const v4l2::Device& device) {
  device.release_format();
  auto reader = v4l2::Reader::start(device.node()->kernel(), device.path(), *waker_, queue_,
                                    *slots_, device.buffer_type());
  if (!reader) return std::unexpected{reader.error()};
  reader_.emplace(std::move(*reader));
  return {};
}

v4l2::Result<v4l2::Arrival> ReadBuffers::next(std::optional<std::chrono::milliseconds> timeout) {
  if (!reader_) return v4l2::Interrupted{};
  return reader_->next(timeout);
}

std::optional<v4l2::Result<v4l2::Arrival>> ReadBuffers::ready() {
  return reader_ ? reader_->ready() : std::nullopt;
}

bool ReadBuffers::suits(const Downstream& downstream, bool /*reserves_buffers*/) {
  lender_.heed(downstream, reserved);
  return true;
}

}  // namespace v4l2gst
