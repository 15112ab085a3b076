#include "fake/queue.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <ranges>
#include <span>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "fake/page.h"

namespace fake {
namespace {

/// Returns the offset at which mmap() of the node maps a plane. Its page number encodes buffer and
/// plane.
std::uint32_t cookie(std::uint32_t index, std::size_t plane) {
  return (index * VIDEO_MAX_PLANES + static_cast<std::uint32_t>(plane)) *
         static_cast<std::uint32_t>(page_size());
}

}  // namespace

bool Queue::knows(std::uint32_t memory, const Model& model) {
  switch (memory) {
    case V4L2_MEMORY_MMAP:
      return model.maps;
    case V4L2_MEMORY_USERPTR:
      return model.userptrs;
    case V4L2_MEMORY_DMABUF:
      return model.imports;
    default:
      return false;
  }
}

std::uint32_t Queue::capabilities(const Model& model) const {
  return (model.maps ? V4L2_BUF_CAP_SUPPORTS_MMAP : 0U) |
         (model.userptrs ? V4L2_BUF_CAP_SUPPORTS_USERPTR : 0U) |
         (model.imports ? V4L2_BUF_CAP_SUPPORTS_DMABUF : 0U) |
         (model.orphans ? V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS : 0U) |
         (model.removes ? V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS : 0U) |
         (model.cache_hints ? V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS : 0U);
}

/// Returns the lowest index with `count` free ones in a row (bitmap_find_next_zero_area()). It is
/// in a gap that VIDIOC_REMOVE_BUFS left, or after the last buffer.
std::uint32_t Queue::room_for(std::uint32_t count) const {
  std::uint32_t first = 0;
  for (std::uint32_t index = 0; index < buffers_.size() && index < first + count; ++index)
    if (buffers_[index].exists) first = index + 1;
  return first;
}

void Queue::allocate(std::uint32_t first, std::uint32_t count, const Model& model,
                     const std::vector<ModelPlane>& planes) {
  planes_ = planes;
  for (auto index = first; index < first + count; ++index) {
    Buffer buffer;
    buffer.data_offset = multiplanar_ ? model.data_offset : 0;
    buffer.where.resize(planes.size());
    // GCC 14 takes resize() here for a null pointer dereference.
    buffer.targets.assign(planes.size(), v4l2_plane{});
    buffer.bytes_used.resize(planes.size());
    if (memory_ == V4L2_MEMORY_MMAP)
      for (std::size_t plane = 0; plane < planes.size(); ++plane) {
        buffer.planes.emplace_back(planes[plane].size);
        buffer.where[plane] = buffer.planes.back().bytes();
      }
    if (index < buffers_.size())
      std::destroy_at(&buffers_[index]), std::construct_at(&buffers_[index], std::move(buffer));
    else
      buffers_.push_back(std::move(buffer));
  }
}

int Queue::request(v4l2_requestbuffers& wanted, const Model& model, bool multiplanar,
                   const std::vector<ModelPlane>& planes) {
  wanted.capabilities = capabilities(model);
  if (!knows(wanted.memory, model)) return EINVAL;
  if (!model.cache_hints || wanted.memory != V4L2_MEMORY_MMAP) wanted.flags = 0;
  if (streaming_) return EBUSY;
  const auto held = [](const Buffer& buffer) {
    return std::ranges::any_of(buffer.planes, &PlaneMemory::in_use);
  };
  if (!model.orphans && std::ranges::any_of(buffers_, held)) return EBUSY;
  free();
  if (wanted.count == 0) return 0;
  wanted.count = std::clamp(wanted.count, model.least_buffers, model.most_buffers);
  reserves_ = model.reserves;
  written_ = 0;
  multiplanar_ = multiplanar;
  memory_ = wanted.memory;
  memory_flags_ = wanted.flags;
  allocate(0, wanted.count, model, planes);
  return 0;
}

int Queue::create(v4l2_create_buffers& wanted, const Model& model, bool multiplanar,
                  const std::vector<ModelPlane>& planes) {
  if (!model.creates) return ENOTTY;
  wanted.capabilities = capabilities(model);
  wanted.index = static_cast<std::uint32_t>(buffer_count());
  if (!knows(wanted.memory, model)) return EINVAL;
  if (wanted.count == 0) return 0;
  if (busy() && wanted.memory != memory_) return EINVAL;
  const auto format = v4l2::from_wire(wanted.format);
  for (std::size_t plane = 0; plane < planes.size(); ++plane)
    if (format.plane_count != planes.size() || format.planes[plane].size_image < planes[plane].size)
      return EINVAL;
  const auto room = model.most_buffers - static_cast<std::uint32_t>(buffer_count());
  if (room == 0) return ENOBUFS;
  wanted.count = std::min(wanted.count, room);
  while (room_for(wanted.count) + wanted.count > model.most_buffers)
    --wanted.count;
  wanted.index = room_for(wanted.count);
  multiplanar_ = multiplanar;
  memory_ = wanted.memory;
  allocate(wanted.index, wanted.count, model, planes);
  return 0;
}

int Queue::remove(const v4l2_remove_buffers& wire) {
  if (wire.count == 0) return 0;
  if (wire.count > buffers_.size() || wire.index > buffers_.size() - wire.count) return EINVAL;
  for (auto index = wire.index; index < wire.index + wire.count; ++index) {
    if (!has(index)) return EINVAL;
    if (buffers_[index].state != State::dequeued) return EBUSY;
  }
  for (auto index = wire.index; index < wire.index + wire.count; ++index) {
    std::destroy_at(&buffers_[index]);
    std::construct_at(&buffers_[index]);
    buffers_[index].exists = false;
  }
  return 0;
}

bool Queue::has(std::uint32_t index) const {
  return index < buffers_.size() && buffers_[index].exists;
}

void Queue::free() {
  streaming_ = false;
  error_ = false;
  waiting_for_buffers_ = true;
  queued_.clear();
  done_.clear();
  buffers_.clear();
}

bool Queue::planes_fit(const v4l2_buffer& wire) const {
  if (!multiplanar_) return true;
  return wire.m.planes != nullptr && wire.length >= planes_.size();
}

void Queue::describe(v4l2_buffer& wire) const {
  const auto& buffer = buffers_[wire.index];
  wire.flags = buffer.timestamps | buffer.flags;
  if (buffer.state == State::queued) wire.flags |= V4L2_BUF_FLAG_QUEUED;
  if (buffer.state == State::done) wire.flags |= V4L2_BUF_FLAG_DONE;
  wire.memory = memory_;
  wire.field = V4L2_FIELD_NONE;
  wire.sequence = buffer.sequence;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(buffer.timestamp);
  const auto rest =
      std::chrono::duration_cast<std::chrono::microseconds>(buffer.timestamp - seconds);
  wire.timestamp = {.tv_sec = static_cast<time_t>(seconds.count()),
                    .tv_usec = static_cast<suseconds_t>(rest.count())};
  const bool ours = memory_ == V4L2_MEMORY_MMAP;
  if (!multiplanar_) {
    wire.bytesused = buffer.bytes_used[0];
    wire.length = ours ? static_cast<std::uint32_t>(buffer.planes[0].size()) : planes_[0].size;
    if (ours)
      wire.m.offset = cookie(wire.index, 0);
    else
      wire.m.userptr = buffer.targets[0].m.userptr;
    return;
  }
  wire.length = static_cast<std::uint32_t>(planes_.size());
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    auto& plane = wire.m.planes[i];
    plane.bytesused = buffer.bytes_used[i];
    plane.length = ours ? static_cast<std::uint32_t>(buffer.planes[i].size()) : planes_[i].size;
    plane.data_offset = buffer.data_offset;
    if (ours)
      plane.m.mem_offset = cookie(wire.index, i);
    else
      plane.m.userptr = buffer.targets[i].m.userptr;
  }
}

