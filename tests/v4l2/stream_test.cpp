#include "stream/stream.h"

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <vector>

#include <fcntl.h>

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "stream/mapped_frame.h"

namespace {

using v4l2::Frame;

constexpr auto path = "/dev/video0";

/// A camera, set to a format, with buffers, and streaming when asked.
struct Rig {
  explicit Rig(fake::Model model = fake::webcam(), std::uint32_t fourcc = V4L2_PIX_FMT_YUYV) {
    camera = kernel.plug(path, std::move(model));
    device.emplace(*v4l2::Device::open(kernel, path));
    v4l2::Format wanted;
    wanted.fourcc = {fourcc};
    wanted.size = {.width = 320, .height = 240};
    format = *device->set_format(wanted);
  }

  v4l2::Result<v4l2::Buffers> request(std::uint32_t count = 4) { return request({.count = count}); }

  v4l2::Result<v4l2::Buffers> request(v4l2::BufferWish wish) {
    wish.type = device->buffer_type();
    wish.plane_count = format.plane_count;
    return v4l2::Buffers::request(device->node(), waker, wish);
  }

  void allocate(std::uint32_t count = 4) { buffers.emplace(std::move(*request(count))); }

  void start(std::uint32_t count = 4) {
    if (!buffers) allocate(count);
    stream.emplace(std::move(*v4l2::Stream::start(*buffers)));
  }

  std::optional<Frame> take() {
    auto arrival = stream->next();
    if (!arrival || !std::holds_alternative<Frame>(*arrival)) return std::nullopt;
    return std::move(std::get<Frame>(*arrival));
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  v4l2::Waker waker;
  std::optional<v4l2::Device> device;
  v4l2::Format format;
  std::optional<v4l2::Buffers> buffers;
  std::optional<v4l2::Stream> stream;
};

template <class Kind>
bool ends_in(const v4l2::Result<v4l2::Arrival>& arrival) {
  return arrival && std::holds_alternative<Kind>(*arrival);
}

TEST(Buffers, AreAllocatedAndGivenBack) {
  Rig rig;
  rig.allocate(4);
  EXPECT_EQ(rig.buffers->count(), 4U);
  EXPECT_EQ(rig.camera->buffer_count(), 4U);
  EXPECT_GE(rig.buffers->planes(3)[0].length, 320U * 240 * 2);
  rig.buffers.reset();
  EXPECT_EQ(rig.camera->buffer_count(), 0U);
}

TEST(Buffers, AreAsManyAsTheDriverGives) {
  auto model = fake::webcam();
  model.least_buffers = 6;
  Rig more{model};
  more.allocate(2);
  EXPECT_EQ(more.buffers->count(), 6U);
  model.least_buffers = 1;
  model.most_buffers = 3;
  Rig fewer{model};
  fewer.allocate(8);
  EXPECT_EQ(fewer.buffers->count(), 3U);
}

TEST(Buffers, RefuseWhatADriverCannotMean) {
  Rig rig;
  const auto refused = [&rig](const char* call, int code) {
    const auto buffers = rig.request();
    ASSERT_FALSE(buffers);
    EXPECT_STREQ(buffers.error().call, call);
    EXPECT_EQ(buffers.error().code, code);
    EXPECT_NE(buffers.error().hint, nullptr);
    EXPECT_EQ(rig.camera->buffer_count(), 0U) << "what was allocated is given back";
  };
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_requestbuffers>(VIDIOC_REQBUFS, [](auto& answer) { answer.count = 0; });
  });
  const auto none = rig.request();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ENOMEM);
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(
        VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 0; }, 1, 2);
  });
  refused("VIDIOC_QUERYBUF", EPROTO);
}

TEST(Buffers, RefuseMorePlanesThanTheFormatHas) {
  Rig rig{fake::multiplanar_camera(), V4L2_PIX_FMT_NV12M};
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 7; });
  });
  const auto buffers = rig.request();
  ASSERT_FALSE(buffers);
  EXPECT_EQ(buffers.error().value, 7);
}

TEST(Buffers, AnExportOutlivesThemAsAnOrphan) {
  Rig rig;
  rig.allocate();
  const auto exported = rig.buffers->export_planes(2);
  ASSERT_TRUE(exported);
  ASSERT_EQ(exported->size(), 1U);
  rig.buffers.reset();
  EXPECT_EQ(rig.camera->buffer_count(), 0U);
  EXPECT_NE(fcntl(exported->front().get(), F_GETFD), -1);
}

TEST(Buffers, StayWithADriverThatKnowsNoOrphansWhileOneIsHeld) {
  auto model = fake::webcam();
  model.orphans = false;
  Rig rig{model};
  rig.allocate();
  EXPECT_FALSE(rig.buffers->orphans());
  auto exported = rig.buffers->export_planes(2);
  rig.buffers.reset();
  EXPECT_EQ(rig.camera->buffer_count(), 4U);
  EXPECT_EQ(rig.device->set_format(rig.format).error().code, EBUSY);
  exported->clear();
  EXPECT_TRUE(rig.request());
}

TEST(Buffers, AreReadableThroughTheNode) {
  Rig rig{fake::multiplanar_camera(), V4L2_PIX_FMT_NV12M};
  rig.start();
  rig.camera->fill();
  const auto frame = rig.take();
  ASSERT_TRUE(frame);
  const auto mapped = rig.buffers->map_node(frame->index());
  ASSERT_TRUE(mapped);
  for (std::size_t plane = 0; plane < 2; ++plane)
    for (const std::size_t offset : {0U, 1000U})
      EXPECT_EQ((*mapped)[plane].bytes()[offset], fake::Camera::expected_byte(0, plane, offset));
}

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

TEST(Stream, TheSameBufferTwiceIsALie) {
  Rig rig;
  rig.start();
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

TEST(Stream, ABufferThatComesHomeEndsStarvation) {
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

TEST(Stream, AFatalDriverErrorIsLossUntilRestarted) {
  Rig rig;
  rig.start();
  rig.camera->fail_stream();
  const auto arrival = rig.stream->next();
  ASSERT_TRUE(ends_in<v4l2::Lost>(arrival));
  EXPECT_EQ(std::get<v4l2::Lost>(*arrival).error.code, EIO);
  rig.stream.reset();
  rig.start();
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

TEST(Stream, ATransientErrorIsAnErrorAndTheStreamGoesOn) {
  Rig rig;
  rig.start();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EIO); });
  rig.camera->fill();
  const auto arrival = rig.stream->next();
  ASSERT_FALSE(arrival);
  EXPECT_EQ(arrival.error().code, EIO);
  EXPECT_TRUE(rig.take());
}

TEST(Stream, AFrameThatVanishedAgainIsWaitedFor) {
  Rig rig;
  rig.start();
  rig.camera->fault([](fake::Faults& faults) { faults.fail(VIDIOC_DQBUF, EAGAIN); });
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

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
