#include "stream/stream.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"
#include "settings/control_info.h"
#include "settings/control_setter.h"

namespace {

using core::ends_in;
using core::path;
using core::Rig;

TEST(Stream, ExistsExactlyWhileTheDeviceStreams) {
  Rig rig;
  rig.start();
  EXPECT_TRUE(rig.camera->streaming());
  EXPECT_EQ(rig.camera->queued_count(), 4U);
  rig.stream.reset();
  EXPECT_FALSE(rig.camera->streaming());
}

TEST(Stream, DoesNotStartWhereTheDriverRefuses) {
  Rig rig;
  rig.allocate();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_STREAMON, ENOSPC); });
  const auto refused = v4l2::Stream::start(*rig.buffers);
  ASSERT_FALSE(refused);
  EXPECT_STREQ(refused.error().call, "VIDIOC_STREAMON");
  EXPECT_EQ(refused.error().code, ENOSPC);
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  rig.start();
  EXPECT_TRUE(rig.camera->streaming()) << "and may be tried again";
}

TEST(Stream, FramesArriveInOrderAndGoBackWhenTheyDie) {
  Rig rig;
  rig.start(3);
  for (std::uint32_t sequence = 0; sequence < 10; ++sequence) {
    using namespace std::chrono_literals;
    ASSERT_TRUE(rig.camera->fill({.timestamp = 1s + sequence * 33ms}));
    const auto frame = rig.take();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->sequence(), sequence);
    EXPECT_EQ(frame->timestamp(), 1s + sequence * 33ms);
    EXPECT_EQ(frame->flags() & V4L2_BUF_FLAG_TIMESTAMP_MASK,
              std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC});
    EXPECT_EQ(frame->payloads()[0].length, 320U * 240 * 2);
    EXPECT_EQ(rig.camera->queued_count(), 2U);
  }
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

/// The poll() of this kernel always reports an event, and the driver never has one.
class Hasty final : public v4l2::Kernel {
public:
  Hasty(v4l2::Kernel& kernel, v4l2::Waker& waker) : kernel_{&kernel}, waker_{&waker} {}

  int poll(std::span<pollfd> descriptors, int timeout_ms) override {
    constexpr int for_ever = 1000;
    const bool asks = (descriptors[0].events & POLLPRI) != 0;
    if (asks) ++asked;
    // Both cases end the wait. Either the driver is polled no more, or it was polled too often.
    if (!asks || asked == for_ever) waker_->raise(v4l2::Waker::flush);
    const int ready = kernel_->poll(descriptors, asks ? 0 : timeout_ms);
    if (asks) descriptors[0].revents |= POLLPRI;
    return asks && ready == 0 ? 1 : ready;
  }

  int open(const char* node, int flags) override { return kernel_->open(node, flags); }

  int ioctl(int descriptor, unsigned long request, void* argument) override {
    return kernel_->ioctl(descriptor, request, argument);
  }

  void* mmap(std::size_t length, int descriptor, off_t offset) override {
    return kernel_->mmap(length, descriptor, offset);
  }

  ssize_t read(int descriptor, std::span<std::byte> into) override {
    return kernel_->read(descriptor, into);
  }

  std::chrono::nanoseconds monotonic_time() override { return kernel_->monotonic_time(); }

  std::vector<std::string> list(const char* directory) override { return kernel_->list(directory); }

  std::string read_text(const char* node) override { return kernel_->read_text(node); }

  std::string real_path(const char* node) override { return kernel_->real_path(node); }

  std::string device_number(const char* node) override { return kernel_->device_number(node); }

  std::chrono::nanoseconds wall_time(clockid_t clock) override { return kernel_->wall_time(clock); }

  int asked{};

private:
  v4l2::Kernel* kernel_;
  v4l2::Waker* waker_;
};

TEST(Stream, ADriverThatTellsOfNoEventIsAskedNoMore) {
  Rig rig;
  Hasty hasty{rig.kernel, rig.waker};
  rig.device.reset();
  rig.device.emplace(*v4l2::Device::open(hasty, path));
  rig.start();
  EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.stream->next()));
  EXPECT_LT(hasty.asked, 20);
  rig.waker.lower(v4l2::Waker::flush);
  hasty.asked = 0;
  ASSERT_TRUE(rig.camera->fill());
  EXPECT_TRUE(rig.take()) << "and its frames come";
  rig.stream.reset();
  rig.buffers.reset();
  rig.device.reset();
}

