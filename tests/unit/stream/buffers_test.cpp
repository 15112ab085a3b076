#include "stream/buffers.h"

#include <fcntl.h>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;

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

TEST(Buffers, BeyondTheSetOfLoansAreLeftAlone) {
  auto model = fake::webcam();
  model.least_buffers = 40;
  model.most_buffers = 64;
  Rig rig{model};
  rig.start();
  EXPECT_EQ(rig.buffers->count(), v4l2::BufferQueue::most_buffers);
  EXPECT_EQ(rig.camera->buffer_count(), 40U);
  EXPECT_EQ(rig.camera->queued_count(), v4l2::BufferQueue::most_buffers);
}

TEST(Buffers, TellTheDriverOfCaches) {
  auto model = fake::webcam();
  model.cache_hints = true;
  Rig rig{model};
  constexpr std::uint32_t flags = V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE;
  rig.buffers.emplace(*rig.request({.count = 2, .non_coherent = true, .queue_flags = flags}));
  EXPECT_TRUE(rig.buffers->cache_hints());
  EXPECT_EQ(rig.camera->memory_flags(), std::uint32_t{V4L2_MEMORY_FLAG_NON_COHERENT});
  rig.start();
  EXPECT_EQ(rig.camera->queue_flags(), flags);
  Rig deaf;
  deaf.buffers.emplace(*deaf.request({.count = 2, .non_coherent = true}));
  EXPECT_FALSE(deaf.buffers->cache_hints());
  EXPECT_EQ(deaf.camera->memory_flags(), 0U);
}

TEST(Buffers, MemoryThatTheDriverDoesNotKnowIsRefused) {
  auto model = fake::webcam();
  model.userptrs = false;
  model.imports = false;
  Rig rig{model};
  for (const auto memory : {v4l2::Memory::userptr, v4l2::Memory::dmabuf})
    EXPECT_EQ(rig.request({.memory = memory}).error().code, EINVAL);
}

TEST(Buffers, GrowWhileTheDeviceStreams) {
  for (const bool multiplanar : {false, true}) {
    Rig rig{multiplanar ? fake::multiplanar_camera() : fake::webcam(),
            multiplanar ? V4L2_PIX_FMT_NV12M : V4L2_PIX_FMT_YUYV};
    rig.start(2);
    EXPECT_EQ(rig.buffers->grow(rig.format), 2U);
    EXPECT_EQ(rig.buffers->count(), 3U);
    EXPECT_GE(rig.buffers->planes(2)[0].length, rig.format.planes[0].size_image);
    EXPECT_EQ(rig.camera->queued_count(), 2U) << "it is idle";
    EXPECT_TRUE(rig.buffers->queue()->reinstate(2));
    EXPECT_EQ(rig.camera->queued_count(), 3U);
    rig.camera->fill_at_once(3);
    for (const std::uint32_t index : {0U, 1U, 2U})
      EXPECT_EQ(rig.take()->index(), index);
  }
}

TEST(Buffers, OneThatWasAddedIsQueuedByTheNextStart) {
  Rig rig;
  rig.allocate(2);
  EXPECT_EQ(rig.buffers->grow(rig.format), 2U);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 3U);
  EXPECT_TRUE(rig.buffers->queue()->reinstate(2));
  EXPECT_EQ(rig.camera->queued_count(), 3U) << "once is enough";
}

TEST(Buffers, DoNotGrowWhereTheDriverCannot) {
  auto model = fake::webcam();
  model.most_buffers = 3;
  Rig full{model};
  full.start(2);
  EXPECT_TRUE(full.buffers->grow(full.format));
  EXPECT_EQ(full.buffers->grow(full.format).error().code, ENOBUFS);
  model.creates = false;
  Rig rig{model};
  rig.start(2);
  EXPECT_EQ(rig.buffers->grow(rig.format).error().code, ENOTTY);
  EXPECT_EQ(rig.buffers->count(), 2U);
}

TEST(Buffers, SayWhyTheyDidNotGrow) {
  Rig rig;
  rig.start(2);
  rig.camera->fault([](fake::Faults& faults) {
    faults.fail(VIDIOC_CREATE_BUFS, ENOMEM);
    faults.alter<v4l2_create_buffers>(VIDIOC_CREATE_BUFS, [](auto& answer) { answer.count = 0; });
  });
  const auto refused = rig.buffers->grow(rig.format);
  EXPECT_EQ(refused.error().code, ENOMEM);
  EXPECT_STREQ(refused.error().call, "VIDIOC_CREATE_BUFS");
  EXPECT_EQ(rig.buffers->grow(rig.format).error().code, ENOBUFS);
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length = 0; });
  });
  EXPECT_EQ(rig.buffers->grow(rig.format).error().code, EPROTO);
  EXPECT_EQ(rig.buffers->count(), 2U);
}

