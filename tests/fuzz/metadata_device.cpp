#include "fuzz/metadata_device.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "stream/buffer_queue.h"

namespace fuzz {
namespace {

template <class Argument>
Argument& as(void* argument) {
  return *static_cast<Argument*>(argument);
}

}  // namespace

void MetadataDevice::write(std::span<std::byte> buffer) {
  // Each is a struct uvc_meta_buf with what follows its length and flags.
  constexpr std::array<std::uint8_t, size> headers{
      1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 2,  0x80,                                 // no clock
      2, 0, 0, 0, 0, 0, 0, 0, 6, 0, 12, 0x8c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0};  // PTS and SCR
  std::ranges::copy(
      std::as_bytes(std::span{headers}).first(std::min<std::size_t>(size, buffer.size())),
      buffer.begin());
}

int MetadataDevice::answer(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_QUERYCAP:
      return query(as<v4l2_capability>(argument));
    case VIDIOC_G_FMT:
      return tell(as<v4l2_format>(argument));
    case VIDIOC_REQBUFS:
      return request_buffers(as<v4l2_requestbuffers>(argument));
    case VIDIOC_QUERYBUF:
      return describe(as<v4l2_buffer>(argument));
    case VIDIOC_QBUF:
      return queue(as<v4l2_buffer>(argument));
    case VIDIOC_DQBUF:
      return dequeue(as<v4l2_buffer>(argument));
    case VIDIOC_STREAMON:
      streams_ = true;
      return 0;
    case VIDIOC_STREAMOFF:
      streams_ = false;
      queue_.clear();
      return 0;
    default:
      return ENOTTY;
  }
}

int MetadataDevice::query(v4l2_capability& answer) const {
  answer.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  answer.capabilities = answer.device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

int MetadataDevice::tell(v4l2_format& answer) const {
  if (answer.type != V4L2_BUF_TYPE_META_CAPTURE) return EINVAL;
  answer.fmt.meta = {};
  answer.fmt.meta.dataformat = V4L2_META_FMT_UVC;
  answer.fmt.meta.buffersize = size;
  return 0;
}

int MetadataDevice::request_buffers(v4l2_requestbuffers& wish) {
  if (streams_) return EBUSY;
  // As uvcvideo has them: fewer than a program may ask for.
  buffers_ = wish.count = std::min(wish.count, 4U);
  wish.capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
  return 0;
}

int MetadataDevice::describe(v4l2_buffer& answer) const {
  if (answer.index >= buffers_) return EINVAL;
  answer.length = size;
  answer.m.offset = answer.index << 12U;
  return 0;
}

int MetadataDevice::queue(const v4l2_buffer& buffer) {
  if (buffer.index >= buffers_ || std::ranges::find(queue_, buffer.index) != queue_.end())
    return EINVAL;
  queue_.push_back(buffer.index);
  return 0;
}

int MetadataDevice::dequeue(v4l2_buffer& answer) {
  if (!streams_) return EINVAL;
  if (queue_.empty()) return EAGAIN;
  answer.index = queue_.front();
  queue_.erase(queue_.begin());
  answer.sequence = sequence_++;
  answer.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  answer.timestamp = {.tv_sec = static_cast<time_t>(answer.sequence), .tv_usec = 1};
  answer.bytesused = size / 2;
  answer.length = size;
  return 0;
}

}  // namespace fuzz
