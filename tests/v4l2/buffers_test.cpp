#include "stream/buffers.h"

#include <fcntl.h>

#include <gtest/gtest.h>

#include "v4l2/rig.h"

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

}  // namespace
