#include "fuzz/device.h"

#include <algorithm>
#include <bit>
#include <cerrno>

#include "kernel/request.h"

namespace fuzz {
namespace {

template <class Argument>
Argument& as(void* argument) {
  return *static_cast<Argument*>(argument);
}

}  // namespace

int Device::answer(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_QUERYCAP:
      return query(as<v4l2_capability>(argument));
    case VIDIOC_ENUM_FMT:
      return enumerate(as<v4l2_fmtdesc>(argument));
    case VIDIOC_ENUM_FRAMESIZES:
      return enumerate(as<v4l2_frmsizeenum>(argument));
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return enumerate(as<v4l2_frmivalenum>(argument));
    case VIDIOC_G_FMT:
      return tell(as<v4l2_format>(argument));
    case VIDIOC_S_FMT:
      return set(as<v4l2_format>(argument));
    case VIDIOC_G_PARM:
      return tell(as<v4l2_streamparm>(argument));
    case VIDIOC_S_PARM:
      period_ = as<v4l2_streamparm>(argument).parm.capture.timeperframe;
      return tell(as<v4l2_streamparm>(argument));
    case VIDIOC_REQBUFS:
      return request_buffers(as<v4l2_requestbuffers>(argument));
    case VIDIOC_CREATE_BUFS:
      return create(as<v4l2_create_buffers>(argument));
    case VIDIOC_REMOVE_BUFS:
      return remove(as<v4l2_remove_buffers>(argument));
    case VIDIOC_QUERYBUF:
      return describe(as<v4l2_buffer>(argument));
    case VIDIOC_EXPBUF:
      return export_buffer(as<v4l2_exportbuffer>(argument));
    case VIDIOC_QBUF:
      queue_.push_back(as<v4l2_buffer>(argument).index);
      return 0;
    case VIDIOC_DQBUF:
      return dequeue(as<v4l2_buffer>(argument));
    case VIDIOC_STREAMON:
      streams_ = true;
      return 0;
    case VIDIOC_STREAMOFF:
      streams_ = false;
      queue_.clear();
      return 0;
    case MEDIA_IOC_G_TOPOLOGY:
      return tell(as<media_v2_topology>(argument));
    case VIDIOC_SUBDEV_G_FMT:
    case VIDIOC_SUBDEV_S_FMT:
      return exchange(as<v4l2_subdev_format>(argument), request == VIDIOC_SUBDEV_S_FMT);
    case VIDIOC_SUBDEV_ENUM_MBUS_CODE:
      return enumerate(as<v4l2_subdev_mbus_code_enum>(argument));
    default:
      return has(lacking) ? ENOTTY : answer_optional(request, argument);
  }
}

/// Answers the ioctls that a device need not have.
int Device::answer_optional(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_G_INPUT:
      as<int>(argument) = input_;
      return 0;
    case VIDIOC_S_INPUT:
      if (as<int>(argument) < 0 || as<int>(argument) > 1) return EINVAL;
      input_ = as<int>(argument);
      return 0;
    case VIDIOC_ENUMINPUT:
      return describe(as<v4l2_input>(argument));
    case VIDIOC_G_STD:
      as<v4l2_std_id>(argument) = standard_;
      return 0;
    case VIDIOC_S_STD:
      standard_ = as<v4l2_std_id>(argument);
      return 0;
    case VIDIOC_QUERYSTD:
      as<v4l2_std_id>(argument) = V4L2_STD_NTSC;
      return has(analog) ? 0 : ENODATA;
    case VIDIOC_G_DV_TIMINGS:
      as<v4l2_dv_timings>(argument) = timings_;
      return 0;
    case VIDIOC_S_DV_TIMINGS:
      timings_ = as<v4l2_dv_timings>(argument);
      change_source();
      return 0;
    case VIDIOC_QUERY_DV_TIMINGS:
      return tell(as<v4l2_dv_timings>(argument));
    case VIDIOC_CROPCAP:
      as<v4l2_cropcap>(argument).pixelaspect = {.numerator = 54, .denominator = 59};
      return 0;
    case VIDIOC_G_SELECTION:
      return tell(as<v4l2_selection>(argument));
    case VIDIOC_S_SELECTION:
      return set(as<v4l2_selection>(argument));
    default:
      return answer_control(request, argument);
  }
}

int Device::request_buffers(v4l2_requestbuffers& wish) {
  if (has(read_only)) return ENOTTY;
  if (streams_) return EBUSY;
  wish.count = std::min(wish.count, v4l2::BufferQueue::most_buffers);
  buffers_ = static_cast<std::uint32_t>((std::uint64_t{1} << wish.count) - 1);
  wish.capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS |
                      V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS |
                      (has(lacking) ? 0U : V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS);
  return 0;
}

int Device::create(v4l2_create_buffers& wish) {
  if (has(lacking)) return ENOTTY;
  if (wish.count == 0) {
    wish.index = static_cast<std::uint32_t>(std::popcount(buffers_));
    return 0;
  }
  // The core asks for one buffer at a time. The buffer gets the first free index.
  wish.index = static_cast<std::uint32_t>(std::countr_one(buffers_));
  if (wish.index == v4l2::BufferQueue::most_buffers) return ENOBUFS;
  wish.count = 1;
  buffers_ |= 1U << wish.index;
  return 0;
}

int Device::remove(const v4l2_remove_buffers& wish) {
  if (has(lacking)) return ENOTTY;
  for (std::uint32_t nth = 0; nth < wish.count; ++nth) {
    if (!exists(wish.index + nth)) return EINVAL;
    if (std::ranges::find(queue_, wish.index + nth) != queue_.end()) return EBUSY;
  }
  for (std::uint32_t nth = 0; nth < wish.count; ++nth)
    buffers_ &= ~(1U << (wish.index + nth));
  return 0;
}

int Device::describe(v4l2_buffer& answer) const {
  if (!exists(answer.index)) return EINVAL;
  if (!has(multiplanar)) {
    answer.length = image_size();
    answer.m.offset = answer.index << 12U;
    return 0;
  }
  for (std::uint32_t plane = 0; plane < std::min(answer.length, planes_); ++plane) {
    auto& described = answer.m.planes[plane];
    described.length = image_size();
    described.m.mem_offset = (answer.index << 16U) + (plane << 12U);
  }
  answer.length = planes_;
  return 0;
}

int Device::export_buffer(v4l2_exportbuffer& answer) {
  if (has(old)) return ENOTTY;
  if (!exists(answer.index) || answer.plane >= planes_) return EINVAL;
  answer.fd = process_->open_descriptor(image_size());
  return 0;
}

int Device::dequeue(v4l2_buffer& answer) {
  if (!streams_) return EINVAL;
  if (queue_.empty()) return EAGAIN;
  answer.index = queue_.front();
  queue_.erase(queue_.begin());
  answer.sequence = sequence_++;
  answer.flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  answer.timestamp = {.tv_sec = static_cast<time_t>(answer.sequence), .tv_usec = 1};
  if (!has(multiplanar)) {
    answer.bytesused = image_size();
    answer.length = image_size();
    return 0;
  }
  for (std::uint32_t plane = 0; plane < std::min(answer.length, planes_); ++plane)
    answer.m.planes[plane].bytesused = image_size();
  answer.length = planes_;
  return 0;
}

}  // namespace fuzz
