// The fake's clock. A wait with a limit ends when the test advances the clock, and never by itself.

#include <array>
#include <thread>

#include <sys/eventfd.h>

#include <gtest/gtest.h>

#include "fake/stopwatch.h"
#include "rigs/core_rig.h"

namespace {

using core::ends_in;
using core::Rig;
using fake::Clock;
using namespace std::chrono_literals;

TEST(StoppedClock, AWaitLastsAsLongAsTheTestSays) {
  Rig rig;
  rig.kernel.set_time(100s);
  rig.start(2);
  std::thread test{[&] {
    rig.kernel.clock().pass();
  }};
  EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(1h)));
  test.join();
  EXPECT_EQ(rig.kernel.monotonic_time(), 100s + 1h);
}

TEST(StoppedClock, AFrameEndsAWaitWithoutTime) {
  Rig rig;
  rig.kernel.set_time(100s);
  rig.start(2);
  std::thread test{[&] {
    rig.camera->fill_when_queued();
  }};
  auto arrival = rig.stream->next(1ms);
  test.join();
  ASSERT_TRUE(arrival);
  const auto* const frame = std::get_if<v4l2::Frame>(&*arrival);
  ASSERT_NE(frame, nullptr);
  EXPECT_EQ(frame->timestamp(), 100s) << "on the same clock";
  EXPECT_EQ(rig.kernel.monotonic_time(), 100s);
  EXPECT_FALSE(rig.kernel.clock().pass_if_waited_for(Clock::Waiters::all)) << "nobody waits";
}

TEST(StoppedClock, TellsWhoWaitsForACameraFromWhoWaitsForTimeAlone) {
  Rig rig;
  rig.kernel.set_time(100s);
  rig.start(2);
  auto& clock = rig.kernel.clock();
  std::thread waits{[&] {
    EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(1s)));
  }};
  const v4l2::UniqueFd nothing{eventfd(0, EFD_CLOEXEC)};
  std::thread rests{[&] {
    std::array wait{pollfd{.fd = nothing.get(), .events = POLLIN, .revents = 0}};
    EXPECT_EQ(rig.kernel.poll(wait, 5000), 0);
  }};
  while (clock.sleepers() < 2)
    std::this_thread::yield();
  EXPECT_TRUE(clock.pass_if_waited_for(Clock::Waiters::for_time_alone));
  rests.join();
  EXPECT_EQ(clock.now(), 105s);
  waits.join();
}

TEST(Stopwatch, CountsWhatHadToPass) {
  Rig rig;
  rig.kernel.set_time(100s);
  rig.start(2);
  auto& clock = rig.kernel.clock();
  EXPECT_EQ(fake::time_of(clock, [] {}), 0s);
  const auto waits = [&] {
    EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(2s)));
  };
  EXPECT_EQ(fake::time_of(clock, waits, 1ms), 2s);
}

}  // namespace
