#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "buffers/copier.h"
#include "buffers/downstream.h"
#include "buffers/supply.h"
#include "common/handles.h"
#include "stream/frame.h"

namespace v4l2gst {

/// Sends frames downstream in memory that is lent, or as copies of it.
///
/// It owns the supply of buffers, the pool of their GstBuffers and the copier. The streaming thread
/// calls it. Lent memory comes back to the pool on any thread. It does not know how buffers are
/// filled, nor the device.
class Lender {
public:
  /// `buffer_size` is what a buffer holds, in bytes: it may be more than the format says.
  /// `reserves_buffers` as for heed().
  Lender(const AllocationRequest& request, Supply supply, guint buffer_size, bool reserves_buffers);

  /// Returns the GstBuffer that goes downstream for a frame; null if none shall. A frame that is
  /// left out for want of buffers is counted.
  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame);

  /// Decides anew which frames are copied. All are copied if downstream can't read the driver's
  /// layout, or if the driver may fill a buffer on loan (`reserves_buffers` is false). None is
  /// copied if DMABuf memory was promised.
  void heed(const Downstream& downstream, bool reserves_buffers);

  /// Copies each frame from now on, unless DMABuf memory was promised. Returns false if it did so
  /// already.
  bool copy_always();

  [[nodiscard]] bool always_copies() const { return always_copies_; }

  [[nodiscard]] GstBufferPool* pool() const { return pool_.get(); }

  /// Returns the size of the pool's buffers, in bytes.
  [[nodiscard]] guint size() const { return size_; }

  /// Returns how many buffers downstream is told to expect.
  [[nodiscard]] std::uint32_t most() const { return supply_.most(); }

  [[nodiscard]] const v4l2::BufferQueue& queue() const { return supply_.queue(); }

  /// Returns the first plane of a buffer that is not downstream. It is empty if a CPU can't read it
  /// without a call.
  [[nodiscard]] std::span<const std::byte> readable(std::uint32_t index) const {
    return supply_.buffer_pool()->readable(index);
  }

private:
  BufferPtr copy_of(v4l2::Frame&& frame);
  [[nodiscard]] Copier new_copier(PoolPtr pool) const;

  Supply supply_;
  Stats* stats_;
  std::optional<Layout> layout_;
  CapsPtr caps_;
  guint size_;
  guint room_;  ///< the bytes of the longest frame
  OnStarved on_starved_;
  bool may_copy_;  ///< no DMABuf memory was promised
  PoolPtr pool_;
  std::optional<Copier> copier_;
  bool always_copies_{};
};

}  // namespace v4l2gst
