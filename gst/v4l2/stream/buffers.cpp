#include "stream/buffers.h"

#include <algorithm>

#include <fcntl.h>

namespace v4l2 {

Buffers::Buffers(std::shared_ptr<const Node> node, Waker& waker, BufferType type,
                 std::uint32_t plane_count, const v4l2_requestbuffers& granted)
    : node_{std::move(node)},
      waker_{&waker},
      type_{type},
      plane_count_{plane_count},
      capabilities_{granted.capabilities},
      desk_{std::make_shared<ReturnDesk>(*node_, waker, WireBuffer{type, Memory::mmap, plane_count},
                                         granted.count)} {
  planes_.reserve(std::size_t{granted.count} * plane_count);
}

Result<Buffers> Buffers::request(std::shared_ptr<const Node> node, Waker& waker, BufferType type,
                                 std::uint32_t plane_count, std::uint32_t count) {
  v4l2_requestbuffers wanted{};
  wanted.count = std::min(count, ReturnDesk::most_buffers);
  wanted.type = to_wire(type);
  wanted.memory = to_wire(Memory::mmap);
  const auto granted = node->call(request::reqbufs, wanted);
  if (!granted) return std::unexpected{granted.error()};
  if (wanted.count == 0)
    return std::unexpected{Error{
        .code = ENOMEM, .call = request::reqbufs.name, .hint = "the driver gave no buffer at all"}};
  // A driver may give more than was asked. What lies beyond our set of loans is simply never
  // queued.
  wanted.count = std::min(wanted.count, ReturnDesk::most_buffers);
  Buffers buffers{std::move(node), waker, type, plane_count, wanted};
  for (std::uint32_t index = 0; index < wanted.count; ++index) {
    const auto queried = buffers.query(index);
    if (!queried) return std::unexpected{queried.error()};
  }
  return buffers;
}

Result<> Buffers::query(std::uint32_t index) {
  WireBuffer wire{type_, Memory::mmap, plane_count_};
  wire.set_index(index);
  const auto done = node_->call(request::querybuf, wire.wire());
  if (!done) return done;
  const auto lie = [](const char* hint, std::int64_t value) {
    return std::unexpected{
        Error{.code = EPROTO, .call = request::querybuf.name, .hint = hint, .value = value}};
  };
  if (wire.announced_planes() != plane_count_)
    return lie("the number of planes differs from the format's", wire.announced_planes());
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    if (wire.length(plane) == 0) return lie("a plane of no bytes at all", plane);
    planes_.push_back({.length = wire.length(plane), .map_offset = wire.map_offset(plane)});
  }
  return {};
}

Buffers::~Buffers() {
  if (!node_) return;
  desk_->close();
  v4l2_requestbuffers none{};
  none.type = to_wire(type_);
  none.memory = to_wire(Memory::mmap);
  // Refused where orphans are impossible and a holder is left: see the header.
  static_cast<void>(node_->call(request::reqbufs, none));
}

bool Buffers::orphans() const {
  return (capabilities_ & V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS) != 0;
}

Result<std::vector<UniqueFd>> Buffers::export_planes(std::uint32_t index) const {
  std::vector<UniqueFd> exported;
  exported.reserve(plane_count_);
  for (std::uint32_t plane = 0; plane < plane_count_; ++plane) {
    v4l2_exportbuffer wire{};
    wire.type = to_wire(type_);
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
  mapped.reserve(plane_count_);
  for (const auto& plane : planes(index)) {
    auto mapping =
        Mapping::map(node_->kernel(), node_->descriptor(), plane.length, plane.map_offset);
    if (!mapping) return std::unexpected{mapping.error()};
    mapped.push_back(std::move(*mapping));
  }
  return mapped;
}

}  // namespace v4l2
