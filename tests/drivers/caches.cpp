// Counts who synchronises the CPU's caches, for each value of cache-hints and each way in which
// downstream maps a frame. Prints TAP.
//
//   caches DEVICE
//
// The device has V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS and exports its buffers.

#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>

#include <linux/dma-buf.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>  // gives ioctl() its name in the C library, which depends on the width of time_t
#include <sys/syscall.h>
#include <unistd.h>

#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"

namespace {

std::atomic<int> started{};
std::atomic<int> ended{};

}  // namespace

// NOLINTBEGIN(cert-dcl50-cpp)
extern "C" int ioctl(int descriptor, unsigned long request, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, request);
  auto* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (request == DMA_BUF_IOCTL_SYNC) {
    const auto flags = static_cast<const dma_buf_sync*>(argument)->flags;
    ++((flags & DMA_BUF_SYNC_END) != 0 ? ended : started);
  }
  return static_cast<int>(syscall(SYS_ioctl, descriptor, request, argument));
}

// NOLINTEND(cert-dcl50-cpp)

namespace {

/// Notes the flags that decide on caches.
class Flags final : public real::Between {
public:
  int ioctl(int descriptor, unsigned long request, void* argument) override {
    if (request == VIDIOC_REQBUFS && static_cast<v4l2_requestbuffers*>(argument)->count > 0)
      memory = static_cast<v4l2_requestbuffers*>(argument)->flags;
    if (request == VIDIOC_QBUF)
      queueing = static_cast<v4l2_buffer*>(argument)->flags &
                 (V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE);
    const int answer = Between::ioctl(descriptor, request, argument);
    if (request == VIDIOC_REQBUFS)
      capabilities = static_cast<v4l2_requestbuffers*>(argument)->capabilities;
    return answer;
  }

  std::atomic<std::uint32_t> memory{};
  std::atomic<std::uint32_t> queueing{};
  std::atomic<std::uint32_t> capabilities{};
};

struct Case {
  const char* hints;
  const char* io_mode;
  GstMapFlags map;
  bool non_coherent;  ///< cached memory
  bool by_us;         ///< the kernel is told to leave the caches alone
  bool brackets;      ///< a map is between two calls of DMA_BUF_IOCTL_SYNC
};

constexpr GstMapFlags unread{};
constexpr int frames = 20;

void check(real::Tap& tap, const char* device, const Case& one) {
  Flags flags;
  const real::Alone alone{device, flags, "video/x-raw,format=YUY2,width=320,height=180"};
  rig::set(alone.element, "cache-hints", one.hints);
  rig::set(alone.element, "io-mode", one.io_mode);
  alone.play();
  bool good = true;
  for (int frame = 0; frame < frames; ++frame) {
    const auto buffer = alone.next();
    good = good && buffer;
    if (frame == 0) started = ended = 0;
    if (!good || one.map == unread) continue;
    GstMapInfo info;
    good = gst_buffer_map(buffer.get(), &info, one.map) != FALSE;
    if (good) gst_buffer_unmap(buffer.get(), &info);
  }
  const int calls = one.brackets ? frames : 0;
  constexpr std::uint32_t non_coherent = V4L2_MEMORY_FLAG_NON_COHERENT;
  constexpr std::uint32_t no_sync =
      V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE;
  good = good && (flags.capabilities & V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS) != 0 &&
         flags.memory == (one.non_coherent ? non_coherent : 0U) &&
         flags.queueing == (one.by_us ? no_sync : 0U) && started == calls && ended == calls;
  tap.point(good, std::string{one.hints} + ", " + one.io_mode + ", map " + std::to_string(one.map));
  real::Tap::explain("memory " + std::to_string(flags.memory) + ", VIDIOC_QBUF " +
                     std::to_string(flags.queueing) + ", begun " + std::to_string(started) +
                     ", ended " + std::to_string(ended) + alone.errors());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: caches DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  real::Tap tap;
  for (const auto& one : {
           Case{"off", "dmabuf", unread, false, false, false},
           Case{"off", "dmabuf", GST_MAP_READ, false, false, false},
           Case{"off", "dmabuf", GST_MAP_WRITE, false, false, true},
           Case{"cached", "dmabuf", unread, true, false, false},
           Case{"cached", "dmabuf", GST_MAP_READ, true, false, false},
           Case{"cached", "dmabuf", GST_MAP_READWRITE, true, false, true},
           Case{"lazy", "dmabuf", unread, true, true, false},
           Case{"lazy", "dmabuf", GST_MAP_READ, true, true, true},
           Case{"lazy", "dmabuf", GST_MAP_READWRITE, true, true, true},
           Case{"lazy", "mmap", GST_MAP_READ, true, false, false},
       })
    check(tap, argv[1], one);
  return tap.end();
}
