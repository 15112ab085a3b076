// The time of a frame is found by the driver's timestamp or by its arrival.

#include "frames/capture_time.h"

#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using v4l2gst::Captured;
using v4l2gst::CaptureTime;
using v4l2gst::StampFault;
using v4l2gst::TimestampMode;

constexpr nanoseconds interval = 40ms;
constexpr nanoseconds start = 1000s;

/// A stream of frames, each of which arrives 45 ms after it was taken.
struct Stream {
  CaptureTime times;
  std::uint64_t number{};

  explicit Stream(TimestampMode mode = TimestampMode::driver) { times.stream_began(start, mode); }

  static nanoseconds taken(std::uint64_t frame) { return start + 10s + frame * interval; }

  /// The next frame, with any timestamp.
  Captured next(nanoseconds stamp, bool at_end = false) {
    const auto frame = number++;
    return times.of(
        {.stamp = stamp, .at_end = at_end, .arrival = taken(frame) + 45ms, .number = frame},
        interval);
  }

  Captured good() { return next(taken(number)); }

  /// Returns how far the time of the next frame is from the truth.
  nanoseconds error(nanoseconds stamp) {
    const auto truth = taken(number);
    return std::chrono::abs(next(stamp).time - truth);
  }
};

TEST(CaptureTimeTest, AGoodTimestampIsTakenAsItIs) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame) {
    const auto truth = Stream::taken(stream.number);
    const auto captured = stream.good();
    EXPECT_EQ(captured.time, truth);
    EXPECT_EQ(captured.fault, StampFault::none);
  }
}

TEST(CaptureTimeTest, TheEndOfAFrameIsAnIntervalAfterItsStart) {
  Stream stream;
  const auto end = Stream::taken(0) + interval;
  EXPECT_EQ(stream.next(end, true).time, Stream::taken(0));
}

TEST(CaptureTimeTest, AnEndThatIsYetToComeIsGood) {
  CaptureTime times;
  times.stream_began(start, TimestampMode::driver);
  for (std::uint64_t frame = 0; frame < 5; ++frame) {
    const auto arrival = start + 1s + frame * interval;
    const auto captured = times.of(
        {.stamp = arrival + 36ms, .at_end = true, .arrival = arrival, .number = frame}, interval);
    EXPECT_EQ(captured.time, arrival - 4ms);
    EXPECT_EQ(captured.fault, StampFault::none);
  }
}

TEST(CaptureTimeTest, TheFutureIsClampedToTheArrival) {
  Stream stream;
  const auto arrival = Stream::taken(0) + 45ms;
  EXPECT_EQ(stream.next(arrival + 9ms).time, arrival);
}

TEST(CaptureTimeTest, AStartThatIsFarAheadIsNotBelieved) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  for (const auto ahead : {11ms, 300ms, 900ms}) {
    const auto truth = Stream::taken(stream.number);
    const auto captured = stream.next(truth + 45ms + ahead);
    EXPECT_LT(std::chrono::abs(captured.time - truth), 1ms) << ahead.count();
    EXPECT_EQ(captured.fault, StampFault::implausible);
    EXPECT_EQ(stream.good().fault, StampFault::none);
  }
}

TEST(CaptureTimeTest, AnEndIsAheadByAnIntervalAtMost) {
  Stream stream;
  const auto ahead = [&](nanoseconds by) {
    return stream.next(Stream::taken(stream.number) + 45ms + by, true).fault;
  };
  EXPECT_EQ(ahead(interval), StampFault::none);
  EXPECT_EQ(ahead(interval + 11ms), StampFault::implausible);
}

TEST(CaptureTimeTest, AFrameThatWaitedTenSecondsIsAsOldAsItSays) {
  Stream stream;
  stream.good();
  const auto truth = Stream::taken(1);
  const auto captured = stream.times.of(
      {.stamp = truth, .arrival = truth + 10s, .number = stream.number++}, interval);
  EXPECT_EQ(captured.time, truth);
}

TEST(CaptureTimeTest, WithoutATimestampItIsOneIntervalBeforeTheArrival) {
  // 0 is none. The others are before the stream, or far from now.
  for (const nanoseconds stamp : {0s, 1s, 900s, 5000s, 1'700'000'000s}) {
    Stream stream;
    for (int frame = 0; frame < 20; ++frame) {
      const auto truth = Stream::taken(stream.number);
      const auto captured = stream.next(stamp);
      EXPECT_EQ(captured.time, truth + 5ms) << stamp.count();
      EXPECT_EQ(captured.fault, StampFault::implausible);
    }
  }
}

TEST(CaptureTimeTest, OneBadTimestampIsInterpolated) {
  for (const nanoseconds bad : {nanoseconds{0s}, nanoseconds{start + 5s}, Stream::taken(9)}) {
    Stream stream;
    for (int frame = 0; frame < 10; ++frame)
      stream.good();
    EXPECT_LT(stream.error(bad), 500us) << bad.count();
    EXPECT_EQ(stream.error(Stream::taken(stream.number)), 0ns) << "driver time is used again";
  }
}

TEST(CaptureTimeTest, FaultsAreNamed) {
  Stream stream;
  stream.good();
  EXPECT_EQ(stream.next(Stream::taken(0)).fault, StampFault::stands_still);
  EXPECT_EQ(stream.next(Stream::taken(0) - 1ms).fault, StampFault::backwards);
  EXPECT_EQ(stream.next(-1s).fault, StampFault::implausible);
  EXPECT_EQ(stream.good().fault, StampFault::none);
}

TEST(CaptureTimeTest, TimestampsThatStandStillForGoodCostNothing) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  const auto still = Stream::taken(9);
  for (int frame = 0; frame < 500; ++frame)
    EXPECT_LT(stream.error(still), 500us);
}

