// The policy decides on the pool's size, and on the delivery of starved frames.

#include "buffers/supply_policy.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::OnStarved;
using v4l2gst::StarvationAction;
using v4l2gst::SupplyPolicy;

constexpr auto calm_frames = SupplyPolicy::calm_frames;

SupplyPolicy policy_of(OnStarved on_starved) {
  return SupplyPolicy{{.on_starved = on_starved, .first = 4, .min_buffers = 4, .max_buffers = 6}};
}

/// Returns whether the pool shrinks exactly with the last of so many calm frames.
bool shrinks_with_the_last(SupplyPolicy& policy, std::uint32_t frames, std::uint32_t in_use) {
  for (std::uint32_t frame = 1; frame < frames; ++frame)
    if (policy.shrinks(3, in_use)) return false;
  return policy.shrinks(3, in_use);
}

// ---- one frame ----------------------------------------------------------------------------------

TEST(ReliefTest, LendsWhileTheDriverHasTwoLeft) {
  for (const auto on_starved : {OnStarved::grow, OnStarved::copy, OnStarved::drop})
    EXPECT_EQ(policy_of(on_starved).starvation_action(2, 4, true), StarvationAction::lend);
}

TEST(ReliefTest, GrowsUpToMaxBuffersAndCopiesThen) {
  const auto policy = policy_of(OnStarved::grow);
  EXPECT_EQ(policy.starvation_action(1, 4, true), StarvationAction::grow);
  EXPECT_EQ(policy.starvation_action(0, 5, true), StarvationAction::grow);
  EXPECT_EQ(policy.starvation_action(1, 6, true), StarvationAction::copy);
  EXPECT_EQ(policy.starvation_action(1, 6, false), StarvationAction::lend);
  EXPECT_EQ(policy.starvation_action(0, 6, false), StarvationAction::drop);
}

TEST(ReliefTest, CopiesOrDropsWhereItIsTold) {
  EXPECT_EQ(policy_of(OnStarved::copy).starvation_action(1, 4, true), StarvationAction::copy);
  EXPECT_EQ(policy_of(OnStarved::drop).starvation_action(1, 4, true), StarvationAction::lend);
  EXPECT_EQ(policy_of(OnStarved::drop).starvation_action(0, 4, true), StarvationAction::drop);
}

TEST(ReliefTest, ADriverWithTwoBuffersNeedsOneAndOneWithASingleBufferNone) {
  const auto policy = policy_of(OnStarved::grow);
  EXPECT_EQ(policy.starvation_action(1, 2, true), StarvationAction::lend);
  EXPECT_EQ(policy.starvation_action(0, 2, true), StarvationAction::grow);
  EXPECT_EQ(policy.starvation_action(0, 1, true), StarvationAction::lend);
}

// ---- growth -------------------------------------------------------------------------------------

TEST(SupplyPolicyTest, AsksForNoGrowthOnceItFailed) {
  auto policy = policy_of(OnStarved::grow);
  policy.cannot_grow();
  EXPECT_EQ(policy.starvation_action(1, 4, true), StarvationAction::copy);
}

TEST(SupplyPolicyTest, MinBuffersWinsOverMaxBuffers) {
  const SupplyPolicy policy{
      {.on_starved = OnStarved::grow, .first = 6, .min_buffers = 8, .max_buffers = 4}};
  EXPECT_EQ(policy.most(), 8U);
  EXPECT_EQ(policy.starvation_action(1, 7, true), StarvationAction::grow);
  EXPECT_EQ(policy.starvation_action(1, 8, true), StarvationAction::copy);
}

TEST(SupplyPolicyTest, AnnouncesMaxBuffersOnlyWhereItGrows) {
  EXPECT_EQ(policy_of(OnStarved::grow).announced(4), 6U);
  EXPECT_EQ(policy_of(OnStarved::grow).announced(7), 7U) << "the driver gave more";
  EXPECT_EQ(policy_of(OnStarved::copy).announced(4), 4U);
  EXPECT_EQ(policy_of(OnStarved::drop).announced(4), 4U);
}

// ---- shrinking ----------------------------------------------------------------------------------

TEST(SupplyPolicyTest, ShrinksAfterEnoughCalmFramesInARow) {
  auto policy = policy_of(OnStarved::grow);
  EXPECT_TRUE(shrinks_with_the_last(policy, calm_frames, 6));
  EXPECT_TRUE(shrinks_with_the_last(policy, calm_frames, 5)) << "and counts anew";
}

TEST(SupplyPolicyTest, AFrameThatNeededTheBufferBeginsTheCountAnew) {
  auto policy = policy_of(OnStarved::grow);
  EXPECT_FALSE(shrinks_with_the_last(policy, calm_frames - 1, 6));
  EXPECT_FALSE(policy.shrinks(2, 6));
  EXPECT_TRUE(shrinks_with_the_last(policy, calm_frames, 6));
}

TEST(SupplyPolicyTest, AGrowthBeginsTheCountAnew) {
  auto policy = policy_of(OnStarved::grow);
  EXPECT_FALSE(shrinks_with_the_last(policy, calm_frames - 1, 5));
  policy.has_grown();
  EXPECT_TRUE(shrinks_with_the_last(policy, calm_frames, 6));
  EXPECT_FALSE(shrinks_with_the_last(policy, calm_frames - 1, 6));
  policy.cannot_grow();
  EXPECT_TRUE(shrinks_with_the_last(policy, calm_frames, 6));
}

TEST(SupplyPolicyTest, NeverShrinksBelowTheFirstCount) {
  auto policy = policy_of(OnStarved::grow);
  EXPECT_FALSE(policy.has_extra(4));
  EXPECT_TRUE(policy.has_extra(5));
  for (std::uint32_t frame = 0; frame < 3 * calm_frames; ++frame)
    EXPECT_FALSE(policy.shrinks(4, 4));
}

}  // namespace
