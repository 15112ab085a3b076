#include "stream/frame.h"

#include <array>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "stream/buffer_queue.h"
#include "stream/wire_buffer.h"

namespace {

using v4l2::BufferPlane;
using v4l2::Frame;
using v4l2::WireBuffer;

constexpr std::array planes{BufferPlane{.length = 4096}, BufferPlane{.length = 2048}};

/// Returns a frame in two planes. The parameters describe the second one.
Frame frame(std::uint32_t bytes_used, std::uint32_t data_offset) {
  WireBuffer filled{v4l2::BufferType::capture_mplane, v4l2::Memory::mmap, planes.size()};
  filled.wire().m.planes[0].bytesused = 1000;
  filled.wire().m.planes[1].bytesused = bytes_used;
  filled.wire().m.planes[1].data_offset = data_offset;
  return {nullptr, filled, planes};
}

TEST(Frame, WhatFitsIsPossible) {
  for (const auto& [bytes_used, data_offset] :
       {std::pair{0U, 0U}, {1U, 0U}, {2048U, 0U}, {2048U, 2048U}, {16U, 16U}}) {
    const auto made = frame(bytes_used, data_offset);
    EXPECT_FALSE(made.impossible()) << bytes_used << " from " << data_offset;
    EXPECT_EQ(made.payloads()[1].offset, data_offset);
    EXPECT_EQ(made.payloads()[1].length, bytes_used - data_offset);
  }
}

TEST(Frame, WhatDoesNotFitIsImpossibleAndCut) {
  constexpr auto huge = 0xffffffffU;
  for (const auto& [bytes_used, data_offset] :
       {std::pair{2049U, 0U}, {huge, 0U}, {16U, 17U}, {0U, 1U}, {2048U, huge}, {huge, huge}}) {
    const auto made = frame(bytes_used, data_offset);
    EXPECT_TRUE(made.impossible()) << bytes_used << " from " << data_offset;
    const auto& payload = made.payloads()[1];
    EXPECT_LE(payload.offset + payload.length, planes[1].length);
    EXPECT_EQ(made.payloads()[0].length, 1000U) << "the other plane is as the driver says";
  }
}

TEST(Frame, IsStretchedAsFarAsItsPlaneGoes) {
  auto made = frame(100, 48);
  EXPECT_EQ(made.payloads()[1].room, 2000U);
  EXPECT_FALSE(made.set_length(1, 2001));
  EXPECT_EQ(made.payloads()[1].length, 52U);
  EXPECT_TRUE(made.set_length(1, 2000));
  EXPECT_EQ(made.payloads()[1].offset, 48U);
  EXPECT_EQ(made.payloads()[1].length, 2000U);
  EXPECT_EQ(made.payloads()[0].length, 1000U);
}

TEST(Frame, ATimeThatNoClockShowsIsNone) {
  const auto time_of = [](std::int64_t seconds, std::int64_t microseconds) {
    WireBuffer filled{v4l2::BufferType::capture, v4l2::Memory::mmap, 1};
    filled.wire().timestamp.tv_sec = static_cast<time_t>(seconds);
    filled.wire().timestamp.tv_usec = static_cast<suseconds_t>(microseconds);
    return Frame{nullptr, filled, std::span{planes}.first(1)}.timestamp().count();
  };
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(time_of(12, 345678), 12345678000);
  if (sizeof(time_t) > sizeof(std::int32_t)) {
    EXPECT_EQ(time_of(9223372035, 999999), 9223372035999999000) << "the year 2262";
    EXPECT_EQ(time_of(9223372036, 0), 0);
    EXPECT_EQ(time_of(most, 0), 0);
  }
  EXPECT_EQ(time_of(-1, 0), 0);
  EXPECT_EQ(time_of(1, 1000000), 0);
  EXPECT_EQ(time_of(1, most), 0);
  EXPECT_EQ(time_of(1, -1), 0);
}

}  // namespace
