#include "stream/return_desk.h"

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

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

// ---- parked -------------------------------------------------------------------------------------

TEST(ReturnDesk, AParkedBufferStaysAtHomeUntilItIsEnlisted) {
  Rig rig;
  rig.start(3);
  auto& desk = *rig.buffers->desk();
  EXPECT_EQ(desk.highest(), 2U);
  desk.park(2);
  EXPECT_EQ(desk.parked_at_home(), std::nullopt) << "the driver has it still";
  EXPECT_EQ(desk.parked(), 2U);
  EXPECT_EQ(desk.highest(), 1U);
  for (int i = 0; i < 3; ++i) {
    rig.camera->fill();
    EXPECT_TRUE(rig.take());
  }
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_EQ(desk.parked_at_home(), 2U);
  EXPECT_EQ(desk.waiting(), 2U);
  EXPECT_TRUE(desk.enlist(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
  EXPECT_EQ(desk.parked_count(), 0U);
}

TEST(ReturnDesk, ABufferMayBeEnlistedWhileItIsOut) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  auto frame = rig.take();
  auto& desk = *rig.buffers->desk();
  desk.park(frame->index());
  EXPECT_TRUE(desk.enlist(frame->index()));
  EXPECT_EQ(rig.camera->queued_count(), 1U);
  frame.reset();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST(ReturnDesk, AStopBringsAParkedBufferHomeAndAStartLeavesItThere) {
  Rig rig;
  rig.start(3);
  auto& desk = *rig.buffers->desk();
  desk.park(2);
  rig.stream.reset();
  EXPECT_EQ(desk.parked_at_home(), 2U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_EQ(desk.parked_at_home(), 2U);
  EXPECT_TRUE(desk.enlist(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(ReturnDesk, ABufferAtHomeMayBeParkedDuringAPause) {
  Rig rig;
  rig.start(3);
  rig.stream.reset();
  auto& desk = *rig.buffers->desk();
  desk.park(2);
  EXPECT_EQ(desk.parked_at_home(), 2U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
  EXPECT_TRUE(desk.enlist(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(ReturnDesk, ABufferEnlistedDuringAPauseIsQueuedByTheNextStart) {
  Rig rig;
  rig.start(3);
  auto& desk = *rig.buffers->desk();
  desk.park(2);
  rig.stream.reset();
  EXPECT_TRUE(desk.enlist(2));
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(ReturnDesk, AFailureToEnlistIsTold) {
  Rig rig;
  rig.start(2);
  const auto index = rig.buffers->grow(rig.format);
  ASSERT_TRUE(index);
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENOMEM); });
  EXPECT_EQ(rig.buffers->desk()->enlist(*index).error().code, ENOMEM);
  EXPECT_EQ(rig.buffers->desk()->complaint(), std::nullopt);
}

// ---- kept at home -------------------------------------------------------------------------------

/// Buffers that stay at home when they come back.
struct KeepRig : Rig {
  explicit KeepRig(std::uint32_t count) {
    buffers.emplace(*request({.count = count, .on_return = v4l2::OnReturn::keep}));
    start();
  }

  v4l2::ReturnDesk& desk() { return *buffers->desk(); }
};

TEST(ReturnDesk, WhatIsKeptIsQueuedWhenToldOnly) {
  KeepRig rig{2};
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  EXPECT_EQ(rig.desk().at_home(), 0b11U);
  EXPECT_EQ(rig.desk().waiting(), 0U);
  EXPECT_TRUE(rig.desk().queue(1));
  EXPECT_EQ(rig.desk().at_home(), 0b01U);
  EXPECT_EQ(rig.desk().waiting(), 1U);
  rig.camera->fill();
  auto frame = rig.take();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->index(), 1U);
  EXPECT_EQ(rig.desk().out(), 1U);
  EXPECT_EQ(rig.desk().at_home(), 0b01U);
  frame.reset();
  EXPECT_EQ(rig.desk().at_home(), 0b11U);
  EXPECT_EQ(rig.camera->queued_count(), 0U);
}

TEST(ReturnDesk, WhatIsKeptAndCannotBeQueuedStaysAtHome) {
  KeepRig rig{1};
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, EIO); });
  EXPECT_EQ(rig.desk().queue(0).error().code, EIO);
  EXPECT_EQ(rig.desk().at_home(), 0b1U);
  EXPECT_TRUE(rig.desk().dry());
}

TEST(ReturnDesk, AKeptBufferThatWasNotQueuedIsALie) {
  KeepRig rig{2};
  EXPECT_TRUE(rig.desk().queue(0));
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.index = 1; });
  });
  rig.camera->fill();
  EXPECT_EQ(rig.stream->next().error().code, EPROTO);
}