TEST(CaptureTimeTest, AFirstFrameThatWaitedDoesNotMakeTheOthersEarly) {
  Stream stream;
  const auto stamp = Stream::taken(0);
  stream.times.of({.stamp = stamp, .arrival = stamp + 46200us, .number = stream.number++},
                  interval);
  for (int frame = 0; frame < 40; ++frame)
    EXPECT_EQ(stream.error(stamp), 0us) << frame;
}

TEST(CaptureTimeTest, AWrongRateShortensTheDelayAFewTimesOnly) {
  CaptureTime times;
  times.stream_began(start, TimestampMode::driver);
  const auto stamp = Stream::taken(0);
  for (std::uint64_t frame = 0; frame < 100; ++frame) {
    const auto taken = stamp + static_cast<nanoseconds::rep>(frame) * nanoseconds{39500us};
    const auto time =
        times.of({.stamp = stamp, .arrival = taken + 45ms, .number = frame}, interval).time;
    EXPECT_LT(std::chrono::abs(time - taken), 4ms) << frame;
  }
}

TEST(CaptureTimeTest, ASmallStepBackIsCaughtUpWith) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  auto last = stream.good().time;
  // Each timestamp from now on is 60 ms early.
  int caught_up = -1;
  for (int frame = 0; frame < 10; ++frame) {
    const auto stamp = Stream::taken(stream.number) - 60ms;
    const auto captured = stream.next(stamp);
    EXPECT_GT(captured.time, last);
    last = captured.time;
    if (caught_up < 0 && captured.time == stamp) caught_up = frame;
  }
  EXPECT_GE(caught_up, 0);
  EXPECT_LE(caught_up, 4);
}

TEST(CaptureTimeTest, ALargeStepBackIsNotBelieved) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  for (int frame = 0; frame < 100; ++frame)
    EXPECT_LT(stream.error(Stream::taken(stream.number) - 5s), 500us);
}

TEST(CaptureTimeTest, AClockOfTwiceTheRateIsNotBelievedAfterItsFirstFault) {
  // uvcvideo computes such stamps with hwtimestamps=1 where USB has no frame numbers.
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  auto last = stream.good().time;
  for (int frame = 0; frame < 500; ++frame) {
    const auto truth = Stream::taken(stream.number);
    // It runs ahead of the arrival, and goes back by six intervals.
    const auto captured = stream.next(truth + (frame % 7 - 3) * interval + 3ms);
    EXPECT_GT(captured.time, last + interval / 2);
    EXPECT_LE(std::chrono::abs(captured.time - truth), interval / 4) << frame;
    last = captured.time;
  }
}

TEST(CaptureTimeTest, AClockThatWasSetIsBelievedAgain) {
  Stream stream;
  for (int frame = 0; frame < 10; ++frame)
    stream.good();
  stream.next(0s);
  // The camera's delay has changed by 15 ms meanwhile.
  int believed = -1;
  for (int frame = 0; frame < 10; ++frame) {
    const auto stamp = Stream::taken(stream.number) - 15ms;
    if (stream.next(stamp).time == stamp && believed < 0) believed = frame;
  }
  EXPECT_GE(believed, 0);
  EXPECT_LE(believed, 3);
}

TEST(CaptureTimeTest, TheModeMayNotAskForTheDriversTime) {
  Stream arrival{TimestampMode::arrival};
  Stream smoothed{TimestampMode::smoothed};
  for (int frame = 0; frame < 10; ++frame) {
    const auto truth = Stream::taken(arrival.number);
    EXPECT_EQ(arrival.next(truth).time, truth + 5ms);
    EXPECT_EQ(smoothed.next(truth).time, truth + 5ms);
  }
}

TEST(CaptureTimeTest, WhatIsComputedIsNotBeforeTheStream) {
  for (const auto mode : {TimestampMode::driver, TimestampMode::arrival, TimestampMode::smoothed}) {
    CaptureTime times;
    times.stream_began(start, mode);
    EXPECT_EQ(times.of({.arrival = start + 1ms, .number = 0}, interval).time, start);
  }
  CaptureTime times;
  times.stream_began(start, TimestampMode::driver);
  const auto end = start + 36ms;
  EXPECT_EQ(
      times.of({.stamp = end, .at_end = true, .arrival = start + 1ms, .number = 0}, interval).time,
      start);
}

TEST(CaptureTimeTest, AnUnknownRateTakesTheArrival) {
  CaptureTime times;
  times.stream_began(start, TimestampMode::driver);
  EXPECT_EQ(times.of({.arrival = start + 1s, .number = 0}, 0s).time, start + 1s);
  EXPECT_EQ(times.of({.arrival = start + 11s, .number = 1}, 0s).time, start + 11s);
  EXPECT_EQ(times.interval(), 10s);
}

TEST(CaptureTimeTest, AnotherStreamBeginsAnew) {
  Stream stream;
  stream.good();
  const auto later = start + 100s;
  stream.times.stream_began(later, TimestampMode::driver);
  EXPECT_EQ(
      stream.times.of({.stamp = start + 11s, .arrival = later + 1s, .number = 50}, interval).fault,
      StampFault::implausible)
      << "it is before the start of this stream";
}

}  // namespace
