// Key frames are recognized by their first units.

#include "frames/key_frame.h"

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

namespace {

using v4l2gst::Unit;
using v4l2gst::unit_of;

TEST(KeyFrameTest, TheDriversFlagsSay) {
  EXPECT_EQ(unit_of(V4L2_BUF_FLAG_KEYFRAME), Unit::key);
  EXPECT_EQ(unit_of(V4L2_BUF_FLAG_PFRAME), Unit::delta);
  EXPECT_EQ(unit_of(V4L2_BUF_FLAG_BFRAME), Unit::delta);
  EXPECT_EQ(unit_of(V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_PFRAME), Unit::key);
  EXPECT_EQ(unit_of(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC), Unit::unknown);
}

using Bytes = std::vector<std::byte>;

Bytes bytes(std::initializer_list<int> values) {
  Bytes made;
  for (const int value : values)
    made.push_back(static_cast<std::byte>(value));
  return made;
}

Unit h264(std::initializer_list<int> values) {
  return unit_of(V4L2_PIX_FMT_H264, bytes(values));
}

Unit h265(std::initializer_list<int> values) {
  return unit_of(V4L2_PIX_FMT_HEVC, bytes(values));
}

TEST(KeyFrameTest, H264ShowsByItsFirstUnits) {
  EXPECT_EQ(h264({0, 0, 0, 1, 0x67, 0x42}), Unit::key);  // parameters
  EXPECT_EQ(h264({0, 0, 1, 0x65, 0x88}), Unit::key);     // IDR
  EXPECT_EQ(h264({0, 0, 1, 0x25, 0x88}), Unit::key);     // IDR, of less importance
  EXPECT_EQ(h264({0, 0, 0, 1, 0x41, 0x9a}), Unit::delta);
  EXPECT_EQ(h264({0, 0, 0, 1, 0x01, 0x9a}), Unit::delta);
  // A delimiter, an SEI message and picture parameters come first.
  EXPECT_EQ(h264({0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 6, 5, 1, 0, 0, 0, 1, 0x65}), Unit::key);
  EXPECT_EQ(h264({0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x68, 0, 0, 1, 0x41}), Unit::delta);
}

TEST(KeyFrameTest, H265ShowsByItsFirstUnits) {
  EXPECT_EQ(h265({0, 0, 0, 1, 32 << 1, 1}), Unit::key);                // parameters
  EXPECT_EQ(h265({0, 0, 1, 33 << 1, 1}), Unit::key);                   // parameters
  EXPECT_EQ(h265({0, 0, 1, 19 << 1, 1}), Unit::key);                   // IDR
  EXPECT_EQ(h265({0, 0, 1, 21 << 1, 1}), Unit::key);                   // CRA
  EXPECT_EQ(h265({0, 0, 1, 1 << 1, 1}), Unit::delta);                  // trailing
  EXPECT_EQ(h265({0, 0, 1, 35 << 1, 1, 0, 0, 1, 2, 1}), Unit::delta);  // after a delimiter
}

TEST(KeyFrameTest, WhatDoesNotShowIsUnknown) {
  EXPECT_EQ(h264({}), Unit::unknown);
  EXPECT_EQ(h264({0, 0, 1}), Unit::unknown);
  EXPECT_EQ(h264({0, 0, 1, 9, 0xf0}), Unit::unknown);
  EXPECT_EQ(h264({0, 0, 0, 12, 0x41, 0x9a}), Unit::unknown);  // no start code
  EXPECT_EQ(h265({0, 0, 1, 48 << 1}), Unit::unknown);
  EXPECT_EQ(unit_of(V4L2_PIX_FMT_H264_NO_SC, bytes({0, 0, 1, 0x41})), Unit::unknown);
  EXPECT_EQ(unit_of(V4L2_PIX_FMT_MJPEG, bytes({0, 0, 1, 0x41})), Unit::unknown);
}

TEST(KeyFrameTest, OnlyTheFirstBytesAreLookedAt) {
  for (const std::size_t before : {0U, 100U, 252U, 253U, 256U, 5000U}) {
    Bytes frame(before, std::byte{0x80});
    for (const int value : {0, 0, 1, 0x41})
      frame.push_back(static_cast<std::byte>(value));
    EXPECT_EQ(unit_of(V4L2_PIX_FMT_H264, frame), before <= 252 ? Unit::delta : Unit::unknown)
        << before;
  }
}

}  // namespace