// ---- a driver that reserves nothing -------------------------------------------------------------

TEST(Stream, ABufferThatWasFilledOnLoanIsQueuedOnce) {
  Rig rig{fake::loopback(2)};
  rig.start(2);
  ASSERT_TRUE(rig.camera->fill());
  auto held = rig.take();
  ASSERT_TRUE(held);
  ASSERT_TRUE(rig.camera->fill());
  EXPECT_TRUE(rig.take()) << "the other one";
  const auto queued = rig.camera->calls(VIDIOC_QBUF);
  for (unsigned times = 1; times <= 2; ++times) {
    ASSERT_TRUE(rig.camera->fill());
    EXPECT_TRUE(ends_in<v4l2::Overwritten>(rig.stream->next())) << "and no second frame of it";
    ASSERT_TRUE(rig.camera->fill());
    EXPECT_TRUE(rig.take()) << "the other one";
    EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued + 2 * times);
  }
  EXPECT_EQ(rig.buffers->queue()->waiting(), 2U) << "the driver has it, though it is on loan";
  held.reset();
  EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued + 4) << "it was queued already";
  ASSERT_TRUE(rig.camera->fill());
  EXPECT_TRUE(rig.take()) << "and is lent again";
  EXPECT_EQ(rig.camera->calls(VIDIOC_QBUF), queued + 5);
}

TEST(Stream, WithAllBuffersOnLoanItWaitsForWhatWasQueuedAgain) {
  Rig rig{fake::loopback(2)};
  rig.start(2);
  std::vector<v4l2::Frame> held;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(rig.camera->fill());
    held.push_back(std::move(*rig.take()));
  }
  EXPECT_TRUE(ends_in<v4l2::Starved>(rig.stream->next(std::chrono::milliseconds{0})));
  ASSERT_TRUE(rig.camera->fill());
  held.pop_back();
  EXPECT_TRUE(ends_in<v4l2::Overwritten>(rig.stream->next()));
  rig.stream.reset();
  held.clear();
  rig.start();
  ASSERT_TRUE(rig.camera->fill());
  EXPECT_TRUE(rig.take()) << "a loan that ends between two streams is over";
}

TEST(Stream, AFrameOnLoanThatIsRefusedAgainIsAnError) {
  Rig rig{fake::loopback(2)};
  rig.start(2);
  ASSERT_TRUE(rig.camera->fill());
  const auto held = rig.take();
  rig.camera->fill_at_once(2);
  EXPECT_TRUE(rig.take());
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_QBUF, EINVAL); });
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_STREQ(arrival.error().call, "VIDIOC_QBUF");
}

TEST(Stream, APayloadNeverLeavesItsBuffer) {
  Rig rig;
  rig.start();
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.bytesused = 1U << 30U; });
  });
  rig.camera->fill();
  const auto frame = rig.take();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->impossible());
  EXPECT_EQ(frame->payloads()[0].length, rig.buffers->planes(0)[0].length);
}

TEST(Stream, DataOffsetsAreTakenOffThePayload) {
  auto model = fake::multiplanar_camera();
  model.data_offset = 128;
  Rig rig{model, V4L2_PIX_FMT_NV12M};
  rig.start();
  rig.camera->fill();
  const auto frame = rig.take();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payloads()[0].offset, 128U);
  EXPECT_EQ(frame->payloads()[0].length, 320U * 240);
  EXPECT_EQ(frame->payloads()[1].length, 320U * 240 / 2);
}

TEST(Stream, LiesAboutWhichBufferAreErrors) {
  Rig rig;
  rig.start();
  for (const std::uint32_t index : {4U, 77U, 0xffffffffU}) {
    rig.camera->fault([index](fake::Faults& faults) {
      faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [index](auto& answer) { answer.index = index; });
    });
    rig.camera->fill();
    const auto arrival = rig.stream->next();
    ASSERT_FALSE(arrival);
    EXPECT_EQ(arrival.error().code, EPROTO);
    EXPECT_EQ(arrival.error().value, index);
  }
}

