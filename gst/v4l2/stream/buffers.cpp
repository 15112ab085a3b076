#include "stream/buffers.h"

#include <algorithm>

#include <fcntl.h>

namespace v4l2 {

Buffers::Buffers(std::shared_ptr<const Node> node, Waker& waker, const BufferWish& wish,
                 std::uint32_t capabilities)
    : node_{std::move(node)},
      waker_{&waker},
      wish_{wish},
      capabilities_{capabilities},
      planes_(std::size_t{BufferQueue::most_buffers} * wish.plane_count),
      queue_{std::make_shared<BufferQueue>(node_.get(), waker,
                                           WireBuffer{wish.type, wish.memory, wish.plane_count},
                                           wish.on_requeue, wish.queue_flags)} {}

Result<Buffers> Buffers::request(std::shared_ptr<const Node> node, Waker& waker,
                                 const BufferWish& wish) {
  v4l2_requestbuffers wire{};
  wire.count = std::min(wish.count, BufferQueue::most_buffers);
  wire.type = to_wire(wish.type);
  wire.memory = to_wire(wish.memory);
  if (wish.non_coherent) wire.flags = V4L2_MEMORY_FLAG_NON_COHERENT;
  const auto granted = node->call(request::reqbufs, wire);
  if (!granted) return std::unexpected{granted.error()};
  if (wire.count == 0)
    return std::unexpected{Error{
        .code = ENOMEM, .call = request::reqbufs.name, .hint = "the driver gave no buffer at all"}};
  Buffers buffers{std::move(node), waker, wish, wire.capabilities};
  // A driver may give more than was asked. Buffers beyond our set of loans are never queued.
  const auto count = std::min(wire.count, BufferQueue::most_buffers);
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto queried = buffers.query(index);
    if (!queried) return std::unexpected{queried.error()};
  }
  return buffers;
}

Result<std::uint32_t> Buffers::grow(const Format& format) {
  // A driver of Linux 6.9 may have more than our set of loans. None of those would ever be queued.
  if (count() == BufferQueue::most_buffers)
    return std::unexpected{Error{.code = ENOBUFS, .call = request::create_bufs.name}};
  v4l2_create_buffers wire{};
  wire.count = 1;
  wire.memory = to_wire(wish_.memory);
  wire.format = to_wire(format, wish_.type);
  if (wish_.non_coherent) wire.flags = V4L2_MEMORY_FLAG_NON_COHERENT;
  const auto created = node_->call(request::create_bufs, wire);
  if (!created) return std::unexpected{created.error()};
  if (wire.count == 0 || wire.index >= BufferQueue::most_buffers)
    return std::unexpected{Error{.code = ENOBUFS, .call = request::create_bufs.name}};
  // The holder of a frame of the old buffer would have the new one's memory.
  if (queue_->exists(wire.index))
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::create_bufs.name,
                                 .hint = "a new buffer that is there already, index",
                                 .value = wire.index}};
  const auto queried = query(wire.index);
  if (!queried) return std::unexpected{queried.error()};
  return wire.index;
}

Result<> Buffers::shrink(std::uint32_t index) {
  if (!has(V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS))
    return std::unexpected{Error{.code = ENOTTY, .call = request::remove_bufs.name}};
  v4l2_remove_buffers wire{};
  wire.index = index;
  wire.count = 1;
  wire.type = to_wire(wish_.type);
  const auto removed = node_->call(request::remove_bufs, wire);
  if (removed) queue_->remove(index);
  return removed;
}

Result<> Buffers::query(std::uint32_t index) {
  WireBuffer wire{wish_.type, wish_.memory, wish_.plane_count};
  wire.set_index(index);
  const auto done = node_->call(request::querybuf, wire.wire());
  if (!done) return done;
  const auto implausible_value = [](const char* hint, std::int64_t value) {
    return std::unexpected{
        Error{.code = EPROTO, .call = request::querybuf.name, .hint = hint, .value = value}};
  };
  if (wire.announced_planes() != plane_count())
    return implausible_value("the number of planes differs from the format's",
                             wire.announced_planes());
  for (std::uint32_t plane = 0; plane < plane_count(); ++plane) {
    if (wire.length(plane) == 0) return implausible_value("a plane of no bytes at all", plane);
    planes_[std::size_t{index} * plane_count() + plane] = {.length = wire.length(plane),
                                                           .map_offset = wire.map_offset(plane)};
  }
  queue_->add(index);
  return {};
}

Buffers::~Buffers() {
  if (!node_) return;
  queue_->detach();
  v4l2_requestbuffers none{};
  none.type = to_wire(wish_.type);
  none.memory = to_wire(wish_.memory);
  // The call is refused where orphans are impossible and a holder is left: see the header.
  static_cast<void>(node_->call(request::reqbufs, none));
}

Result<std::vector<UniqueFd>> Buffers::export_planes(std::uint32_t index) const {
  std::vector<UniqueFd> exported;
  exported.reserve(plane_count());
  for (std::uint32_t plane = 0; plane < plane_count(); ++plane) {
    v4l2_exportbuffer wire{};
    wire.type = to_wire(wish_.type);
    wire.index = index;
    wire.plane = plane;
    wire.flags = O_CLOEXEC | O_RDWR;
    const auto done = node_->call(request::expbuf, wire);
    if (!done) return std::unexpected{done.error()};
    exported.emplace_back(wire.fd);
  }
  return exported;
}

Result<std::vector<Mapping>> Buffers::map_node(std::uint32_t index) const {
  std::vector<Mapping> mapped;
  mapped.reserve(plane_count());
  for (const auto& plane : planes(index)) {
    auto mapping =
        Mapping::map(node_->kernel(), node_->descriptor(), plane.length, plane.map_offset);
    if (!mapping) return std::unexpected{mapping.error()};
    mapped.push_back(std::move(*mapping));
  }
  return mapped;
}

}  // namespace v4l2
