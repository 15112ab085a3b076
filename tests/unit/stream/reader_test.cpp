#include "stream/reader.h"

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/mapping.h"
#include "rigs/core_rig.h"

namespace {

using core::ends_in;
using core::path;
using v4l2::Frame;
using v4l2::Reader;
using namespace std::chrono_literals;

fake::Model readable() {
  auto model = fake::webcam();
  model.device_caps |= V4L2_CAP_READWRITE;
  return model;
}

/// The program reads a camera into so many slots.
struct ReadRig : core::Rig {
  explicit ReadRig(std::uint32_t count = 3, const fake::Model& model = readable())
      : Rig{model},
        queue{std::make_shared<v4l2::BufferQueue>(
            nullptr, waker, v4l2::WireBuffer{device->buffer_type(), v4l2::Memory::mmap, 1},
            v4l2::OnRequeue::queue)} {
    for (std::uint32_t index = 0; index < count; ++index) {
      memories.push_back(*v4l2::Mapping::anonymous(kernel, format.planes[0].size_image));
      slots.push_back(memories.back().bytes().first(format.planes[0].size_image));
      queue->add(index);
    }
    read();
  }

  void read() {
    reader.emplace(
        std::move(*Reader::start(kernel, path, waker, queue, slots, device->buffer_type())));
  }

  /// Makes the device start to read. It has no frame yet.
  void begin() { EXPECT_TRUE(ends_in<v4l2::Stalled>(reader->next(0ms))); }

  std::optional<Frame> frame() {
    auto arrival = reader->next();
    if (!arrival || !std::holds_alternative<Frame>(*arrival)) return std::nullopt;
    return std::move(std::get<Frame>(*arrival));
  }

  std::vector<v4l2::Mapping> memories;
  Reader::Slots slots;
  std::shared_ptr<v4l2::BufferQueue> queue;
  std::optional<Reader> reader;
};

TEST(Reader, ReadsWhileItExists) {
  ReadRig rig;
  rig.begin();
  EXPECT_TRUE(rig.camera->streaming());
  EXPECT_EQ(rig.device->set_format(rig.format).error().code, EBUSY);
  rig.reader.reset();
  EXPECT_EQ(rig.kernel.open_count(path), 1U);
  EXPECT_TRUE(rig.device->set_format(rig.format));
  EXPECT_FALSE(rig.camera->streaming());
}

TEST(Reader, ReadsBeforeItPolls) {
  ReadRig rig{3, fake::loopback()};
  rig.begin();
  ASSERT_TRUE(rig.camera->fill()) << "poll() makes no loopback device read";
  EXPECT_TRUE(rig.frame());
}

TEST(Reader, SaysWhyTheNodeDidNotOpen) {
  ReadRig rig;
  rig.kernel.refuse(path, EACCES);
  const auto refused =
      Reader::start(rig.kernel, path, rig.waker, rig.queue, rig.slots, v4l2::BufferType::capture);
  ASSERT_FALSE(refused);
  EXPECT_STREQ(refused.error().call, "open");
  EXPECT_EQ(refused.error().code, EACCES);
}

TEST(Reader, FramesAreNumberedAndWholeAndHaveNoTime) {
  ReadRig rig;
  rig.begin();
  rig.camera->lose(7);  // read() does not report them
  for (std::uint32_t sequence = 0; sequence < 10; ++sequence) {
    ASSERT_TRUE(rig.camera->fill());
    const auto frame = rig.frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->sequence(), sequence);
    EXPECT_EQ(frame->timestamp(), 0s);
    EXPECT_EQ(frame->flags(), std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN});
    EXPECT_FALSE(frame->impossible());
    ASSERT_EQ(frame->payloads().size(), 1U);
    EXPECT_EQ(frame->payloads()[0].offset, 0U);
    EXPECT_EQ(frame->payloads()[0].length, rig.format.planes[0].size_image);
    for (const std::size_t offset : {0U, 1000U})
      EXPECT_EQ(rig.slots[frame->index()][offset],
                fake::Camera::expected_byte(sequence + 7, 0, offset));
  }
}

TEST(Reader, AShortFrameIsAsLongAsItIs) {
  ReadRig rig;
  rig.begin();
  rig.camera->fill({.bytes_used = 100});
  EXPECT_EQ(rig.frame()->payloads()[0].length, 100U);
}

TEST(Reader, AHeldFrameIsNotReadInto) {
  ReadRig rig{2};
  rig.begin();
  rig.camera->fill();
  const auto held = rig.frame();
  for (std::uint32_t sequence = 1; sequence < 4; ++sequence) {
    rig.camera->fill();
    const auto frame = rig.frame();
    ASSERT_TRUE(frame);
    EXPECT_NE(frame->index(), held->index());
  }
  EXPECT_EQ(rig.slots[held->index()][0], fake::Camera::expected_byte(0, 0, 0));
}

TEST(Reader, AFrameThatVanishedAgainIsWaitedFor) {
  ReadRig rig{1};
  rig.begin();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(fake::fake_read, EAGAIN); });
  rig.camera->fill();
  EXPECT_EQ(rig.frame()->sequence(), 0U);
}

