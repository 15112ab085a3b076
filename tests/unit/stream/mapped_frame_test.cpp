#include "stream/mapped_frame.h"

#include <algorithm>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "kernel/unique_fd.h"

namespace {

using v4l2::MappedFrame;
using v4l2::PlaneLocation;

v4l2::UniqueFd memory(std::size_t size) {
  v4l2::UniqueFd descriptor{memfd_create("plane", MFD_CLOEXEC)};
  EXPECT_EQ(ftruncate(descriptor.get(), static_cast<off_t>(size)), 0);
  return descriptor;
}

/// Returns how many mappings of this process are of "plane" memory.
long mappings() {
  std::ifstream maps{"/proc/self/maps"};
  long count{};
  for (std::string line; std::getline(maps, line);)
    if (line.find("memfd:plane") != std::string::npos) ++count;
  return count;
}

TEST(MappedFrame, MapsEachDescriptorOnceAndUnmapsItWhenItDies) {
  const auto first = memory(8192);
  const auto second = memory(4096);
  const std::array planes{PlaneLocation{first.get(), 0, 4096},
                          PlaneLocation{first.get(), 4096, 4096},
                          PlaneLocation{second.get(), 16, 64}};
  {
    const auto frame = MappedFrame::map(v4l2::system_kernel(), planes);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->mapping_count(), 2U);
    EXPECT_EQ(mappings(), 2);
    ASSERT_EQ(frame->planes().size(), 3U);
    EXPECT_EQ(frame->planes()[1].size(), 4096U);
    EXPECT_EQ(frame->planes()[1].data(), frame->planes()[0].data() + 4096);
    frame->planes()[1][0] = std::byte{7};  // writable
    EXPECT_EQ(frame->planes()[2].size(), 64U);
  }
  EXPECT_EQ(mappings(), 0);
}

TEST(MappedFrame, OutlivesItsDescriptor) {
  auto descriptor = memory(4096);
  const std::array planes{PlaneLocation{descriptor.get(), 0, 4096}};
  const auto frame = MappedFrame::map(v4l2::system_kernel(), planes);
  descriptor = {};
  ASSERT_TRUE(frame);
  std::ranges::fill(frame->planes()[0], std::byte{1});
}

TEST(MappedFrame, RefusesAPlaneOutsideItsMemory) {
  const auto descriptor = memory(4096);
  constexpr auto huge = std::numeric_limits<std::size_t>::max();
  for (const auto& [offset, length] : {std::pair<std::size_t, std::size_t>{0, 4097},
                                       {4096, 1},
                                       {4097, 0},
                                       {1, huge},
                                       {huge, 1},
                                       {huge, huge}}) {
    const std::array planes{PlaneLocation{descriptor.get(), offset, length}};
    const auto frame = MappedFrame::map(v4l2::system_kernel(), planes);
    ASSERT_FALSE(frame) << offset << "+" << length;
    EXPECT_EQ(frame.error().code, EPROTO);
    EXPECT_EQ(frame.error().value, 4096);
  }
  EXPECT_EQ(mappings(), 0) << "what was mapped before the refusal is unmapped again";
}

TEST(MappedFrame, SaysWhichCallFailed) {
  const std::array nothing{PlaneLocation{-1, 0, 1}};
  const auto frame = MappedFrame::map(v4l2::system_kernel(), nothing);
  ASSERT_FALSE(frame);
  EXPECT_STREQ(frame.error().call, "lseek");
  EXPECT_EQ(frame.error().code, EBADF);
}

}  // namespace