TEST(Buffers, AreNotReplacedByThoseThatAreAdded) {
  Rig rig;
  rig.start(2);
  rig.camera->fill();
  const auto held = rig.take();
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_create_buffers>(VIDIOC_CREATE_BUFS, [](auto& answer) { answer.index = 0; });
    faults.alter<v4l2_buffer>(VIDIOC_QUERYBUF, [](auto& answer) { answer.length *= 2; });
  });
  const auto length = rig.buffers->planes(0)[0].length;
  const auto refused = rig.buffers->grow(rig.format);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EPROTO);
  EXPECT_STREQ(refused.error().call, "VIDIOC_CREATE_BUFS");
  EXPECT_EQ(rig.buffers->planes(0)[0].length, length);
  EXPECT_EQ(rig.buffers->count(), 2U);
}

TEST(Buffers, AreNotAddedInVainBeyondTheSetOfLoans) {
  auto model = fake::webcam();
  model.most_buffers = 64;
  Rig rig{model};
  rig.allocate(v4l2::BufferQueue::most_buffers);
  EXPECT_EQ(rig.buffers->grow(rig.format).error().code, ENOBUFS);
  EXPECT_EQ(rig.camera->buffer_count(), v4l2::BufferQueue::most_buffers);
}

TEST(Buffers, ShrinkWhileTheDeviceStreamsAndGrowIntoTheGap) {
  Rig rig;
  rig.start(3);
  rig.camera->fill();
  auto frame = rig.take();
  ASSERT_EQ(frame->index(), 0U);
  auto& queue = *rig.buffers->queue();
  queue.retire(0);
  frame.reset();
  EXPECT_TRUE(rig.buffers->shrink(0));
  EXPECT_EQ(rig.buffers->count(), 2U);
  EXPECT_EQ(rig.camera->buffer_count(), 2U);
  EXPECT_EQ(queue.retired_count(), 0U);
  rig.camera->fill();
  EXPECT_EQ(rig.take()->index(), 1U);
  EXPECT_EQ(rig.buffers->grow(rig.format), 0U);
  EXPECT_TRUE(queue.reinstate(0));
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST(Buffers, AnExportOutlivesTheBufferThatWasFreed) {
  Rig rig;
  rig.start(3);
  rig.camera->fill();
  auto frame = rig.take();
  ASSERT_EQ(frame->index(), 0U);
  const auto exported = rig.buffers->export_planes(0);
  ASSERT_TRUE(exported);
  rig.buffers->queue()->retire(0);
  frame.reset();
  ASSERT_TRUE(rig.buffers->shrink(0));
  const auto memory =
      v4l2::Mapping::map(rig.kernel, exported->front().get(), rig.buffers->planes(0)[0].length, 0);
  ASSERT_TRUE(memory);
  // The buffer that replaces it gets other memory.
  EXPECT_EQ(rig.buffers->grow(rig.format), 0U);
  EXPECT_TRUE(rig.buffers->queue()->reinstate(0));
  rig.camera->fill_at_once(3);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(rig.take());
  for (const std::size_t offset : {0U, 1000U})
    EXPECT_EQ(memory->bytes()[offset], fake::Camera::expected_byte(0, 0, offset));
}

TEST(Buffers, KeepWhatCannotBeFreed) {
  Rig rig;
  rig.start(3);
  EXPECT_EQ(rig.buffers->shrink(1).error().code, EBUSY) << "the driver has it";
  EXPECT_EQ(rig.buffers->count(), 3U);
  auto model = fake::webcam();
  model.removes = false;
  Rig old{model};
  old.allocate(3);
  EXPECT_EQ(old.buffers->shrink(1).error().code, ENOTTY);
  EXPECT_EQ(old.camera->calls(VIDIOC_REMOVE_BUFS), 0U) << "it has said that it can't";
  EXPECT_EQ(old.buffers->count(), 3U);
  old.start();
  EXPECT_EQ(old.camera->queued_count(), 3U);
}

}  // namespace
