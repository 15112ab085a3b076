#include "kernel/mapping.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "rigs/forwarding_kernel.h"

namespace {

using v4l2::Mapping;

v4l2::Kernel& kernel = v4l2::system_kernel();

/// Returns whether memory is mapped at the begin of a page.
bool mapped(std::byte* address) {
  unsigned char resident{};
  return mincore(address, 1, &resident) == 0;
}

TEST(Mapping, OurOwnMemoryIsWholePagesOfZeroes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(kernel.page_size(), page);
  for (const auto& [length, pages] :
       {std::pair<std::size_t, std::size_t>{1, 1}, {page, 1}, {page + 1, 2}}) {
    const auto memory = Mapping::anonymous(kernel, length);
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->bytes().size(), pages * page);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory->bytes().data()) % page, 0U);
    EXPECT_TRUE(
        std::ranges::all_of(memory->bytes(), [](auto byte) { return byte == std::byte{}; }));
    std::ranges::fill(memory->bytes(), std::byte{1});  // writable
  }
}

TEST(Mapping, OurOwnMemoryIsWholePagesOfTheKernel) {
  class LargePages final : public real::Between {
  public:
    std::size_t page_size() override { return 65536; }
  };

  LargePages large_pages;
  for (const auto& [length, bytes] :
       {std::pair<std::size_t, std::size_t>{1, 65536}, {65536, 65536}, {614'400, 655'360}}) {
    const auto memory = Mapping::anonymous(large_pages, length);
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->bytes().size(), bytes);
    std::ranges::fill(memory->bytes(), std::byte{1});
  }
}

TEST(Mapping, OurOwnMemoryGoesWithItsOwner) {
  std::byte* address{};
  {
    auto first = *Mapping::anonymous(kernel, 1);
    const auto second = std::move(first);
    address = second.bytes().data();
    EXPECT_TRUE(mapped(address));
    EXPECT_TRUE(first.bytes().empty());  // NOLINT(bugprone-use-after-move): a move leaves it empty
  }
  EXPECT_FALSE(mapped(address));
}

TEST(Mapping, MemoryThatThereCannotBeIsAnError) {
  EXPECT_EQ(Mapping::anonymous(kernel, 0).error().code, EINVAL);
  // A 32-bit process may get any smaller part of its address space.
  constexpr auto huge = std::numeric_limits<std::size_t>::max() << 16U;
  const auto refused = Mapping::anonymous(kernel, huge);
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_STREQ(refused.error().call, "mmap");
}

}  // namespace
