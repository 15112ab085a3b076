// Sequence numbers tell which frames were lost.

#include "frames/continuity.h"

#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

namespace {

using v4l2gst::Continuity;

TEST(ContinuityTest, CountsWhatTheDriverLost) {
  Continuity continuity;
  EXPECT_TRUE(continuity.observe(0).discontinuous);
  EXPECT_FALSE(continuity.observe(1).discontinuous);
  const auto after_gap = continuity.observe(5);
  EXPECT_EQ(after_gap.lost, 3U);
  EXPECT_EQ(after_gap.offset, 5U);
  EXPECT_TRUE(after_gap.discontinuous);
  EXPECT_EQ(continuity.observe(6).offset, 6U);
}

TEST(ContinuityTest, AWrapIsAStepOfOne) {
  Continuity continuity;
  continuity.observe(0xffffffff);
  const auto wrapped = continuity.observe(0);
  EXPECT_EQ(wrapped.lost, 0U);
  EXPECT_FALSE(wrapped.discontinuous);
  EXPECT_EQ(wrapped.offset, 1U);
}

TEST(ContinuityTest, ADriverThatDoesNotCountLosesNothing) {
  Continuity continuity;
  for (std::uint64_t offset = 0; offset < 5; ++offset) {
    const auto seen = continuity.observe(0);
    EXPECT_EQ(seen.offset, offset);
    EXPECT_EQ(seen.lost, 0U);
  }
}

TEST(ContinuityTest, WhatFollowsZeroesThatNumberNothingIsNoLoss) {
  Continuity continuity;
  for (int stream = 0; stream < 2; ++stream) {
    continuity.stream_began(false);
    continuity.observe(0);
    continuity.observe(0);
    const auto second = continuity.observe(90);
    EXPECT_EQ(second.lost, 0U);
    EXPECT_TRUE(second.discontinuous);
    EXPECT_EQ(continuity.observe(92).lost, 1U) << "from then on it counts";
  }
  EXPECT_EQ(continuity.observe(93).offset, 10U);
}

TEST(ContinuityTest, ACountThatStartsOverGoesOn) {
  Continuity continuity;
  continuity.observe(100);
  continuity.observe(101);
  const auto reset = continuity.observe(0);
  EXPECT_EQ(reset.offset, 2U);
  EXPECT_EQ(reset.lost, 0U);
  EXPECT_TRUE(reset.discontinuous);
  continuity.stream_began();
  const auto restarted = continuity.observe(7);
  EXPECT_EQ(restarted.offset, 3U);
  EXPECT_EQ(restarted.lost, 0U);
  EXPECT_TRUE(restarted.discontinuous);
}

/// vivid gives both fields of a frame one number. The specification asks for that.
TEST(ContinuityTest, TwoFieldsShareANumber) {
  constexpr std::uint32_t top = V4L2_FIELD_TOP;
  constexpr std::uint32_t bottom = V4L2_FIELD_BOTTOM;
  for (const auto& [first, second] : {std::pair{top, bottom}, {bottom, top}}) {
    Continuity continuity;
    for (std::uint32_t sequence = 0; sequence < 3; ++sequence)
      for (const auto field : {first, second})
        EXPECT_EQ(continuity.observe(sequence, field).lost, 0U);
    EXPECT_EQ(continuity.observe(3, second).lost, 1U) << "the first field of frame 3";
    EXPECT_EQ(continuity.observe(4, second).lost, 1U) << "the first field of frame 4";
    EXPECT_EQ(continuity.observe(5, first).lost, 0U);
    EXPECT_EQ(continuity.observe(6, second).lost, 2U);
    EXPECT_EQ(continuity.observe(8, first).lost, 2U) << "both fields of frame 7";
    EXPECT_EQ(continuity.observe(9, first).lost, 1U);
    EXPECT_EQ(continuity.observe(9, second).offset, 19U) << "the fields are counted without gaps";
  }
}

TEST(ContinuityTest, FieldsThatAreNumberedOneByOneLoseNothing) {
  Continuity continuity;
  for (std::uint32_t sequence = 0; sequence < 6; ++sequence)
    EXPECT_EQ(
        continuity.observe(sequence, sequence % 2 == 0 ? V4L2_FIELD_TOP : V4L2_FIELD_BOTTOM).lost,
        0U);
  EXPECT_EQ(continuity.observe(8, V4L2_FIELD_TOP).lost, 2U);
}

TEST(ContinuityTest, FieldsOfOneKindAreFrames) {
  Continuity continuity;
  for (std::uint32_t sequence = 0; sequence < 4; ++sequence)
    EXPECT_EQ(continuity.observe(sequence, V4L2_FIELD_BOTTOM).lost, 0U);
  EXPECT_EQ(continuity.observe(6, V4L2_FIELD_BOTTOM).lost, 2U);
}

TEST(ContinuityTest, AWrapOfFieldsLosesNothing) {
  Continuity continuity;
  for (const std::uint32_t sequence : {0xfffffffeU, 0xffffffffU, 0U, 1U})
    for (const std::uint32_t field : {V4L2_FIELD_TOP, V4L2_FIELD_BOTTOM})
      EXPECT_EQ(continuity.observe(sequence, field).lost, 0U);
}

}  // namespace
