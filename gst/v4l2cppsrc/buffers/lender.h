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
/// calls it; what is lent comes back to the pool on any thread. It does not know how buffers are
/// filled, nor the device.
class Lender {
public:
  /// `buffer_size` is what a buffer holds, in bytes: it may be more than the format says.
  /// `reserves_buffers` as for heed().
  Lender(const AllocationRequest& request, Supply supply, guint buffer_size, bool reserves_buffers);

  /// The GstBuffer that goes downstream for a frame; null when none shall, which is counted.
  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame);

  /// Copies frames from now on as downstream needs it: all of them where it can't read them as they
  /// lie, or where a buffer on loan may be filled (`reserves_buffers` is false).
  void heed(const Downstream& downstream, bool reserves_buffers);

  /// From now on each frame goes downstream as a copy, where nothing else was promised. False when
  /// it was so already.
  bool copy_always();

  [[nodiscard]] bool always_copies() const { return always_copies_; }

  [[nodiscard]] GstBufferPool* pool() const { return pool_.get(); }

  /// Of the pool's buffers.
  [[nodiscard]] guint size() const { return size_; }

  /// How many buffers there may be, to tell downstream.
  [[nodiscard]] std::uint32_t most() const { return supply_.most(); }

  [[nodiscard]] const v4l2::BufferQueue& queue() const { return supply_.queue(); }

  /// The first plane of an idle buffer, as a CPU reads it without a call; empty where it can't.
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
  guint room_;  ///< what the longest frame may take
  OnStarved on_starved_;
  bool may_copy_;  ///< no other memory was promised
  PoolPtr pool_;
  std::optional<Copier> copier_;
  bool always_copies_{};
};

}  // namespace v4l2gst