TEST(ReturnDesk, AStopBringsHomeWhatWasQueuedByHand) {
  KeepRig rig{2};
  EXPECT_TRUE(rig.desk().queue(0));
  rig.stream.reset();
  EXPECT_EQ(rig.desk().at_home(), 0b11U);
  rig.start();
  EXPECT_TRUE(rig.desk().queue(0));
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(ReturnDesk, AKeptBufferThatComesBackWakesWhoFoundTheDeskDry) {
  KeepRig rig{1};
  EXPECT_TRUE(rig.desk().queue(0));
  rig.camera->fill();
  auto frame = rig.take();
  EXPECT_TRUE(rig.desk().dry());
  EXPECT_FALSE(rig.waker.raised());
  std::thread holder{[&frame] {
    frame.reset();
  }};
  holder.join();
  EXPECT_TRUE(rig.waker.raised(v4l2::Waker::homecoming));
}

// ---- without a driver ---------------------------------------------------------------------------

/// A desk of buffers that no driver knows of.
struct Driverless {
  explicit Driverless(std::uint32_t count) {
    for (std::uint32_t index = 0; index < count; ++index)
      desk.add(index);
  }

  v4l2::Waker waker;
  v4l2::ReturnDesk desk{nullptr, waker,
                        v4l2::WireBuffer{v4l2::BufferType::capture, v4l2::Memory::mmap, 1},
                        v4l2::OnReturn::queue};
};

TEST(ReturnDesk, BuffersAreBorrowedWhileItIsOpen) {
  Driverless of{2};
  EXPECT_EQ(of.desk.borrow(), std::nullopt);
  EXPECT_TRUE(of.desk.open());
  EXPECT_EQ(of.desk.waiting(), 2U);
  EXPECT_EQ(of.desk.borrow(), 0U);
  EXPECT_EQ(of.desk.borrow(), 1U);
  EXPECT_EQ(of.desk.borrow(), std::nullopt);
  EXPECT_EQ(of.desk.out(), 2U);
  EXPECT_TRUE(of.desk.dry());
  of.desk.give_back(1);
  EXPECT_TRUE(of.waker.raised(v4l2::Waker::homecoming));
  EXPECT_FALSE(of.desk.dry());
  EXPECT_EQ(of.desk.borrow(), 1U);
  of.desk.shut();
  of.desk.give_back(1);
  EXPECT_EQ(of.desk.borrow(), std::nullopt);
}

TEST(ReturnDesk, AParkedBufferIsNotBorrowed) {
  Driverless of{2};
  EXPECT_TRUE(of.desk.open());
  EXPECT_EQ(of.desk.borrow(), 0U);
  of.desk.park(0);
  of.desk.give_back(0);
  EXPECT_EQ(of.desk.parked_at_home(), 0U);
  EXPECT_EQ(of.desk.borrow(), 1U);
  EXPECT_TRUE(of.desk.dry());
  EXPECT_TRUE(of.desk.enlist(0));
  EXPECT_EQ(of.desk.borrow(), 0U);
  of.desk.give_back(0);
  of.desk.remove(0);
  EXPECT_EQ(of.desk.buffer_count(), 1U);
  EXPECT_EQ(of.desk.borrow(), std::nullopt);
}

TEST(ReturnDesk, OneThatNoDriverHasIsAtHomeWhenItIsParked) {
  Driverless of{2};
  EXPECT_TRUE(of.desk.open());
  of.desk.park(1);
  EXPECT_EQ(of.desk.parked_at_home(), 1U);
  EXPECT_EQ(of.desk.borrow(), 0U);
  of.desk.park(0);
  EXPECT_EQ(of.desk.parked_at_home(), 1U) << "the other one is out";
}

TEST(ReturnDesk, ABufferThatHasGoneLeavesItsIndexVacant) {
  Driverless of{3};
  EXPECT_EQ(of.desk.vacant(), 3U);
  of.desk.remove(1);
  EXPECT_EQ(of.desk.vacant(), 1U) << "2 is somebody's still";
  of.desk.add(1);
  EXPECT_EQ(of.desk.vacant(), 3U);
}

TEST(ReturnDesk, OneThatDoesNotReachTheDriverRaisesNobodyWhileItIsParked) {
  Driverless of{1};
  EXPECT_TRUE(of.desk.open());
  EXPECT_EQ(of.desk.borrow(), 0U);
  of.desk.park(0);
  EXPECT_TRUE(of.desk.dry());
  of.desk.give_back(0);
  EXPECT_FALSE(of.waker.raised()) << "nothing is there that a frame could come in";
}

// ---- many threads -------------------------------------------------------------------------------

TEST(ReturnDesk, AfterItsEndNoThreadIsAtTheNode) {
  for (const auto on_return : {v4l2::OnReturn::queue, v4l2::OnReturn::keep}) {
    Rig rig;
    for (int life = 0; life < 50; ++life) {
      rig.buffers.emplace(*rig.request({.count = 3, .on_return = on_return}));
      rig.start();
      std::array<std::thread, 3> holders;
      for (std::uint32_t index = 0; index < holders.size(); ++index) {
        if (on_return == v4l2::OnReturn::keep) {
          EXPECT_TRUE(rig.buffers->desk()->queue(index));
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
