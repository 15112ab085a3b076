#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernel/node.h"
#include "stream/mapped_frame.h"
#include "stream/return_desk.h"

namespace v4l2 {

/// One memory plane of a driver buffer, as VIDIOC_QUERYBUF describes it, in bytes.
struct BufferPlane {
  std::uint32_t length{};
  /// Where mmap() of the device node finds it; no place in memory.
  std::uint32_t map_offset{};
};

/// The driver's allocation: born with VIDIOC_REQBUFS, given back with REQBUFS(0). Belongs to the
/// streaming context; the desk in it may be shared with Frames.
class Buffers {
public:
  /// Asks for `count` buffers of the current format; the driver may give fewer or more. Error: that
  /// of the call; ENOMEM when the driver gave none; EPROTO when what it says of a buffer can't be
  /// true.
  static Result<Buffers> request(std::shared_ptr<const Node> node, Waker& waker, BufferType type,
                                 std::uint32_t plane_count, std::uint32_t count);

  Buffers(Buffers&&) = default;
  Buffers& operator=(Buffers&&) = delete;
  /// Closes the desk, then frees. A buffer that is still mapped or exported elsewhere lives on as
  /// an orphan where the driver can do that (orphans()); elsewhere REQBUFS(0) is refused, and the
  /// kernel frees it when the last holder and the node are gone.
  ~Buffers();

  [[nodiscard]] std::uint32_t count() const { return desk_->buffer_count(); }

  [[nodiscard]] std::span<const BufferPlane> planes(std::uint32_t index) const {
    return std::span{planes_}.subspan(std::size_t{index} * plane_count_, plane_count_);
  }

  [[nodiscard]] std::uint32_t plane_count() const { return plane_count_; }

  [[nodiscard]] BufferType type() const { return type_; }

  [[nodiscard]] const std::shared_ptr<ReturnDesk>& desk() const { return desk_; }

  [[nodiscard]] const std::shared_ptr<const Node>& node() const { return node_; }

  [[nodiscard]] Waker& waker() const { return *waker_; }

  /// True when buffers may outlive REQBUFS(0) (V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS).
  [[nodiscard]] bool orphans() const;

  /// One DMABuf descriptor for each plane of a buffer. Error ENOTTY where the driver can't export.
  [[nodiscard]] Result<std::vector<UniqueFd>> export_planes(std::uint32_t index) const;

  /// Maps a buffer's planes for reading and writing, by way of the device node. The mapping pins
  /// the open node; prefer mapping what export_planes() gives.
  [[nodiscard]] Result<std::vector<Mapping>> map_node(std::uint32_t index) const;

private:
  Buffers(std::shared_ptr<const Node> node, Waker& waker, BufferType type,
          std::uint32_t plane_count, const v4l2_requestbuffers& granted);
  Result<> query(std::uint32_t index);

  std::shared_ptr<const Node> node_;  // null in a moved-from Buffers
  Waker* waker_;
  BufferType type_;
  std::uint32_t plane_count_;
  std::uint32_t capabilities_;
  std::vector<BufferPlane> planes_;  // plane_count_ for each buffer
  std::shared_ptr<ReturnDesk> desk_;
};

}  // namespace v4l2
