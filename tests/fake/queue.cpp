#include "fake/queue.h"

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <span>

#include <poll.h>

namespace fake {
namespace {

constexpr std::uint32_t page_shift = 12;

/// Where mmap() of the node finds a plane: a page number that says which.
std::uint32_t cookie(std::uint32_t index, std::size_t plane) {
  return (index * VIDEO_MAX_PLANES + static_cast<std::uint32_t>(plane)) << page_shift;
}

}  // namespace

std::uint32_t Queue::capabilities(const Model& model) const {
  return V4L2_BUF_CAP_SUPPORTS_MMAP | (model.orphans ? V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS : 0U);
}

void Queue::allocate(std::uint32_t count, const Model& model,
                     const std::vector<ModelPlane>& planes) {
  for (std::uint32_t i = 0; i < count; ++i) {
    Buffer buffer;
    buffer.data_offset = multiplanar_ ? model.data_offset : 0;
    for (const auto& plane : planes)
      buffer.planes.emplace_back(plane.size);
    buffer.bytes_used.resize(planes.size());
    buffers_.push_back(std::move(buffer));
  }
}

int Queue::request(v4l2_requestbuffers& wanted, const Model& model, bool multiplanar,
                   const std::vector<ModelPlane>& planes) {
  wanted.capabilities = capabilities(model);
  if (wanted.memory != V4L2_MEMORY_MMAP) return EINVAL;
  if (streaming_) return EBUSY;
  const auto held = [](const Buffer& buffer) {
    return std::ranges::any_of(buffer.planes, &PlaneMemory::in_use);
  };
  if (!model.orphans && std::ranges::any_of(buffers_, held)) return EBUSY;
  free();
  if (wanted.count == 0) return 0;
  wanted.count = std::clamp(wanted.count, model.least_buffers, model.most_buffers);
  multiplanar_ = multiplanar;
  allocate(wanted.count, model, planes);
  return 0;
}

int Queue::create(v4l2_create_buffers& wanted, const Model& model, bool multiplanar,
                  const std::vector<ModelPlane>& planes) {
  if (!model.creates) return ENOTTY;
  wanted.capabilities = capabilities(model);
  wanted.index = static_cast<std::uint32_t>(buffers_.size());
  if (wanted.memory != V4L2_MEMORY_MMAP) return EINVAL;
  if (wanted.count == 0) return 0;
  const auto room = model.most_buffers - static_cast<std::uint32_t>(buffers_.size());
  if (room == 0) return ENOBUFS;
  wanted.count = std::min(wanted.count, room);
  multiplanar_ = multiplanar;
  allocate(wanted.count, model, planes);
  return 0;
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
  return wire.m.planes != nullptr && wire.length >= buffers_[wire.index].planes.size();
}

void Queue::describe(v4l2_buffer& wire) const {
  const auto& buffer = buffers_[wire.index];
  wire.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | buffer.flags;
  if (buffer.state == State::queued) wire.flags |= V4L2_BUF_FLAG_QUEUED;
  if (buffer.state == State::done) wire.flags |= V4L2_BUF_FLAG_DONE;
  wire.memory = V4L2_MEMORY_MMAP;
  wire.field = V4L2_FIELD_NONE;
  wire.sequence = buffer.sequence;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(buffer.timestamp);
  wire.timestamp.tv_sec = seconds.count();
  wire.timestamp.tv_usec =
      std::chrono::duration_cast<std::chrono::microseconds>(buffer.timestamp - seconds).count();
  if (!multiplanar_) {
    wire.bytesused = buffer.bytes_used[0];
    wire.length = static_cast<std::uint32_t>(buffer.planes[0].size());
    wire.m.offset = cookie(wire.index, 0);
    return;
  }
  wire.length = static_cast<std::uint32_t>(buffer.planes.size());
  for (std::size_t i = 0; i < buffer.planes.size(); ++i) {
    auto& plane = wire.m.planes[i];
    plane.bytesused = buffer.bytes_used[i];
    plane.length = static_cast<std::uint32_t>(buffer.planes[i].size());
    plane.data_offset = buffer.data_offset;
    plane.m.mem_offset = cookie(wire.index, i);
  }
}

int Queue::query(v4l2_buffer& wire) const {
  if (wire.index >= buffers_.size() || !planes_fit(wire)) return EINVAL;
  describe(wire);
  return 0;
}

int Queue::export_plane(v4l2_exportbuffer& wire, const Model& model) const {
  if (!model.exports) return ENOTTY;
  if (wire.index >= buffers_.size() || wire.plane >= buffers_[wire.index].planes.size())
    return EINVAL;
  wire.fd = buffers_[wire.index].planes[wire.plane].export_memory().release();
  return wire.fd < 0 ? EMFILE : 0;
}

int Queue::queue(v4l2_buffer& wire) {
  if (wire.index >= buffers_.size() || wire.memory != V4L2_MEMORY_MMAP || !planes_fit(wire))
    return EINVAL;
  auto& buffer = buffers_[wire.index];
  if (buffer.state != State::dequeued) return EINVAL;
  buffer.state = State::queued;
  waiting_for_buffers_ = false;
  queued_.push(wire.index);
  describe(wire);
  return 0;
}

int Queue::dequeue(v4l2_buffer& wire) {
  if (wire.memory != V4L2_MEMORY_MMAP || !streaming_) return EINVAL;
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
  if (buffers_.empty()) return EINVAL;
  streaming_ = true;
  return 0;
}

int Queue::stream_off() {
  streaming_ = false;
  error_ = false;
  waiting_for_buffers_ = true;
  queued_.clear();
  done_.clear();
  for (auto& buffer : buffers_)
    buffer.state = State::dequeued;
  return 0;
}

short Queue::poll_mask(short wanted) const {
  // In the order of vb2_core_poll().
  if ((wanted & POLLIN) == 0) return 0;
  if (!streaming_ || error_ || waiting_for_buffers_) return POLLERR;
  return done_.empty() ? short{0} : short{POLLIN};
}

Queue::Buffer* Queue::next_to_fill() {
  if (!fillable()) return nullptr;
  return &buffers_[queued_.front()];
}

void Queue::filled() {
  buffers_[queued_.front()].state = State::done;
  done_.push(queued_.pop());
}

const PlaneMemory* Queue::plane_at(std::uint32_t offset) const {
  const auto number = offset >> page_shift;
  const auto index = number / VIDEO_MAX_PLANES;
  const auto plane = number % VIDEO_MAX_PLANES;
  if (index >= buffers_.size() || plane >= buffers_[index].planes.size()) return nullptr;
  return &buffers_[index].planes[plane];
}

}  // namespace fake