TEST(Stream, TheSameBufferTwiceIsALieWhereItsMemoryIsAnotherEachTime) {
  Rig rig;
  rig.buffers.emplace(std::move(*rig.request({.on_requeue = v4l2::OnRequeue::keep})));
  rig.start();
  for (std::uint32_t index = 0; index < rig.buffers->count(); ++index)
    ASSERT_TRUE(rig.buffers->queue()->queue(index));
  rig.camera->fill();
  const auto held = rig.take();
  ASSERT_TRUE(held);
  rig.camera->fault([&held](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF,
                              [index = held->index()](auto& answer) { answer.index = index; });
  });
  rig.camera->fill();
  EXPECT_EQ(rig.stream->next().error().code, EPROTO);
}

TEST(Stream, RefusesABufferThatIsRetired) {
  Rig rig;
  rig.allocate(3);
  rig.buffers->queue()->retire(2);
  rig.start();
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_DQBUF, [](auto& answer) { answer.index = 2; });
  });
  rig.camera->fill();
  EXPECT_EQ(rig.stream->next().error().code, EPROTO);
  EXPECT_TRUE(rig.buffers->queue()->reinstate(2));
  EXPECT_EQ(rig.buffers->queue()->on_loan(), 0U);
}

TEST(Stream, AnErrandEndsAWait) {
  Rig rig;
  rig.start();
  rig.waker.raise(v4l2::Waker::command);
  EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.stream->next()));
  rig.waker.lower(v4l2::Waker::command);
  rig.camera->fill();
  EXPECT_TRUE(ends_in<v4l2::Frame>(rig.stream->next()));
}

TEST(Stream, WakerEndsAWaitAndStaysUp) {
  Rig rig;
  rig.start();
  std::thread interrupter{[&rig] {
    rig.waker.raise(v4l2::Waker::flush);
  }};
  EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.stream->next()));
  EXPECT_TRUE(ends_in<v4l2::Interrupted>(rig.stream->next()));
  interrupter.join();
  rig.waker.lower(v4l2::Waker::flush);
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(Stream, TellsASilentCameraFromSlowHolders) {
  using namespace std::chrono_literals;
  Rig rig;
  rig.start(2);
  EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(0ms)));
  rig.camera->fill();
  auto first = rig.take();
  EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(0ms)));
  rig.camera->fill();
  auto second = rig.take();
  EXPECT_TRUE(ends_in<v4l2::Starved>(rig.stream->next(0ms)));
  second.reset();
  EXPECT_TRUE(ends_in<v4l2::Stalled>(rig.stream->next(0ms)));
}

TEST(Stream, ABufferThatComesBackEndsStarvation) {
  Rig rig;
  rig.start(1);
  rig.camera->fill();
  auto only = rig.take();
  ASSERT_TRUE(only);
  std::thread holder{[&] {
    only.reset();
    rig.camera->fill_when_queued();
  }};
  EXPECT_TRUE(rig.take());
  holder.join();
}

TEST(Stream, AnUnplugIsLossAlsoWhileAllBuffersAreOut) {
  for (const bool held : {false, true}) {
    Rig rig;
    rig.start(1);
    if (held) rig.camera->fill();
    const auto frame = held ? rig.take() : std::nullopt;
    std::thread accident{[&rig] {
      rig.kernel.unplug(path);
    }};
    const auto arrival = rig.stream->next();
    accident.join();
    ASSERT_TRUE(ends_in<v4l2::Lost>(arrival));
    EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, ENODEV);
  }
}

TEST(Stream, ADeviceThatIsGoneWhenItsEventIsFetchedIsLost) {
  auto model = fake::webcam();
  model.tells_changes = true;
  Rig rig{model};
  ASSERT_EQ(v4l2::subscribe_source_change(*rig.device->node(), 0), true);
  rig.start();
  rig.camera->change_source(model.formats);
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQEVENT, ENODEV); });
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Lost>(arrival));
  EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, ENODEV);
}

TEST(Stream, AFatalDriverErrorBreaksTheStreamUntilItIsRestarted) {
  Rig rig;
  rig.start();
  rig.camera->fail_stream();
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Broken>(arrival));
  EXPECT_EQ(std::get<v4l2::Broken>(*arrival).error.code, EIO);
  rig.stream.reset();
  rig.start();
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(Stream, ABrokenStreamIsToldAlsoWhereARequeueFailsFirst) {
  Rig rig;
  rig.start();
  rig.camera->fill();
  {
    const auto frame = rig.take();
    ASSERT_TRUE(frame);
    rig.camera->fail_stream();
  }
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Broken>(arrival));
  EXPECT_STREQ(std::get<v4l2::Broken>(*arrival).error.call, "VIDIOC_QBUF");
}

