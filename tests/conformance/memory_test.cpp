// These beliefs are about memory that is not the driver's, and about caches. Where drivers may do
// one of two things, the belief says which two.

#include <algorithm>
#include <array>
#include <vector>

#include <fcntl.h>

#include "conformance/target.h"
#include "kernel/mapping.h"

namespace {

using conformance::Belief;
using v4l2::Mapping;
using v4l2::Memory;
using v4l2::PlaneTarget;
namespace request = v4l2::request;

constexpr auto untouched = std::byte{0xa5};

bool is_untouched(const Mapping& memory) {
  return std::ranges::all_of(memory.bytes(), [](auto byte) { return byte == untouched; });
}

/// OwnMemory is memory of this process for one buffer.
struct OwnMemory {
  explicit OwnMemory(v4l2::WireBuffer& described) {
    for (std::uint32_t plane = 0; plane < described.plane_count(); ++plane) {
      planes.push_back(*Mapping::anonymous(v4l2::system_kernel(), described.length(plane)));
      targets.push_back({.address = reinterpret_cast<std::uintptr_t>(planes.back().bytes().data()),
                         .length = static_cast<std::uint32_t>(planes.back().bytes().size())});
      std::ranges::fill(planes.back().bytes(), untouched);
    }
  }

  [[nodiscard]] bool filled() const { return std::ranges::none_of(planes, is_untouched); }

  std::vector<Mapping> planes;
  std::vector<PlaneTarget> targets;
};

// ---- memory of our own --------------------------------------------------------------------------

// "Streaming I/O (User Pointers)": VIDIOC_QUERYBUF returns the size that a plane needs. The driver
// writes to the address of VIDIOC_QBUF.
TEST_P(Belief, UserMemoryIsFilled) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request_if_known(*node, 3, Memory::userptr, V4L2_BUF_CAP_SUPPORTS_USERPTR);
  std::vector<OwnMemory> memories;
  for (std::uint32_t index = 0; index < count; ++index) {
    auto described = buffer(index);
    ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
    EXPECT_GE(described.length(0), format.planes[0].size_image);
    memories.emplace_back(described);
    ASSERT_EQ(queue(*node, index, memories.back().targets), 0);
  }
  if (count == 0) return;
  ASSERT_EQ(stream_on(*node), 0);
  const auto frame = next(*node);
  EXPECT_EQ(frame.bytes_used(0), format.planes[0].size_image);
  EXPECT_TRUE(memories[frame.index()].filled());
}

// VIDIOC_QBUF returns EINVAL for user memory that is too short. For an address without memory it
// returns EFAULT or EINVAL (the drivers' get_userptr()). The buffer stays idle.
TEST_P(Belief, UserMemoryThatCannotBeIsRefused) {
  const auto node = open();
  set_format(*node);
  if (request_if_known(*node, 2, Memory::userptr, V4L2_BUF_CAP_SUPPORTS_USERPTR) == 0) return;
  auto described = buffer(0);
  ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
  const OwnMemory memory{described};
  auto targets = memory.targets;
  targets[0].length = described.length(0) - 1;
  EXPECT_EQ(queue(*node, 0, targets), EINVAL);
  targets = memory.targets;
  targets[0].address = 0;
  const auto error = queue(*node, 0, targets);
  EXPECT_TRUE(error == EFAULT || error == EINVAL) << error;
  EXPECT_EQ(queue(*node, 0, memory.targets), 0);
}

// VIDIOC_STREAMOFF releases user memory. The driver writes there no more, and the next VIDIOC_QBUF
// of the buffer may name other memory.
TEST_P(Belief, UserMemoryIsOursAgainAfterStreamingOff) {
  const auto node = open();
  set_format(*node);
  const auto count = request_if_known(*node, 2, Memory::userptr, V4L2_BUF_CAP_SUPPORTS_USERPTR);
  if (count == 0) return;
  std::vector<OwnMemory> first;
  std::vector<OwnMemory> second;
  for (std::uint32_t index = 0; index < count; ++index) {
    auto described = buffer(index);
    ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
    first.emplace_back(described);
    second.emplace_back(described);
    ASSERT_EQ(queue(*node, index, first.back().targets), 0);
  }
  ASSERT_EQ(stream_on(*node), 0);
  EXPECT_TRUE(first[next(*node).index()].filled());
  ASSERT_EQ(stream_off(*node), 0);
  for (const auto& memory : first)
    for (const auto& plane : memory.planes)
      std::ranges::fill(plane.bytes(), untouched);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index, second[index].targets), 0);
  ASSERT_EQ(stream_on(*node), 0);
  for (std::uint32_t index = 0; index < count; ++index)
    EXPECT_TRUE(second[next(*node).index()].filled());
  for (const auto& memory : first)
    EXPECT_TRUE(std::ranges::all_of(memory.planes, is_untouched));
}

// ---- DMABufs ------------------------------------------------------------------------------------

