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

/// The buffers that VIDIOC_REQBUFS is asked for.
struct BufferWish {
  BufferType type{BufferType::capture};
  /// Memory planes of the format in use.
  std::uint32_t plane_count{1};
  /// The driver may give fewer or more.
  std::uint32_t count{4};
  Memory memory{Memory::mmap};
  OnRequeue on_requeue{OnRequeue::queue};
  /// Asks for memory that a CPU reads through its caches (V4L2_MEMORY_FLAG_NON_COHERENT). The
  /// caches must be synchronised then. Drivers that cannot do that ignore it.
  bool non_coherent{};
  /// V4L2_BUF_FLAG_NO_CACHE_*, for each VIDIOC_QBUF.
  std::uint32_t queue_flags{};
};

/// Buffers owns the driver's allocation, from VIDIOC_REQBUFS to VIDIOC_REQBUFS(0). It belongs to
/// the streaming context. Its queue may be shared with Frames.
class Buffers {
public:
  /// Asks for buffers of the current format. Error: that of the call (EINVAL: the driver knows no
  /// such memory); ENOMEM if the driver gave none; EPROTO if what it says of a buffer cannot be
  /// true.
  static Result<Buffers> request(std::shared_ptr<const Node> node, Waker& waker,
                                 const BufferWish& wish);

  Buffers(Buffers&&) = default;
  Buffers& operator=(Buffers&&) = delete;
  /// Detaches the queue, then frees the buffers. A buffer that is still mapped or exported
  /// elsewhere lives on as an orphan if the driver can do that (orphans()). Otherwise
  /// VIDIOC_REQBUFS(0) is refused, and the kernel frees the buffers when the last holder and the
  /// node are gone.
  ~Buffers();

  [[nodiscard]] std::uint32_t count() const { return queue_->buffer_count(); }

  [[nodiscard]] std::span<const BufferPlane> planes(std::uint32_t index) const {
    return std::span{planes_}.subspan(std::size_t{index} * plane_count(), plane_count());
  }

  [[nodiscard]] std::uint32_t plane_count() const { return wish_.plane_count; }

  [[nodiscard]] BufferType type() const { return wish_.type; }

  [[nodiscard]] Memory memory() const { return wish_.memory; }

  /// Adds one idle buffer, also while the device streams (VIDIOC_CREATE_BUFS). Returns its index.
  /// The format in use is `format`. Error: ENOTTY if the driver cannot do it, ENOBUFS at its limit
  /// or ours, ENOMEM, EPROTO if the driver returns an index that is in use.
  Result<std::uint32_t> grow(const Format& format);

  /// Frees an idle buffer, also while the device streams (VIDIOC_REMOVE_BUFS, Linux 6.10). Its
  /// memory lives on while it is mapped or exported elsewhere. Error: ENOTTY, without a call, if
  /// the driver says that it cannot do it.
  Result<> shrink(std::uint32_t index);

  [[nodiscard]] const std::shared_ptr<BufferQueue>& queue() const { return queue_; }

  [[nodiscard]] const std::shared_ptr<const Node>& node() const { return node_; }

  [[nodiscard]] Waker& waker() const { return *waker_; }

  /// Returns true if buffers may outlive VIDIOC_REQBUFS(0) (V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS).
  [[nodiscard]] bool orphans() const { return has(V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS); }

  /// Returns true if the driver heeds BufferWish::non_coherent and the cache flags
  /// (V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS).
  [[nodiscard]] bool cache_hints() const { return has(V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS); }

  /// Returns one DMABuf descriptor for each plane of a buffer. Error ENOTTY if the driver cannot
  /// export.
  [[nodiscard]] Result<std::vector<UniqueFd>> export_planes(std::uint32_t index) const;

  /// Maps a buffer's planes for reading and writing, through the device node. The mapping keeps the
  /// node open. Callers prefer to map what export_planes() returns.
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
