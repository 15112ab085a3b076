#include "stream/return_desk.h"

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "v4l2/rig.h"

namespace {

using core::Rig;
using v4l2::Frame;

TEST(ReturnDesk, AFailureToRequeueIsReportedByTheNextWait) {
  Rig rig;
  rig.start();
  rig.camera->fill();
  auto frame = rig.take();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENOMEM); });
  frame.reset();
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_STREQ(arrival.error().call, "VIDIOC_QBUF");
  EXPECT_EQ(arrival.error().code, ENOMEM);
  rig.camera->fill();
  EXPECT_TRUE(rig.take()) << "it is reported once, and the others flow";
}

TEST(ReturnDesk, AFrameHeldOverAPauseIsQueuedAgainLater) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();  // paused
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 1U);
  held.reset();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST(ReturnDesk, AFrameThatReturnsDuringAPauseIsQueuedByTheNextStart) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();
  const auto queued_before = rig.camera->calls(VIDIOC_QBUF);
  held.reset();
  EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued_before);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST(ReturnDesk, AStreamStartedWithAllBuffersOutWaitsForThem) {
  Rig rig;
  rig.start(1);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();
  rig.start();
  std::thread holder{[&] {
    held.reset();
    rig.camera->fill_when_queued();
  }};
  EXPECT_TRUE(rig.take());
  holder.join();
}

TEST(ReturnDesk, AFrameOfAnotherLifeNeverTouchesTheDevice) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();
  rig.buffers.reset();
  rig.start(2);
  const auto queued_before = rig.camera->calls(VIDIOC_QBUF);
  held.reset();  // the same index means another buffer now
  EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued_before);
}

TEST(ReturnDesk, AFrameOutlivesDeviceAndKernel) {
  auto held = [] {
    Rig rig;
    rig.start();
    rig.camera->fill();
    return rig.take();
  }();
  ASSERT_TRUE(held);
  held.reset();
}

TEST(ReturnDesk, ManyThreadsReturnWhileTheStreamComesAndGoes) {
  Rig rig;
  std::mutex mutex;
  std::vector<Frame> bag;  // guarded by mutex
  std::atomic<bool> running{true};
  const auto holder = [&] {
    while (running) {
      std::unique_lock lock{mutex};
      if (bag.empty()) continue;
      const auto frame = std::move(bag.back());
      bag.pop_back();
      lock.unlock();  // the frame goes back outside of the lock
    }
  };
  std::array holders{std::thread{holder}, std::thread{holder}, std::thread{holder}};
  for (int life = 0; life < 50; ++life) {
    rig.start(4);
    for (int turn = 0; turn < 20; ++turn) {
      rig.camera->fill_when_queued();
      auto frame = rig.take();
      ASSERT_TRUE(frame);
      const std::lock_guard lock{mutex};
      bag.push_back(std::move(*frame));
    }
    rig.stream.reset();
    if (life % 2 == 1) rig.buffers.reset();
  }
  running = false;
  for (auto& thread : holders)
    thread.join();
}

}  // namespace
