#include "stream/buffer_queue.h"

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;
using v4l2::Frame;
using namespace std::chrono_literals;

TEST(BufferQueue, AFailureToRequeueIsReportedByTheNextWait) {
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

TEST(BufferQueue, AFrameHeldOverAPauseIsQueuedAgainLater) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();  // the stream stops
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 1U);
  held.reset();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST(BufferQueue, AFrameThatReturnsDuringAPauseIsQueuedByTheNextStart) {
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

TEST(BufferQueue, AStreamStartedWithAllBuffersOutWaitsForThem) {
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

TEST(BufferQueue, ABufferIsWithTheDriverOnlyOnceItsQbufHasReturned) {
  Rig rig;
  rig.start(1);
  rig.camera->fill();
  auto held = rig.take();
  auto& queue = *rig.buffers->queue();
  std::optional<std::uint32_t> waiting_within;
  rig.camera->fault([&](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_QBUF, [&](v4l2_buffer&) { waiting_within = queue.waiting(); });
  });
  held.reset();
  EXPECT_EQ(waiting_within, 0U) << "vb2 answers POLLERR to a poll() before the first VIDIOC_QBUF";
  EXPECT_EQ(queue.waiting(), 1U);
}

TEST(BufferQueue, AFrameOfAnotherLifeNeverTouchesTheDevice) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto held = rig.take();
  rig.stream.reset();
  rig.buffers.reset();
  rig.start(2);
  const auto queued_before = rig.camera->calls(VIDIOC_QBUF);
  held.reset();  // the index belongs to another buffer now
  EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued_before);
}

TEST(BufferQueue, AFrameOutlivesDeviceAndKernel) {
  auto held = [] {
    Rig rig;
    rig.start();
    rig.camera->fill();
    return rig.take();
  }();
  ASSERT_TRUE(held);
  held.reset();
}

// ---- retired ------------------------------------------------------------------------------------

TEST(BufferQueue, AFrameKnowsWhenItsBufferWasQueued) {
  Rig rig;
  rig.kernel.stop_clock();
  auto& clock = rig.kernel.clock();
  const auto began = clock.now();
  rig.start(2);
  clock.add(10ms);
  rig.camera->fill();
  rig.camera->fill();
  {
    const auto first = rig.take();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->queued_at(), began);
    clock.add(10ms);
  }
  EXPECT_EQ(rig.take()->queued_at(), began) << "the end of another loan does not change it";
  rig.camera->fill();
  EXPECT_EQ(rig.take()->queued_at(), began + 20ms);
}

