// The recovery repairs a broken stream in steps.

#include "flow/recovery.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::Recovery;
using v4l2gst::Repair;
using namespace std::chrono_literals;

void try_all(Recovery& recovery) {
  EXPECT_EQ(recovery.broken(), (Recovery::Step{Repair::restart, 0ms}));
  EXPECT_EQ(recovery.broken(), (Recovery::Step{Repair::restart, 100ms}));
  EXPECT_EQ(recovery.broken(), (Recovery::Step{Repair::restart, 1000ms}));
  EXPECT_EQ(recovery.broken(), (Recovery::Step{Repair::reopen, 0ms}));
}

TEST(RecoveryTest, TriesThreeRestartsAndThenOpensTheDeviceAgain) {
  Recovery recovery;
  EXPECT_FALSE(recovery.recovering());
  try_all(recovery);
  EXPECT_TRUE(recovery.recovering());
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(recovery.broken().repair, Repair::give_up);
}

TEST(RecoveryTest, StartsOverWithEachFrame) {
  Recovery recovery;
  for (int i = 0; i < 3; ++i) {
    try_all(recovery);
    recovery.frame();
    EXPECT_FALSE(recovery.recovering());
  }
}

TEST(RecoveryTest, ForgetsWhatWasTriedOnADeviceThatIsGone) {
  Recovery recovery;
  try_all(recovery);
  recovery.forget_attempts();
  EXPECT_FALSE(recovery.hopeless());
  try_all(recovery);
}

TEST(RecoveryTest, IsHopelessOnlyWhereNoFrameEverCame) {
  Recovery recovery;
  try_all(recovery);
  EXPECT_TRUE(recovery.hopeless());
  recovery.frame();
  EXPECT_FALSE(recovery.hopeless());
  try_all(recovery);
  recovery.broken();
  EXPECT_FALSE(recovery.hopeless());
}

}  // namespace
