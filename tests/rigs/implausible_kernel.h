#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <span>

#include "kernel/kernel.h"

namespace fuzz {

using Random = std::mt19937;

/// Returns a number below `limit`, which must not be 0.
std::uint32_t below(Random& random, std::uint32_t limit);

/// Returns true once in `times`.
bool once_in(Random& random, std::uint32_t times);

template <class T>
const T& pick(Random& random, std::span<const T> from) {
  return from[below(random, static_cast<std::uint32_t>(from.size()))];
}

/// Returns a number near a limit, such as 0 or the largest, or any number.
std::uint32_t odd_number(Random& random);

/// A Liar is a kernel whose driver answers what can't be. Its lists never end or repeat themselves.
/// It has sizes of 0, ranges that end before they begin, unknown types, names without an end, and
/// errors. Other calls go to another kernel, or return ENOTTY without one.
class Liar final : public v4l2::Kernel {
public:
  /// Habits select the ioctls whose answers are implausible.
  struct Habits {
    bool lists{true};     ///< VIDIOC_ENUM_*
    bool settings{};      ///< VIDIOC_G_FMT, G_PARM, and the answers about sources
    bool agreements{};    ///< VIDIOC_S_FMT, S_PARM and G_FMT
    bool may_fail{true};  ///< some calls return EIO or another errno
    bool endless{};       ///< no list ends
  };

  Liar(v4l2::Kernel* honest, std::uint32_t seed, Habits habits);

  /// Returns the number of ioctls so far.
  [[nodiscard]] unsigned calls() const { return calls_; }

  int open(const char* path, int flags) override;
  int ioctl(int descriptor, unsigned long request, void* argument) override;
  void* mmap(std::size_t length, int descriptor, std::int64_t offset) override;
  int poll(std::span<pollfd> descriptors, int timeout_ms) override;
  ssize_t read(int descriptor, std::span<std::byte> into) override;
  std::chrono::nanoseconds monotonic_time() override;
  std::chrono::nanoseconds wall_time(clockid_t clock) override;
  std::vector<std::string> list(const char* directory) override;
  std::string read_text(const char* path) override;
  std::string real_path(const char* path) override;
  std::string device_number(const char* path) override;

private:
  [[nodiscard]] bool lies_about(unsigned long request) const;
  int answer(unsigned long request, void* argument);
  [[nodiscard]] bool ends(std::uint32_t index);
  std::uint32_t fourcc();
  std::uint32_t number();
  void fill_name(std::span<std::uint8_t> field);
  void list_format(void* argument);
  void list_size(void* argument);
  void list_interval(void* argument);
  void tell_input(void* argument);
  void tell_format(void* argument);
  void tell_rate(void* argument);
  void tell_timings(void* argument);
  void tell_crop(unsigned long request, void* argument);

  v4l2::Kernel* honest_;
  Random random_;  // of the streaming thread
  Habits habits_;
  std::uint32_t length_;      // of lists
  std::uint32_t oddity_;      // one number in so many is odd
  std::uint32_t discretion_;  // one of so many sizes and intervals is a range
  std::atomic<unsigned> calls_{};
};

}  // namespace fuzz