TEST(BufferQueue, ARetiredBufferStaysIdleUntilItIsReinstated) {
  Rig rig;
  rig.start(3);
  auto& queue = *rig.buffers->queue();
  EXPECT_EQ(queue.highest(), 2U);
  queue.retire(2);
  EXPECT_EQ(queue.retired_idle(), std::nullopt) << "the driver has it still";
  EXPECT_EQ(queue.retired(), 2U);
  EXPECT_EQ(queue.highest(), 1U);
  for (int i = 0; i < 3; ++i) {
    rig.camera->fill();
    EXPECT_TRUE(rig.take());
  }
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_EQ(queue.retired_idle(), 2U);
  EXPECT_EQ(queue.waiting(), 2U);
  EXPECT_TRUE(queue.reinstate(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
  EXPECT_EQ(queue.retired_count(), 0U);
}

TEST(BufferQueue, ABufferMayBeReinstatedWhileItIsOut) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto frame = rig.take();
  auto& queue = *rig.buffers->queue();
  queue.retire(frame->index());
  EXPECT_TRUE(queue.reinstate(frame->index()));
  EXPECT_EQ(rig.camera->queued_count(), 1U);
  frame.reset();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST(BufferQueue, AStopBringsARetiredBufferBackAndAStartLeavesItIdle) {
  Rig rig;
  rig.start(3);
  auto& queue = *rig.buffers->queue();
  queue.retire(2);
  rig.stream.reset();
  EXPECT_EQ(queue.retired_idle(), 2U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_EQ(queue.retired_idle(), 2U);
  EXPECT_TRUE(queue.reinstate(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(BufferQueue, AnIdleBufferMayBeRetiredDuringAPause) {
  Rig rig;
  rig.start(3);
  rig.stream.reset();
  auto& queue = *rig.buffers->queue();
  queue.retire(2);
  EXPECT_EQ(queue.retired_idle(), 2U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_TRUE(queue.reinstate(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(BufferQueue, ABufferReinstatedDuringAPauseIsQueuedByTheNextStart) {
  Rig rig;
  rig.start(3);
  auto& queue = *rig.buffers->queue();
  queue.retire(2);
  rig.stream.reset();
  EXPECT_TRUE(queue.reinstate(2));
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(BufferQueue, AFailureToReinstateIsTold) {
  Rig rig;
  rig.start(2);
  const auto index = rig.buffers->grow(rig.format);
  ASSERT_TRUE(index);
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENOMEM); });
  EXPECT_EQ(rig.buffers->queue()->reinstate(*index).error().code, ENOMEM);
  EXPECT_EQ(rig.buffers->queue()->take_error(), std::nullopt);
}

// ---- kept idle ----------------------------------------------------------------------------------

/// The rig's buffers stay idle after a requeue.
struct KeepRig : Rig {
  explicit KeepRig(std::uint32_t count) {
    buffers.emplace(*request({.count = count, .on_requeue = v4l2::OnRequeue::keep}));
    start();
  }

  v4l2::BufferQueue& queue() { return *buffers->queue(); }
};

TEST(BufferQueue, WhatIsKeptIsQueuedWhenToldOnly) {
  KeepRig rig{2};
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  EXPECT_EQ(rig.queue().idle(), 0b11U);
  EXPECT_EQ(rig.queue().waiting(), 0U);
  EXPECT_TRUE(rig.queue().queue(1));
  EXPECT_EQ(rig.queue().idle(), 0b01U);
  EXPECT_EQ(rig.queue().waiting(), 1U);
  rig.camera->fill();
  auto frame = rig.take();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->index(), 1U);
  EXPECT_EQ(rig.queue().on_loan(), 1U);
  EXPECT_EQ(rig.queue().idle(), 0b01U);
  frame.reset();
  EXPECT_EQ(rig.queue().idle(), 0b11U);
  EXPECT_EQ(rig.camera->queued_count(), 0U);
}

TEST(BufferQueue, WhatIsKeptAndCannotBeQueuedStaysIdle) {
  KeepRig rig{1};
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, EIO); });
  EXPECT_EQ(rig.queue().queue(0).error().code, EIO);
  EXPECT_EQ(rig.queue().idle(), 0b1U);
  EXPECT_TRUE(rig.queue().none_queued());
}

TEST(BufferQueue, AKeptBufferThatWasNotQueuedIsALie) {
  KeepRig rig{2};
  EXPECT_TRUE(rig.queue().queue(0));
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.index = 1; });
  });
  rig.camera->fill();
  EXPECT_EQ(rig.stream->next().error().code, EPROTO);
}

