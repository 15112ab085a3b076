#include "kernel/mapping.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using v4l2::Mapping;

/// Returns whether memory is mapped at the begin of a page.
bool mapped(std::byte* address) {
  unsigned char resident{};
  return mincore(address, 1, &resident) == 0;
}

TEST(Mapping, OurOwnMemoryIsWholePagesOfZeroes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (const auto& [length, pages] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {page, 1}, {page + 1, 2}}) {
    const auto memory = Mapping::anonymous(length);
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->bytes().size(), pages * page);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory->bytes().data()) % page, 0U);
    EXPECT_TRUE(
        std::ranges::all_of(memory->bytes(), [](auto byte) { return byte == std::byte{}; }));
    std::ranges::fill(memory->bytes(), std::byte{1});  // writable
  }
}

TEST(Mapping, OurOwnMemoryGoesWithItsOwner) {
  std::byte* address{};
  {
    auto first = *Mapping::anonymous(1);
    const auto second = std::move(first);
    address = second.bytes().data();
    EXPECT_TRUE(mapped(address));
    EXPECT_TRUE(first.bytes().empty());  // NOLINT(bugprone-use-after-move): a move leaves it empty
  }
  EXPECT_FALSE(mapped(address));
}

TEST(Mapping, MemoryThatThereCannotBeIsAnError) {
  EXPECT_EQ(Mapping::anonymous(0).error().code, EINVAL);
  // A 32-bit process may get any smaller part of its address space.
  constexpr auto huge = std::numeric_limits<std::size_t>::max() << 16U;
  const auto refused = Mapping::anonymous(huge);
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_STREQ(refused.error().call, "mmap");
}

}  // namespace
