#include "kernel/waker.h"

#include <array>

#include <poll.h>

#include <gtest/gtest.h>

namespace {

bool readable(const v4l2::Waker& waker) {
  pollfd wait{.fd = waker.descriptor(), .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) == 1;
}

TEST(Waker, StaysReadableUntilEveryReasonIsLowered) {
  v4l2::Waker waker;
  EXPECT_FALSE(readable(waker));
  waker.raise(v4l2::Waker::flush);
  waker.raise(v4l2::Waker::pause);
  EXPECT_TRUE(readable(waker));
  waker.lower(v4l2::Waker::flush);
  EXPECT_TRUE(readable(waker)) << "the other reason still stands";
  EXPECT_FALSE(waker.raised(v4l2::Waker::flush));
  EXPECT_TRUE(waker.raised(v4l2::Waker::pause));
  waker.lower(v4l2::Waker::pause);
  EXPECT_FALSE(readable(waker));
}

TEST(Waker, RaisingTwiceNeedsOneLowering) {
  v4l2::Waker waker;
  waker.raise(v4l2::Waker::flush);
  waker.raise(v4l2::Waker::flush);
  waker.lower(v4l2::Waker::flush);
  EXPECT_FALSE(readable(waker));
  waker.lower(v4l2::Waker::flush);
  EXPECT_FALSE(readable(waker));
}

}  // namespace
