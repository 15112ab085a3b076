#include "buffers/allocation.h"

#include <cerrno>
#include <utility>

#include "buffers/downstream.h"
#include "buffers/lent_buffers.h"
#include "buffers/pool_buffers.h"
#include "buffers/read_buffers.h"
#include "buffers/stride.h"
#include "common/log.h"
#include "common/settings.h"
#include "device/device.h"
#include "formats/stream_config.h"
#include "messages/failures.h"
#include "stream/buffers.h"

namespace v4l2gst {
namespace {

/// Asks the driver for longer lines. Its answer is the agreed format from now on.
v4l2::Result<> lengthen_lines(AllocationRequest& request, std::uint32_t stride) {
  const auto answer = set_stride(request.element, request.device, *request.agreed, stride);
  if (!answer) return std::unexpected{answer.error()};
  auto longer = request.agreed->copy();
  longer.format = answer->format;
  longer.layout = answer->layout;
  request.agreed = std::make_shared<const StreamConfig>(std::move(longer));
  return {};
}

/// Returns nullopt if downstream has no pool that this driver could fill.
v4l2::Result<std::optional<PoolBuffers>> from_pool(AllocationRequest& request,
                                                   v4l2::Memory memory) {
  auto importer =
      Importer::make(request.downstream, request.agreed->caps.get(), first_count(request));
  if (!importer) return std::nullopt;
  const auto asked = lengthen_lines(request, importer->stride(request.agreed->layout));
  if (!asked) return std::unexpected{asked.error()};
  const auto& agreed = *request.agreed;
  if (!importer->fits(agreed.format, agreed.layout, memory)) {
    GST_INFO_OBJECT(request.element, "downstream's pool has another layout than the driver");
    return std::nullopt;
  }
  return PoolBuffers::allocate(request, std::move(importer), memory);
}

v4l2::Result<Capture::Memory> by_address(AllocationRequest& request) {
  auto pooled = from_pool(request, v4l2::Memory::userptr);
  if (!pooled) return std::unexpected{pooled.error()};
  if (auto& buffers = *pooled) return std::move(*buffers);
  return LentBuffers::user_memory(request);
}

/// Returns nullopt if downstream has no memory that this driver could fill as DMABuf.
v4l2::Result<std::optional<Capture::Memory>> by_import(AllocationRequest& request) {
  auto pooled = from_pool(request, v4l2::Memory::dmabuf);
  if (!pooled) return std::unexpected{pooled.error()};
  if (auto& buffers = *pooled) return std::move(*buffers);
  auto imported = LentBuffers::imported(request);
  if (!imported) return std::unexpected{imported.error()};
  if (auto& buffers = *imported) return std::move(*buffers);
  return std::nullopt;
}

v4l2::Result<Capture::Memory> as_the_driver_can(const AllocationRequest& request) {
  const auto& capability = request.device.capability();
  if (!capability.has(V4L2_CAP_STREAMING)) return ReadBuffers::allocate(request);
  auto mapped = LentBuffers::mapped(request);
  if (mapped || !means_unsupported(mapped.error()) || request.agreed->dmabuf_caps) return mapped;
  GST_DEBUG_OBJECT(request.element, "the driver refuses to give buffers of its own");
  if (capability.has(V4L2_CAP_READWRITE)) return ReadBuffers::allocate(request);
  return LentBuffers::user_memory(request);
}

v4l2::Result<Capture::Memory> allocate_memory(AllocationRequest& request,
                                              std::optional<Report>& warning) {
  const auto& wanted = request.downstream.alignment;
  const auto aligned = lengthen_lines(request, aligned_stride(*request.agreed, wanted));
  if (!aligned) return std::unexpected{aligned.error()};
  switch (request.settings.io_mode) {
    case IoMode::rw:
      return ReadBuffers::allocate(request);
    case IoMode::userptr:
      return by_address(request);
    case IoMode::dmabuf_import: {
      auto imported = by_import(request);
      if (!imported) return std::unexpected{imported.error()};
      if (auto& memory = *imported) return std::move(*memory);
      warning = fallback(request.device.path(), "dmabuf-import");
      break;
    }
    case IoMode::automatic:
      return as_the_driver_can(request);
    case IoMode::mmap:
    case IoMode::dmabuf:
      break;
  }
  return LentBuffers::mapped(request);
}

const char* why_copied(const Capture& capture, const v4l2::Device& device) {
  if (!capture.always_copies()) return "";
  return device.reserves_buffers() ? ", each copied because downstream does not know GstVideoMeta"
                                   : ", each copied because the driver fills buffers on loan";
}

}  // namespace

std::expected<Allocation, Report> allocate(AllocationRequest request) {
  const auto& device = request.device;
  std::optional<Report> warning;
  auto memory = allocate_memory(request, warning);
  if (!memory) {
    const auto& error = memory.error();
    if (means_unsupported(error) || error.code == EFAULT)
      return std::unexpected{
          no_such_io_mode(device.path(), request.settings.io_mode, request.agreed->format, error)};
    return std::unexpected{failed(device.path(), error, "to get its buffers")};
  }
  Capture capture{std::move(*memory), request.settings};
  GST_INFO_OBJECT(request.element, "frames travel in %s: %u buffers%s", capture.io_method(),
                  capture.buffer_count(), why_copied(capture, device));
  return Allocation{.capture = std::move(capture),
                    .config = std::move(request.agreed),
                    .warning = std::move(warning)};
}

}  // namespace v4l2gst
