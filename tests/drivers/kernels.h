#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include <linux/videodev2.h>

#include "rigs/forwarding_kernel.h"

namespace real {

/// Makes a device with many formats one with a single format. It answers any VIDIOC_S_FMT with that
/// format, as drivers do. So the element has to take a format that it would not choose.
class OneFormat final : public Between {
public:
  explicit OneFormat(std::uint32_t fourcc) : fourcc_{fourcc} {}

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    if (request == VIDIOC_S_FMT) {
      auto& format = *static_cast<v4l2_format*>(argument);
      if (format.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE)
        format.fmt.pix_mp.pixelformat = fourcc_;
      else
        format.fmt.pix.pixelformat = fourcc_;
    }
    return Between::ioctl(descriptor, request, argument);
  }

private:
  std::uint32_t fourcc_;
};

/// Counts the calls of V4L2 until the first frame is dequeued.
class Counting final : public Between {
public:
  int ioctl(int descriptor, unsigned long request, void* argument) override {
    {
      const std::lock_guard lock{mutex_};
      if (!first_frame_) note(request, argument);
    }
    const int answer = Between::ioctl(descriptor, request, argument);
    if (request == VIDIOC_DQBUF && answer == 0) {
      const std::lock_guard lock{mutex_};
      first_frame_ = true;
    }
    return answer;
  }

  /// Returns the number of calls before the first frame.
  int calls() const {
    const std::lock_guard lock{mutex_};
    int all{};
    for (const auto& [request, count] : calls_)
      all += count;
    return all;
  }

  int calls(unsigned long request) const {
    const std::lock_guard lock{mutex_};
    const auto found = calls_.find(request);
    return found != calls_.end() ? found->second : 0;
  }

  /// Returns how many entries of an enumeration were asked for more than once.
  int repeated() const {
    const std::lock_guard lock{mutex_};
    int more{};
    for (const auto& [question, count] : questions_)
      more += count - 1;
    return more;
  }

  int questions() const {
    const std::lock_guard lock{mutex_};
    return static_cast<int>(questions_.size());
  }

private:
  /// The key of a question: request, format, width, height, index.
  using Question =
      std::tuple<unsigned long, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;

  void note(unsigned long request, const void* argument) {
    ++calls_[request];
    if (request == VIDIOC_ENUM_FMT) {
      const auto& asked = *static_cast<const v4l2_fmtdesc*>(argument);
      ++questions_[{request, 0, 0, 0, asked.index}];
    } else if (request == VIDIOC_ENUM_FRAMESIZES) {
      const auto& asked = *static_cast<const v4l2_frmsizeenum*>(argument);
      ++questions_[{request, asked.pixel_format, 0, 0, asked.index}];
    } else if (request == VIDIOC_ENUM_FRAMEINTERVALS) {
      const auto& asked = *static_cast<const v4l2_frmivalenum*>(argument);
      ++questions_[{request, asked.pixel_format, asked.width, asked.height, asked.index}];
    }
  }

  mutable std::mutex mutex_;
  bool first_frame_{};
  std::map<unsigned long, int> calls_;
  std::map<Question, int> questions_;
};

}  // namespace real
