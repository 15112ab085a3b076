#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "buffers/allocation_request.h"
#include "buffers/importer.h"
#include "stream/stream.h"

namespace v4l2gst {

/// Buffers of downstream's pool, which the driver fills by address (V4L2_MEMORY_USERPTR) or as
/// DMABuf (V4L2_MEMORY_DMABUF). They go downstream as they are: they are neither lent nor copied.
///
/// It owns the driver's allocation, the importer and the stream. The streaming thread calls it. It
/// does not know how many buffers the pool has.
class PoolBuffers {
public:
  /// Allocates the driver's buffers for `importer`, whose pool has a layout that suits. Returns
  /// nullopt if the driver does not take such memory.
  static v4l2::Result<std::optional<PoolBuffers>> allocate(const AllocationRequest& request,
                                                           std::unique_ptr<Importer> importer,
                                                           v4l2::Memory memory);

  v4l2::Result<> start(const v4l2::Device& device);
  void stop();

  [[nodiscard]] bool streaming() const { return stream_.has_value(); }

  v4l2::Result<v4l2::Arrival> next(std::optional<std::chrono::milliseconds> timeout);
  std::optional<v4l2::Result<v4l2::Arrival>> ready();

  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame) { return importer_->take(std::move(frame)); }

  bool suits(const Downstream& downstream, bool reserves_buffers);

  /// Frames are in downstream's own memory and layout, so they are not copied.
  static bool copy_always() { return true; }

  static bool always_copies() { return false; }

  [[nodiscard]] GstBufferPool* pool() const { return importer_->pool(); }

  [[nodiscard]] guint size() const { return importer_->size(); }

  [[nodiscard]] std::uint32_t most() const { return queue().buffer_count(); }

  [[nodiscard]] v4l2::BufferQueue& queue() const { return *buffers_->queue(); }

  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const {
    return importer_->readable(index);
  }

  /// For the log.
  static const char* io_method() { return "the buffers of downstream's pool"; }

private:
  PoolBuffers(std::unique_ptr<v4l2::Buffers> buffers, std::unique_ptr<Importer> importer);

  std::unique_ptr<v4l2::Buffers> buffers_;  // not moved: the members below point to them
  std::unique_ptr<Importer> importer_;
  std::optional<v4l2::Stream> stream_;
};

}  // namespace v4l2gst
