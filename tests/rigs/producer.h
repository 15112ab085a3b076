#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/unique_fd.h"

namespace real {

/// A Picture is the format that a producer sets, with the bytes of one frame.
struct Picture {
  std::uint32_t fourcc{V4L2_PIX_FMT_YUYV};
  std::uint32_t width{320};
  std::uint32_t height{240};
  std::size_t bytes{std::size_t{320} * 240 * 2};
};

/// Ends the program and its TAP output.
[[noreturn]] inline void die(const std::string& why) {
  std::printf("Bail out! %s\n", why.c_str());
  std::exit(1);
}

/// A Producer feeds a device by write() with thirty pictures a second, as ffmpeg does. All bytes of
/// a picture are equal, and one more than those of the picture before.
class Producer {
public:
  Producer(const std::string& path, const Picture& picture)
      : node_{open(path.c_str(), O_RDWR | O_CLOEXEC)}, bytes_(picture.bytes) {
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    format.fmt.pix.width = picture.width;
    format.fmt.pix.height = picture.height;
    format.fmt.pix.pixelformat = picture.fourcc;
    // The producer ignores the format that the driver sets, as ffmpeg does.
    if (ioctl(node_.get(), VIDIOC_S_FMT, &format) != 0)
      die(path + " takes no format: " + std::strerror(errno));
    // v4l2loopback 0.12 recognizes a producer by this call, also one that goes on with write().
    // With exclusive_caps=1 it takes no further producer after one that it did not recognize. The
    // call fails since 0.13.
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    static_cast<void>(ioctl(node_.get(), VIDIOC_STREAMON, &type));
    // The device does not capture before the first write().
    write_frame(bytes_.size());
    thread_ = std::thread{[this] {
      run();
    }};
  }

  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  ~Producer() {
    {
      const std::lock_guard lock{mutex_};
      ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Pauses or resumes. No frame is written after the return of a pause.
  void pause(bool paused) {
    {
      const std::lock_guard lock{mutex_};
      paused_ = paused;
    }
    changed_.notify_all();
  }

  /// Writes half a frame as the last one.
  void write_half() {
    pause(true);
    const std::lock_guard lock{mutex_};
    write_frame(bytes_.size() / 2);
  }

private:
  /// The thread holds the lock, once there is a thread.
  void write_frame(std::size_t length) {
    std::ranges::fill(bytes_, ++number_);
    // A device takes at most the bytes of its format.
    errno = 0;
    if (write(node_.get(), bytes_.data(), length) <= 0)
      die(std::string{"a frame can't be written: "} + std::strerror(errno));
  }

  void run() {
    constexpr std::chrono::milliseconds distance{33};
    for (;;) {
      std::unique_lock lock{mutex_};
      changed_.wait_for(lock, distance, [this] { return ends_ || paused_; });
      changed_.wait(lock, [this] { return ends_ || !paused_; });
      if (ends_) return;
      write_frame(bytes_.size());
    }
  }

  v4l2::UniqueFd node_;
  std::vector<unsigned char> bytes_;
  unsigned char number_{};
  std::mutex mutex_;
  std::condition_variable changed_;  // with mutex_
  bool paused_{};
  bool ends_{};
  std::thread thread_;
};

}  // namespace real
