// Sequence numbers tell which frames were lost.

#include "frames/continuity.h"

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

}  // namespace
