// Which thread calls unlock() and unlock_stop() says whether a flush or a pause is meant.

#include "element/interrupts.h"

#include <thread>

#include <gtest/gtest.h>

namespace {

using v4l2gst::Interrupts;

struct InterruptsTest : testing::Test {
  InterruptsTest() { EXPECT_TRUE(interrupts.prepare()); }

  /// Runs `calls` on another thread, to their end.
  template <class Calls>
  static void elsewhere(Calls calls) {
    std::thread{calls}.join();
  }

  /// Whether both kinds of waits end.
  [[nodiscard]] bool interrupted() {
    EXPECT_EQ(interrupts.frame_waker().raised(), interrupts.absence_waker().raised());
    return interrupts.frame_waker().raised();
  }

  Interrupts interrupts;
};

TEST_F(InterruptsTest, AFlushLastsUntilItsEnd) {
  interrupts.unlock();
  EXPECT_TRUE(interrupts.flushing());
  EXPECT_TRUE(interrupted());
  interrupts.unlock_stop();
  EXPECT_FALSE(interrupted());
}

TEST_F(InterruptsTest, AFlushOutlastsTheEndOfAPause) {
  elsewhere([&] { interrupts.unlock(); });
  // GstBaseSrc 1.26 and newer: gst_base_src_wait_playing() on the streaming thread.
  interrupts.on_streaming_thread();
  interrupts.unlock_stop();
  EXPECT_TRUE(interrupts.flushing()) << "its thread waits for the streaming thread";
  elsewhere([&] { interrupts.unlock_stop(); });
  EXPECT_FALSE(interrupts.flushing());
}

TEST_F(InterruptsTest, AnotherThreadMayEndAFlush) {
  // GstBaseSrc 1.22 calls unlock_stop() for FLUSH_STOP.
  interrupts.on_streaming_thread();
  elsewhere([&] { interrupts.unlock(); });
  elsewhere([&] { interrupts.unlock_stop(); });
  EXPECT_FALSE(interrupts.flushing());
}

TEST_F(InterruptsTest, TheStreamingThreadEndsItsOwnFlush) {
  interrupts.on_streaming_thread();
  interrupts.unlock();
  EXPECT_TRUE(interrupts.flushing());
  interrupts.unlock_stop();
  EXPECT_FALSE(interrupts.flushing());
}

TEST_F(InterruptsTest, APauseIsNoFlush) {
  interrupts.begin_pause();
  interrupts.unlock();  // GstBaseSrc 1.26, on the thread that pauses
  EXPECT_FALSE(interrupted());
  elsewhere([&] { interrupts.unlock(); });
  EXPECT_TRUE(interrupts.flushing()) << "another thread flushes meanwhile";
  elsewhere([&] { interrupts.unlock_stop(); });
  interrupts.interrupt_for_pause();
  EXPECT_FALSE(interrupts.flushing());
  EXPECT_TRUE(interrupted());
  interrupts.end_pause();
  EXPECT_FALSE(interrupted());
}

TEST_F(InterruptsTest, AnEndedStreamingThreadIsForgotten) {
  interrupts.on_streaming_thread();
  interrupts.unlock();
  interrupts.streaming_ended();
  interrupts.unlock_stop();  // of a thread that got the same id
  EXPECT_FALSE(interrupts.flushing());
}

}  // namespace