int Queue::query(v4l2_buffer& wire) const {
  if (!has(wire.index) || !planes_fit(wire)) return EINVAL;
  describe(wire);
  return 0;
}

int Queue::export_plane(v4l2_exportbuffer& wire, const Model& model) const {
  if (!model.exports) return ENOTTY;
  if (memory_ != V4L2_MEMORY_MMAP || !has(wire.index) ||
      wire.plane >= buffers_[wire.index].planes.size())
    return EINVAL;
  wire.fd = buffers_[wire.index].planes[wire.plane].export_memory().release();
  return wire.fd < 0 ? EMFILE : 0;
}

/// Checks and imports a buffer of V4L2_MEMORY_USERPTR or V4L2_MEMORY_DMABUF.
int Queue::adopt(Buffer& buffer, const v4l2_buffer& wire) const {
  buffer.imported.clear();
  for (std::size_t i = 0; i < planes_.size(); ++i) {
    auto& target = buffer.targets[i];
    if (multiplanar_) {
      target = wire.m.planes[i];
    } else {
      target.length = wire.length;
      target.m.userptr = wire.m.userptr;
    }
    if (memory_ == V4L2_MEMORY_USERPTR) {
      if (target.m.userptr == 0 || target.length < planes_[i].size) return EINVAL;
      // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how V4L2 passes addresses
      buffer.where[i] = {reinterpret_cast<std::byte*>(target.m.userptr), target.length};
      continue;
    }
    const auto size = lseek(target.m.fd, 0, SEEK_END);
    if (size < 0) return EINVAL;
    if (target.length == 0) target.length = static_cast<std::uint32_t>(size);
    if (target.length < planes_[i].size || std::cmp_less(size, planes_[i].size)) return EINVAL;
    auto mapped =
        v4l2::Mapping::map(v4l2::system_kernel(), target.m.fd, static_cast<std::size_t>(size), 0);
    if (!mapped) return EINVAL;
    buffer.where[i] = mapped->bytes();
    buffer.imported.push_back(std::move(*mapped));
  }
  return 0;
}