TEST(Stream, ABrokenStreamGoesOnWithTheSameBuffersOneOfThemHeld) {
  Rig rig;
  rig.start();
  rig.camera->fill_at_once(2);
  const auto held = rig.take();
  rig.take().reset();
  rig.camera->fail_stream();
  EXPECT_FALSE(rig.take());
  rig.stream.reset();
  rig.start();
  for (int i = 0; i < 10; ++i) {
    rig.camera->fill();
    ASSERT_TRUE(rig.take());
  }
}

/// The buffer whose requeue failed is idle. The failure belongs to the stream that has ended.
TEST(Stream, AFailedRequeueIsForgottenWithItsStream) {
  Rig rig;
  rig.start();
  rig.camera->fill();
  auto frame = rig.take();
  rig.camera->fail_stream();
  frame.reset();
  rig.stream.reset();
  rig.start();
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(Stream, AnErrorOfTheBusBreaksTheStream) {
  for (const int code : {EIO, EPROTO, EILSEQ, ETIME}) {
    Rig rig;
    rig.start();
    rig.camera->fault([code](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, code); });
    rig.camera->fill();
    const auto arrival = rig.stream->next();
    ASSERT_TRUE(ends_in<v4l2::Broken>(arrival)) << code;
    EXPECT_EQ(std::get<v4l2::Broken>(*arrival).error.code, code);
  }
}

TEST(Stream, AnErrorOfTheCallIsAnErrorAndTheStreamGoesOn) {
  Rig rig;
  rig.start();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, ENOMEM); });
  rig.camera->fill();
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_EQ(arrival.error().code, ENOMEM);
  EXPECT_TRUE(rig.take());
}

/// v4l2-core answers so for an unregistered node, whatever the driver returned just before.
TEST(Stream, ADeviceThatNoLongerIdentifiesItselfIsLost) {
  for (const int code : {EIO, EINVAL}) {
    Rig rig;
    rig.start();
    rig.camera->fail_stream();
    rig.camera->fault([code](fake::Faults& faults) {
      faults.fail(VIDIOC_DQBUF, code);
      faults.fail(VIDIOC_QUERYCAP, ENODEV);
    });
    const auto arrival = rig.stream->next();
    ASSERT_TRUE(ends_in<v4l2::Lost>(arrival)) << code;
    EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, ENODEV);
  }
}

TEST(Stream, EpipeAfterTheLastFrameIsAChangeOfTheSource) {
  for (const bool last : {false, true}) {
    Rig rig;
    rig.start();
    rig.camera->fill({.flags = last ? std::uint32_t{V4L2_BUF_FLAG_LAST} : 0U});
    EXPECT_TRUE(rig.take());
    rig.camera->fill();
    rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EPIPE); });
    const auto arrival = rig.stream->next();
    EXPECT_EQ(ends_in<v4l2::SourceChanged>(arrival), last);
    EXPECT_EQ(!arrival, !last);
  }
}

TEST(Stream, AFrameThatVanishedAgainIsWaitedFor) {
  Rig rig;
  rig.start();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EAGAIN); });
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

/// The streaming thread holds no lock of the threads that set controls.
TEST(Stream, FourThreadsSetControlsWhileTheDeviceRestarts) {
  Rig rig;
  const auto node = rig.device->node();
  const auto known = v4l2::ControlList::read(*node);
  ASSERT_TRUE(known);
  std::atomic<bool> running{true};
  std::atomic<unsigned> refused{};
  std::vector<std::thread> setters;
  for (const char* const name : {"brightness", "contrast", "brightness", "contrast"})
    setters.emplace_back([&, name] {
      for (std::int64_t turn = 0; running || turn < 100; ++turn) {
        const std::vector<v4l2::ControlWish> wishes{{name, turn % 60}};
        const auto outcomes = v4l2::set_controls(*node, *known, wishes, v4l2::Buttons::press);
        if (!outcomes || outcomes->front().end == v4l2::ControlEnd::refused) ++refused;
      }
    });
  for (unsigned turn = 0; turn < 50; ++turn) {
    rig.start();
    EXPECT_TRUE(rig.camera->fill());
    EXPECT_TRUE(rig.take());
    rig.stream.reset();
  }
  running = false;
  for (auto& setter : setters)
    setter.join();
  EXPECT_EQ(refused, 0U);
}

}  // namespace
