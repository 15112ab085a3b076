#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernel/node.h"
#include "stream/buffer_queue.h"
#include "stream/frame.h"
#include "stream/mapped_frame.h"

namespace v4l2 {

/// What VIDIOC_REQBUFS is asked for.
struct BufferWish {
  BufferType type{BufferType::capture};
  /// Memory planes of the format in use.
  std::uint32_t plane_count{1};
  /// The driver may give fewer or more.
  std::uint32_t count{4};
  Memory memory{Memory::mmap};
  OnRequeue on_requeue{OnRequeue::queue};
  /// Memory that a CPU reads through its caches, which somebody must then keep in order
  /// (V4L2_MEMORY_FLAG_NON_COHERENT). Drivers that can't do that ignore it.
  bool non_coherent{};
  /// V4L2_BUF_FLAG_NO_CACHE_*, for each VIDIOC_QBUF.
  std::uint32_t queue_flags{};
};

/// The driver's allocation: born with VIDIOC_REQBUFS, given back with REQBUFS(0). Belongs to the
/// streaming context; the queue in it may be shared with Frames.
class Buffers {
public:
  /// Asks for buffers of the current format. Error: that of the call (EINVAL: the driver knows no
  /// such memory); ENOMEM when the driver gave none; EPROTO when what it says of a buffer can't be
  /// true.
  static Result<Buffers> request(std::shared_ptr<const Node> node, Waker& waker,
                                 const BufferWish& wish);

  Buffers(Buffers&&) = default;
  Buffers& operator=(Buffers&&) = delete;
  /// Closes the queue, then frees. A buffer that is still mapped or exported elsewhere lives on as
  /// an orphan where the driver can do that (orphans()); elsewhere REQBUFS(0) is refused, and the
  /// kernel frees it when the last holder and the node are gone.
  ~Buffers();

  [[nodiscard]] std::uint32_t count() const { return queue_->buffer_count(); }

  [[nodiscard]] std::span<const BufferPlane> planes(std::uint32_t index) const {
    return std::span{planes_}.subspan(std::size_t{index} * plane_count(), plane_count());
  }

  [[nodiscard]] std::uint32_t plane_count() const { return wish_.plane_count; }

  [[nodiscard]] BufferType type() const { return wish_.type; }

  [[nodiscard]] Memory memory() const { return wish_.memory; }

  /// One buffer more, while it streams too (VIDIOC_CREATE_BUFS). Gives its index; it is idle.
  /// `format` is that in use. Error: ENOTTY where the driver can't, ENOBUFS at its ceiling or ours,
  /// ENOMEM, EPROTO when it gives one that is there already.
  Result<std::uint32_t> grow(const Format& format);

  /// Frees a buffer that is idle, while it streams too (VIDIOC_REMOVE_BUFS, Linux 6.10). Memory
  /// of it that is still mapped or exported elsewhere lives on until its last holder is gone.
  /// Error: ENOTTY, without a call, where the driver says that it can't.
  Result<> shrink(std::uint32_t index);

  [[nodiscard]] const std::shared_ptr<BufferQueue>& queue() const { return queue_; }

  [[nodiscard]] const std::shared_ptr<const Node>& node() const { return node_; }

  [[nodiscard]] Waker& waker() const { return *waker_; }

  /// True when buffers may outlive REQBUFS(0) (V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS).
  [[nodiscard]] bool orphans() const { return has(V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS); }

  /// True when the driver heeds BufferWish::non_coherent and the cache flags
  /// (V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS).
  [[nodiscard]] bool cache_hints() const { return has(V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS); }

  /// One DMABuf descriptor for each plane of a buffer. Error ENOTTY where the driver can't export.
  [[nodiscard]] Result<std::vector<UniqueFd>> export_planes(std::uint32_t index) const;

  /// Maps a buffer's planes for reading and writing, by way of the device node. The mapping pins
  /// the open node; prefer mapping what export_planes() gives.
  [[nodiscard]] Result<std::vector<Mapping>> map_node(std::uint32_t index) const;

private:
  Buffers(std::shared_ptr<const Node> node, Waker& waker, const BufferWish& wish,
          std::uint32_t capabilities);

  [[nodiscard]] bool has(std::uint32_t capability) const {
    return (capabilities_ & capability) != 0;
  }

  Result<> query(std::uint32_t index);

  std::shared_ptr<const Node> node_;  // null in a moved-from Buffers
  Waker* waker_;
  BufferWish wish_;
  std::uint32_t capabilities_;
  std::vector<BufferPlane> planes_;  // plane_count() for each possible buffer
  std::shared_ptr<BufferQueue> queue_;
};

}  // namespace v4l2
