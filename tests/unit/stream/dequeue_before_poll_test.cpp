// Stream::next() dequeues before poll() when a frame is likely. The calls that it makes show this.

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::ends_in;
using core::path;
using core::Rig;
using namespace std::chrono_literals;

/// The camera of this kernel has a frame only when poll() waits. The kernel must outlive the rig,
/// whose device makes calls until its end.
class OnDemand final : public v4l2::Kernel {
public:
  /// Opens the rig's device through this kernel.
  void serve(Rig& rig) {
    kernel_ = &rig.kernel;
    camera_ = rig.camera.get();
    rig.device.emplace(*v4l2::Device::open(*this, path));
  }

  int open(const char* name, int flags) override { return kernel_->open(name, flags); }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return kernel_->ioctl(descriptor, request, argument);
  }

  void* mmap(std::size_t length, int descriptor, off_t offset) override {
    return kernel_->mmap(length, descriptor, offset);
  }

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    if (timeout_ms != 0) camera_->fill();
    return kernel_->poll(descriptors, timeout_ms);
  }

  ssize_t read(int descriptor, std::span<std::byte> into) override {
    return kernel_->read(descriptor, into);
  }

  std::chrono::nanoseconds monotonic_time() override { return kernel_->monotonic_time(); }

  std::vector<std::string> list(const char* directory) override { return kernel_->list(directory); }

  std::string read_text(const char* name) override { return kernel_->read_text(name); }

  std::string real_path(const char* name) override { return kernel_->real_path(name); }

  std::string device_number(const char* name) override { return kernel_->device_number(name); }

  std::chrono::nanoseconds wall_time(clockid_t clock) override { return kernel_->wall_time(clock); }

private:
  fake::FakeKernel* kernel_{};
  fake::Camera* camera_{};
};

/// The camera always has a frame, and the stream dequeues before it polls.
struct Hurried : Rig {
  Hurried() {
    camera->always_ready();
    start();
    EXPECT_TRUE(take());
    const auto polls = kernel.poll_calls();
    EXPECT_TRUE(take());
    EXPECT_EQ(kernel.poll_calls(), polls) << "it hastens";
  }
};

TEST(Hasten, ACameraThatIsAlwaysReadyIsHardlyPolled) {
  Rig rig;
  rig.camera->always_ready();
  rig.start();
  constexpr unsigned frames = 64 * 20;
  const auto polls = rig.kernel.poll_calls();
  const auto dequeues = rig.camera->calls(VIDIOC_DQBUF);
  for (unsigned i = 0; i < frames; ++i)
    ASSERT_TRUE(rig.take());
  EXPECT_LE(rig.kernel.poll_calls() - polls, frames / 64);
  EXPECT_GE(rig.kernel.poll_calls() - polls, frames / 64 - 1) << "but now and then it is";
  EXPECT_EQ(rig.camera->calls(VIDIOC_DQBUF) - dequeues, frames);
}

TEST(Hasten, ACameraThatIsWaitedForIsHardlyAskedInVain) {
  OnDemand kernel;
  Rig rig;
  kernel.serve(rig);
  rig.start();
  const auto frames = [&rig](unsigned count) {
    const auto before = rig.camera->calls(VIDIOC_DQBUF);
    for (unsigned i = 0; i < count; ++i)
      EXPECT_TRUE(rig.take());
    return rig.camera->calls(VIDIOC_DQBUF) - before;
  };
  // Failed dequeues become rare. They come after 1, 2, 4 and so on frames, then after each 64.
  EXPECT_LE(frames(130), 130U + 7);
  EXPECT_LE(frames(64 * 20), 64U * 20 + 20);
}

TEST(Hasten, ASlowConsumerIsNoticedAgain) {
  OnDemand kernel;
  Rig rig;
  kernel.serve(rig);
  rig.start();
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(rig.take());
  rig.camera->always_ready();
  for (int i = 0; i < 65; ++i)
    ASSERT_TRUE(rig.take());
  const auto polls = rig.kernel.poll_calls();
  for (int i = 0; i < 64; ++i)
    ASSERT_TRUE(rig.take());
  EXPECT_LE(rig.kernel.poll_calls() - polls, 1U);
}

TEST(Hasten, WhoInterruptsGoesFirst) {
  Hurried rig;
  rig.waker.raise(v4l2::Waker::flush);
  EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.stream->next()));
  rig.waker.lower(v4l2::Waker::flush);
  EXPECT_TRUE(rig.take());
}

TEST(Hasten, NothingIsAskedForWhenAllBuffersAreOut) {
  Hurried rig;
  const auto frames = std::array{rig.take(), rig.take(), rig.take(), rig.take()};
  EXPECT_TRUE(std::ranges::all_of(frames, [](const auto& frame) { return frame.has_value(); }));
  const auto dequeues = rig.camera->calls(VIDIOC_DQBUF);
  EXPECT_TRUE(ends_in<v4l2::Starved>(rig.stream->next(0ms)));
  EXPECT_EQ(rig.camera->calls(VIDIOC_DQBUF), dequeues);
}

TEST(Hasten, ATransientErrorIsToldAndTheStreamGoesOn) {
  Hurried rig;
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, ENOMEM); });
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_EQ(arrival.error().code, ENOMEM);
  EXPECT_TRUE(rig.take());
}

TEST(Hasten, ALieIsFoundOut) {
  Hurried rig;
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.index = 77; });
  });
  const auto polls = rig.kernel.poll_calls();
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_EQ(arrival.error().code, EPROTO);
  EXPECT_EQ(arrival.error().value, 77);
  EXPECT_EQ(rig.kernel.poll_calls(), polls);
}

TEST(Hasten, ABrokenStreamIsTold) {
  Hurried rig;
  rig.camera->fail_stream();
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Broken>(arrival));
  EXPECT_EQ(std::get<v4l2::Broken>(*arrival).error.code, EIO);
}

TEST(Hasten, AnUnpluggedDeviceIsLost) {
  Hurried rig;
  rig.kernel.unplug(path);
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Lost>(arrival));
  EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, ENODEV);
}

TEST(Hasten, ABufferThatCouldNotBeQueuedIsTold) {
  Hurried rig;
  auto frame = rig.take();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, ENOMEM); });
  frame.reset();
  EXPECT_EQ(rig.stream->next().error().code, ENOMEM) << "before the next frame";
  EXPECT_TRUE(rig.take());
}

TEST(Ready, GivesWhatIsThereAndNothingElse) {
  Rig rig;
  rig.start();
  const auto polls = rig.kernel.poll_calls();
  EXPECT_FALSE(rig.stream->ready());
  rig.camera->fill_at_once(2);
  for (std::uint32_t sequence : {0U, 1U}) {
    const auto arrival = rig.stream->ready();
    ASSERT_TRUE(arrival && ends_in<v4l2::Frame>(*arrival));
    EXPECT_EQ(std::get<v4l2::Frame>(**arrival).sequence(), sequence);
  }
  EXPECT_FALSE(rig.stream->ready());
  EXPECT_EQ(rig.kernel.poll_calls(), polls);
  rig.kernel.unplug(path);
  const auto arrival = rig.stream->ready();
  EXPECT_TRUE(arrival && ends_in<v4l2::Lost>(*arrival));
}

}  // namespace
