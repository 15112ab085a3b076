#include "stream/uvc_header.h"

#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using v4l2::uvc_header_in;

using Bytes = std::vector<unsigned char>;

auto header_in(const Bytes& bytes) {
  return uvc_header_in(std::as_bytes(std::span{bytes}));
}

/// What uvcvideo writes for a payload: 8 bytes of time, 2 of the frame number, the payload's
/// header.
Bytes block(unsigned char length, unsigned char flags, const Bytes& rest) {
  Bytes bytes{0x15, 0xcd, 0x5b, 0x07, 0, 0, 0, 0, 0x34, 0x01, length, flags};
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

constexpr std::array<unsigned char, 10> clocks{0x78, 0x56, 0x34, 0x12, 0xdd,
                                               0xcc, 0xbb, 0xaa, 0xff, 0x07};

Bytes whole_block() {
  return block(12, 0x8c, {clocks.begin(), clocks.end()});
}

TEST(UvcHeader, HasTheClocksOfTheCameraAndTheHost) {
  const auto header = header_in(whole_block());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->host_time.count(), 123456789);
  EXPECT_EQ(header->host_frame_number, 0x134);
  EXPECT_EQ(header->flags, 0x8c);
  EXPECT_EQ(header->presentation_time, 0x12345678U);
  ASSERT_TRUE(header->source_clock);
  EXPECT_EQ(header->source_clock->ticks, 0xaabbccddU);
  EXPECT_EQ(header->source_clock->frame_number, 0x7ff);
}

TEST(UvcHeader, MayHaveOneClockOrNone) {
  const auto only_pts = header_in(block(6, 0x84, {1, 0, 0, 0}));
  ASSERT_TRUE(only_pts);
  EXPECT_EQ(only_pts->presentation_time, 1U);
  EXPECT_FALSE(only_pts->source_clock);
  const auto only_scr = header_in(block(8, 0x88, {2, 0, 0, 0, 3, 0}));
  ASSERT_TRUE(only_scr);
  EXPECT_FALSE(only_scr->presentation_time);
  EXPECT_EQ(only_scr->source_clock->ticks, 2U);
  const auto neither = header_in(block(2, 0x80, {}));
  ASSERT_TRUE(neither);
  EXPECT_FALSE(neither->presentation_time);
  EXPECT_FALSE(neither->source_clock);
}

TEST(UvcHeader, IsTheFirstOneWithAPts) {
  auto bytes = block(2, 0x80, {});
  const auto second = whole_block();
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto header = header_in(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->presentation_time, 0x12345678U);
}

TEST(UvcHeader, IsOnlyReadAsFarAsThereAreBytes) {
  const auto whole = whole_block();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(header_in({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}));
  // The flags promise more than the length leaves room for.
  const auto cut = header_in(block(6, 0x8c, {1, 0, 0, 0}));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->presentation_time, 1U);
  EXPECT_FALSE(cut->source_clock);
  for (const unsigned char length : {0, 1})
    EXPECT_FALSE(header_in(block(length, 0x8c, {clocks.begin(), clocks.end()})));
}

TEST(UvcHeader, OfAnyBytesReadsNoneBeyondThem) {
  std::mt19937 random{7};  // NOLINT(*-msc51-cpp, *-msc32-c): the same bytes each time
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes(random() % 64);
    for (auto& byte : bytes)
      byte = static_cast<unsigned char>(random() % 16);
    const auto header = header_in(bytes);  // ASan finds what is wrong
    EXPECT_TRUE(!header || bytes.size() >= 12);
  }
}

}  // namespace