// "DMABuf importing": the driver writes into the DMABuf of VIDIOC_QBUF. It has a reference of its
// own, so that the descriptor may be closed. A length of 0 means the whole DMABuf. A length that is
// too short and an invalid descriptor are EINVAL. The DMABufs here are the driver's own orphans.
// tests/io_modes has those of other drivers.
TEST_P(Belief, ADmabufIsFilled) {
  const auto node = open();
  const auto format = set_format(*node);
  ASSERT_GE(request(*node, 2), 2U);
  std::array<std::vector<v4l2::UniqueFd>, 2> exports;
  std::array<std::vector<Mapping>, 2> mapped;
  std::array<std::vector<PlaneTarget>, 2> targets;
  for (std::uint32_t index = 0; index < 2; ++index)
    for (std::uint32_t plane = 0; plane < plane_count; ++plane) {
      v4l2_exportbuffer exported{};
      exported.type = to_wire(type);
      exported.index = index;
      exported.plane = plane;
      exported.flags = O_CLOEXEC | O_RDWR;
      ASSERT_EQ(errno_of(*node, request::expbuf, exported), 0);
      exports[index].emplace_back(exported.fd);
      const auto length = static_cast<std::size_t>(lseek(exported.fd, 0, SEEK_END));
      mapped[index].push_back(*Mapping::map(*session.kernel, exported.fd, length, 0));
      std::ranges::fill(mapped[index].back().bytes(), untouched);
      targets[index].push_back(
          {.descriptor = exported.fd, .length = static_cast<std::uint32_t>(length)});
    }
  request(*node, 0);
  if (request_if_known(*node, 2, Memory::dmabuf, V4L2_BUF_CAP_SUPPORTS_DMABUF) == 0) return;
  auto refused = targets[0];
  refused[0].length = format.planes[0].size_image - 1;
  EXPECT_EQ(queue(*node, 0, refused), EINVAL);
  refused[0] = {.descriptor = -1, .length = targets[0][0].length};
  EXPECT_EQ(queue(*node, 0, refused), EINVAL);
  targets[0][0].length = 0;
  for (std::uint32_t index = 0; index < 2; ++index) {
    ASSERT_EQ(queue(*node, index, targets[index]), 0);
    exports[index].clear();
  }
  ASSERT_EQ(stream_on(*node), 0);
  for (int i = 0; i < 2; ++i) {
    const auto frame = next(*node);
    EXPECT_EQ(frame.bytes_used(0), format.planes[0].size_image);
    EXPECT_TRUE(std::ranges::none_of(mapped[frame.index()], is_untouched));
  }
}

// VIDIOC_EXPBUF returns EINVAL for an unknown buffer or plane. It does so for memory that is not
// the driver's too. It returns ENOTTY if the driver can't export.
TEST_P(Belief, OnlyABufferOfTheDriversOwnIsExported) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 2);
  v4l2_exportbuffer first{};
  first.type = to_wire(type);
  first.flags = O_CLOEXEC | O_RDWR;
  auto beyond = first;
  beyond.index = count;
  auto no_plane = first;
  no_plane.plane = plane_count;
  const auto error = errno_of(*node, request::expbuf, first);
  const v4l2::UniqueFd descriptor{error == 0 ? first.fd : -1};
  EXPECT_TRUE(error == 0 || error == ENOTTY) << error;
  EXPECT_EQ(errno_of(*node, request::expbuf, beyond), error == 0 ? EINVAL : ENOTTY);
  EXPECT_EQ(errno_of(*node, request::expbuf, no_plane), error == 0 ? EINVAL : ENOTTY);
  request(*node, 0);
  if (request_if_known(*node, 2, Memory::userptr, V4L2_BUF_CAP_SUPPORTS_USERPTR) == 0) return;
  EXPECT_EQ(errno_of(*node, request::expbuf, first), error == 0 ? EINVAL : ENOTTY);
}

// ---- caches -------------------------------------------------------------------------------------

// A driver without V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS clears V4L2_MEMORY_FLAG_NON_COHERENT in
// its answer, and ignores V4L2_BUF_FLAG_NO_CACHE_*. With memory of the program every driver clears
// it.
TEST_P(Belief, CacheHintsAreTakenOrIgnored) {
  const auto node = open();
  set_format(*node);
  v4l2_requestbuffers wanted{};
  wanted.count = 2;
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  wanted.flags = V4L2_MEMORY_FLAG_NON_COHERENT;
  ASSERT_EQ(errno_of(*node, request::reqbufs, wanted), 0);
  const bool hints = (wanted.capabilities & V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS) != 0;
  EXPECT_EQ(wanted.flags, hints ? V4L2_MEMORY_FLAG_NON_COHERENT : 0U);
  auto wire = buffer(0);
  wire.set_flags(V4L2_BUF_FLAG_NO_CACHE_INVALIDATE | V4L2_BUF_FLAG_NO_CACHE_CLEAN);
  EXPECT_EQ(errno_of(*node, request::qbuf, wire.wire()), 0);
  request(*node, 0);
  wanted.memory = V4L2_MEMORY_USERPTR;
  wanted.flags = V4L2_MEMORY_FLAG_NON_COHERENT;
  errno_of(*node, request::reqbufs, wanted);
  EXPECT_EQ(wanted.flags, 0U);
}

}  // namespace