TEST(Reader, AnErrorOfReadBreaksTheStreamAndCostsNoSlot) {
  ReadRig rig{1};
  rig.begin();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(fake::fake_read, EIO); });
  rig.camera->fill();
  const auto arrival = rig.reader->next();
  ASSERT_TRUE(ends_in<v4l2::Broken>(arrival));
  EXPECT_STREQ(std::get<v4l2::Broken>(*arrival).error.call, "read");
  EXPECT_EQ(std::get<v4l2::Broken>(*arrival).error.code, EIO);
  EXPECT_EQ(rig.frame()->sequence(), 0U);
}

TEST(Reader, AFatalDriverErrorBreaksTheStreamUntilItIsRestarted) {
  ReadRig rig;
  rig.begin();
  rig.camera->fail_stream();
  const auto arrival = rig.reader->next();
  ASSERT_TRUE(ends_in<v4l2::Broken>(arrival));
  EXPECT_EQ(std::get<v4l2::Broken>(*arrival).error.code, EIO);
  rig.reader.reset();
  rig.read();
  rig.begin();
  rig.camera->fill();
  EXPECT_TRUE(rig.frame());
}

TEST(Reader, ADeviceThatCannotReadSaysSo) {
  for (const bool readable_elsewhere : {false, true}) {
    ReadRig rig{1, readable_elsewhere ? readable() : fake::webcam()};
    if (readable_elsewhere) rig.allocate();
    const auto arrival = rig.reader->next();
    ASSERT_FALSE(arrival);
    EXPECT_STREQ(arrival.error().call, "read");
    EXPECT_EQ(arrival.error().code, readable_elsewhere ? EBUSY : EINVAL);
  }
}

TEST(Reader, AnUnplugIsLossAlsoWhileAllSlotsAreOut) {
  for (const bool held : {false, true}) {
    ReadRig rig{1};
    rig.begin();
    if (held) rig.camera->fill();
    const auto frame = held ? rig.frame() : std::nullopt;
    std::thread accident{[&rig] {
      rig.kernel.unplug(path);
    }};
    const auto arrival = rig.reader->next();
    accident.join();
    ASSERT_TRUE(ends_in<v4l2::Lost>(arrival));
    EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, ENODEV);
  }
}

TEST(Reader, TellsASilentCameraFromSlowHolders) {
  ReadRig rig{1};
  rig.begin();
  rig.camera->fill();
  auto only = rig.frame();
  const auto reads = rig.kernel.read_calls();
  rig.camera->fill();
  EXPECT_TRUE(ends_in<v4l2::Starved>(rig.reader->next(0ms)));
  EXPECT_EQ(rig.kernel.read_calls(), reads);
  only.reset();
  EXPECT_EQ(rig.frame()->sequence(), 1U);
  EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.reader->next(0ms)));
}

TEST(Reader, ASlotThatComesBackEndsStarvation) {
  ReadRig rig{1};
  rig.begin();
  rig.camera->fill();
  auto only = rig.frame();
  ASSERT_TRUE(only);
  rig.camera->fill();
  std::thread holder{[&only] {
    only.reset();
  }};
  EXPECT_TRUE(rig.frame());
  holder.join();
}

TEST(Reader, WakerEndsAWaitAndStaysUp) {
  for (const auto reason : {v4l2::Waker::flush, v4l2::Waker::pause}) {
    ReadRig rig;
    std::thread interrupter{[&] {
      rig.waker.raise(reason);
    }};
    EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.reader->next()));
    EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.reader->next()));
    interrupter.join();
    rig.waker.lower(reason);
    rig.begin();
    rig.camera->fill();
    EXPECT_TRUE(rig.frame());
  }
}

TEST(Reader, AFrameHeldOverAPauseKeepsItsSlot) {
  ReadRig rig{2};
  rig.begin();
  rig.camera->fill();
  auto held = rig.frame();
  rig.reader.reset();
  rig.read();
  rig.begin();
  EXPECT_EQ(rig.queue->waiting(), 1U);
  rig.camera->fill();
  {
    const auto frame = rig.frame();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->sequence(), 0U) << "it begins anew";
    EXPECT_NE(frame->index(), held->index());
  }
  held.reset();
  EXPECT_EQ(rig.queue->waiting(), 2U);
}

TEST(Reader, GivesWhatIsThereWithoutWaiting) {
  ReadRig rig{1};
  const auto polls = rig.kernel.poll_calls();
  EXPECT_FALSE(rig.reader->ready()) << "which starts it";
  rig.camera->fill();
  auto arrival = rig.reader->ready();
  ASSERT_TRUE(arrival && ends_in<Frame>(*arrival));
  rig.camera->fill();
  EXPECT_FALSE(rig.reader->ready()) << "no slot is left";
  EXPECT_EQ(rig.kernel.poll_calls(), polls);
}

TEST(Reader, ManyThreadsReturnWhileItComesAndGoes) {
  ReadRig rig{4};
  rig.camera->always_ready();
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
  for (int life = 0; life < 30; ++life) {
    for (int turn = 0; turn < 20; ++turn) {
      auto frame = rig.frame();
      ASSERT_TRUE(frame);
      const std::lock_guard lock{mutex};
      bag.push_back(std::move(*frame));
    }
    rig.reader.reset();
    rig.read();
  }
  running = false;
  for (auto& thread : holders)
    thread.join();
}

}  // namespace
