#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "buffers/allocation_request.h"
#include "buffers/lender.h"
#include "stream/reader.h"

namespace v4l2gst {

/// Plain memory of ours that read() fills and downstream has on loan.
///
/// It owns the memory's addresses, the lender and the reader, which has a descriptor of its own.
/// The streaming thread calls it. It does not know of any buffers of the driver's.
class ReadBuffers {
public:
  /// Allocates the memory. Error EINVAL if the device does not do read(), or not with this format.
  static v4l2::Result<ReadBuffers> allocate(const AllocationRequest& request);

  v4l2::Result<> start(const v4l2::Device& device);

  void stop() { reader_.reset(); }

  [[nodiscard]] bool streaming() const { return reader_.has_value(); }

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

  /// For the log.
  static const char* io_method() { return "plain memory by read()"; }

private:
  ReadBuffers(const AllocationRequest& request, std::shared_ptr<v4l2::BufferQueue> queue,
              std::unique_ptr<v4l2::Reader::Slots> slots, Supply supply);

  v4l2::Waker* waker_;
  std::shared_ptr<v4l2::BufferQueue> queue_;
  std::unique_ptr<v4l2::Reader::Slots> slots_;  // not moved: the members below point to them
  Lender lender_;
  std::optional<v4l2::Reader> reader_;
};

}  // namespace v4l2gst