int Queue::queue(v4l2_buffer& wire) {
  if (!has(wire.index) || wire.memory != memory_ || !planes_fit(wire)) return EINVAL;
  auto& buffer = buffers_[wire.index];
  if (!reserves_) {
    wire.flags |= V4L2_BUF_FLAG_QUEUED;
    return 0;
  }
  if (buffer.state != State::dequeued) return EINVAL;
  if (error_) return EIO;  // vb2_core_qbuf()
  if (memory_ != V4L2_MEMORY_MMAP)
    if (const int error = adopt(buffer, wire)) return error;
  queue_flags_ = wire.flags & (V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE);
  buffer.state = State::queued;
  waiting_for_buffers_ = false;
  queued_.push(wire.index);
  describe(wire);
  return 0;
}

int Queue::dequeue(v4l2_buffer& wire) {
  if (wire.memory != memory_ || !streaming_) return EINVAL;
  if (error_) return EIO;
  if (done_.empty()) return EAGAIN;
  wire.index = done_.front();
  if (!planes_fit(wire)) return EINVAL;
  done_.pop();
  buffers_[wire.index].state = State::dequeued;
  describe(wire);
  return 0;
}

int Queue::stream_on() {
  if (!busy()) return EINVAL;
  streaming_ = true;
  return 0;
}

int Queue::stream_off() {
  streaming_ = false;
  error_ = false;
  waiting_for_buffers_ = true;
  queued_.clear();
  done_.clear();
  for (auto& buffer : buffers_) {
    buffer.state = State::dequeued;
    buffer.imported.clear();
  }
  return 0;
}

short Queue::poll_mask(short wanted) const {
  // The checks have the order of vb2_core_poll().
  if ((wanted & POLLIN) == 0) return 0;
  if (!streaming_ || error_ || (reserves_ && waiting_for_buffers_)) return POLLERR;
  return done_.empty() ? short{0} : short{POLLIN};
}

Queue::Buffer* Queue::next_to_fill() {
  if (!fillable()) return nullptr;
  return &buffers_[next_index()];
}

std::uint32_t Queue::next_index() const {
  return reserves_ ? queued_.front() : written_ % static_cast<std::uint32_t>(buffers_.size());
}

void Queue::filled() {
  if (!reserves_) {
    // A program that is too slow misses the oldest frame.
    if (done_.size() == buffers_.size()) done_.pop();
    done_.push(next_index());
    ++written_;
    return;
  }
  buffers_[queued_.front()].state = State::done;
  done_.push(queued_.pop());
}

const PlaneMemory* Queue::plane_at(std::uint32_t offset) const {
  if (offset % page_size() != 0) return nullptr;
  const auto number = offset / page_size();
  const auto index = number / VIDEO_MAX_PLANES;
  const auto plane = number % VIDEO_MAX_PLANES;
  if (index >= buffers_.size() || plane >= buffers_[index].planes.size()) return nullptr;
  return &buffers_[index].planes[plane];
}

}  // namespace fake
