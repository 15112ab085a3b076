// Patience counts how long a device has been awaited.

#include "session/absence.h"

#include <gtest/gtest.h>

namespace {

using v4l2gst::Patience;
using namespace std::chrono_literals;

TEST(PatienceTest, CountsFromTheFirstCount) {
  Patience patience;
  EXPECT_EQ(patience.waited(), 0s);
  patience.count(100s);
  EXPECT_EQ(patience.waited(), 0s);
  patience.count(103s);
  patience.count(105s);
  EXPECT_EQ(patience.waited(), 5s);
}

TEST(PatienceTest, LeavesOutAPause) {
  Patience patience;
  patience.count(0s);
  patience.count(2s);
  patience.pause();
  patience.count(50s);
  EXPECT_EQ(patience.waited(), 2s);
  patience.count(51s);
  EXPECT_EQ(patience.waited(), 3s);
}

}  // namespace