TEST(BufferQueue, AStopBringsBackWhatWasQueuedByHand) {
  KeepRig rig{2};
  EXPECT_TRUE(rig.queue().queue(0));
  rig.stream.reset();
  EXPECT_EQ(rig.queue().idle(), 0b11U);
  rig.start();
  EXPECT_TRUE(rig.queue().queue(0));
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(BufferQueue, AKeptBufferThatComesBackWakesWhoFoundTheQueueEmpty) {
  KeepRig rig{1};
  EXPECT_TRUE(rig.queue().queue(0));
  rig.camera->fill();
  auto frame = rig.take();
  EXPECT_TRUE(rig.queue().none_queued());
  EXPECT_FALSE(rig.waker.raised());
  std::thread holder{[&frame] {
    frame.reset();
  }};
  holder.join();
  EXPECT_TRUE(rig.waker.raised(v4l2::Waker::requeued));
}

// ---- without a driver ---------------------------------------------------------------------------

/// A queue of buffers that no driver has.
struct Driverless {
  explicit Driverless(std::uint32_t count) {
    for (std::uint32_t index = 0; index < count; ++index)
      queue.add(index);
  }

  v4l2::Waker waker;
  v4l2::BufferQueue queue{nullptr, waker,
                          v4l2::WireBuffer{v4l2::BufferType::capture, v4l2::Memory::mmap, 1},
                          v4l2::OnRequeue::queue};
};

TEST(BufferQueue, BuffersAreBorrowedWhileItIsOpen) {
  Driverless of{2};
  EXPECT_EQ(of.queue.take_idle(), std::nullopt);
  EXPECT_TRUE(of.queue.start());
  EXPECT_EQ(of.queue.waiting(), 2U);
  EXPECT_EQ(of.queue.take_idle(), 0U);
  EXPECT_EQ(of.queue.take_idle(), 1U);
  EXPECT_EQ(of.queue.take_idle(), std::nullopt);
  EXPECT_EQ(of.queue.on_loan(), 2U);
  EXPECT_TRUE(of.queue.none_queued());
  of.queue.requeue(1);
  EXPECT_TRUE(of.waker.raised(v4l2::Waker::requeued));
  EXPECT_FALSE(of.queue.none_queued());
  EXPECT_EQ(of.queue.take_idle(), 1U);
  of.queue.stop();
  of.queue.requeue(1);
  EXPECT_EQ(of.queue.take_idle(), std::nullopt);
}

TEST(BufferQueue, ARetiredBufferIsNotBorrowed) {
  Driverless of{2};
  EXPECT_TRUE(of.queue.start());
  EXPECT_EQ(of.queue.take_idle(), 0U);
  of.queue.retire(0);
  of.queue.requeue(0);
  EXPECT_EQ(of.queue.retired_idle(), 0U);
  EXPECT_EQ(of.queue.take_idle(), 1U);
  EXPECT_TRUE(of.queue.none_queued());
  EXPECT_TRUE(of.queue.reinstate(0));
  EXPECT_EQ(of.queue.take_idle(), 0U);
  of.queue.requeue(0);
  of.queue.remove(0);
  EXPECT_EQ(of.queue.buffer_count(), 1U);
  EXPECT_EQ(of.queue.take_idle(), std::nullopt);
}

TEST(BufferQueue, OneThatNoDriverHasIsIdleWhenItIsRetired) {
  Driverless of{2};
  EXPECT_TRUE(of.queue.start());
  of.queue.retire(1);
  EXPECT_EQ(of.queue.retired_idle(), 1U);
  EXPECT_EQ(of.queue.take_idle(), 0U);
  of.queue.retire(0);
  EXPECT_EQ(of.queue.retired_idle(), 1U) << "the other one is out";
}

TEST(BufferQueue, ABufferThatHasGoneLeavesItsIndexVacant) {
  Driverless of{3};
  EXPECT_EQ(of.queue.vacant(), 3U);
  of.queue.remove(1);
  EXPECT_EQ(of.queue.vacant(), 1U) << "2 is somebody's still";
  of.queue.add(1);
  EXPECT_EQ(of.queue.vacant(), 3U);
}

TEST(BufferQueue, OneThatDoesNotReachTheDriverRaisesNobodyWhileItIsRetired) {
  Driverless of{1};
  EXPECT_TRUE(of.queue.start());
  EXPECT_EQ(of.queue.take_idle(), 0U);
  of.queue.retire(0);
  EXPECT_TRUE(of.queue.none_queued());
  of.queue.requeue(0);
  EXPECT_FALSE(of.waker.raised()) << "nothing is there that a frame could come in";
}

// ---- many threads -------------------------------------------------------------------------------

TEST(BufferQueue, AfterItsEndNoThreadIsAtTheNode) {
  for (const auto on_requeue : {v4l2::OnRequeue::queue, v4l2::OnRequeue::keep}) {
    Rig rig;
    for (int life = 0; life < 50; ++life) {
      rig.buffers.emplace(*rig.request({.count = 3, .on_requeue = on_requeue}));
      rig.start();
      std::array<std::thread, 3> holders;
      for (std::uint32_t index = 0; index < holders.size(); ++index) {
        if (on_requeue == v4l2::OnRequeue::keep) {
          EXPECT_TRUE(rig.buffers->queue()->queue(index));
        }
      }
      rig.camera->fill_at_once(holders.size());
      for (auto& holder : holders)
        holder = std::thread{[frame = rig.take()]() mutable {
          frame.reset();
        }};
      rig.stream.reset();
      rig.buffers.reset();
      const auto queued = rig.camera->calls(VIDIOC_QBUF);
      for (auto& holder : holders)
        holder.join();
      EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued);
    }
  }
}

TEST(BufferQueue, ManyThreadsReturnWhileTheStreamComesAndGoes) {
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
      lock.unlock();  // the frame is destroyed outside of the lock
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
