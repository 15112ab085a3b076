#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "buffers/allocation_request.h"
#include "buffers/lender.h"
#include "stream/stream.h"

namespace v4l2gst {

/// Buffers in memory of the driver, of ours, or of downstream's allocator. The driver fills them,
/// and downstream has them on loan.
///
/// It owns the driver's allocation, the lender and the stream. The streaming thread calls it. It
/// does not know why this memory was chosen.
class LentBuffers {
public:
  /// Allocates the driver's own memory (V4L2_MEMORY_MMAP). It is DMABuf if io-mode allows that and
  /// the driver exports it, else plain memory. Error: that of the last attempt.
  static v4l2::Result<LentBuffers> mapped(const AllocationRequest& request);

  /// Allocates plain memory of our own (V4L2_MEMORY_USERPTR). Error: that of the driver.
  static v4l2::Result<LentBuffers> user_memory(const AllocationRequest& request);

  /// Allocates DMABuf memory of downstream's allocator (V4L2_MEMORY_DMABUF). Returns nullopt if
  /// there is no allocator, if the driver does not take such memory, or if the allocator gives
  /// other memory.
  static v4l2::Result<std::optional<LentBuffers>> imported(const AllocationRequest& request);

  v4l2::Result<> start(const v4l2::Device& device);

  void stop() { stream_.reset(); }

  [[nodiscard]] bool streaming() const { return stream_.has_value(); }

  v4l2::Result<v4l2::Arrival> next(std::optional<std::chrono::milliseconds> timeout);
  std::optional<v4l2::Result<v4l2::Arrival>> ready();

  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame) { return lender_.wrap(std::move(frame)); }

  bool suits(const Downstream& downstream, bool reserves_buffers);

  bool copy_always() { return lender_.copy_always(); }

  [[nodiscard]] bool always_copies() const { return lender_.always_copies(); }

  [[nodiscard]] GstBufferPool* pool() const { return lender_.pool(); }

  [[nodiscard]] guint size() const { return lender_.size(); }

  [[nodiscard]] std::uint32_t most() const { return lender_.most(); }

  [[nodiscard]] const v4l2::BufferQueue& queue() const { return lender_.queue(); }

  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const {
    return lender_.readable(index);
  }

  /// Returns true while downstream holds memory that the driver can't do without.
  [[nodiscard]] bool pinned() const;

  /// For the log.
  [[nodiscard]] const char* io_method() const { return io_method_; }

private:
  LentBuffers(const AllocationRequest& request, std::unique_ptr<v4l2::Buffers> buffers,
              Supply supply, const char* io_method);

  static v4l2::Result<LentBuffers> mapped(const AllocationRequest& request, CacheHints hints);

  const char* io_method_;
  std::unique_ptr<v4l2::Buffers> buffers_;  // not moved: the members below point to them
  Lender lender_;
  std::optional<v4l2::Stream> stream_;
};

}  // namespace v4l2gst
