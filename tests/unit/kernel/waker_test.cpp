#include "kernel/waker.h"

#include <array>

#include <poll.h>
#include <sys/resource.h>

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

TEST(Waker, IsPreparedOnceThereIsADescriptor) {
  v4l2::Waker waker{v4l2::Waker::Later::later};
  EXPECT_EQ(waker.descriptor(), -1);
  waker.raise(v4l2::Waker::flush);
  rlimit usual{};
  getrlimit(RLIMIT_NOFILE, &usual);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto refused = waker.prepare();
  setrlimit(RLIMIT_NOFILE, &usual);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EMFILE);
  EXPECT_STREQ(refused.error().call, "eventfd");
  ASSERT_TRUE(waker.prepare());
  EXPECT_TRUE(readable(waker)) << "what was raised before counts";
  const int descriptor = waker.descriptor();
  ASSERT_TRUE(waker.prepare());
  EXPECT_EQ(waker.descriptor(), descriptor);
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
