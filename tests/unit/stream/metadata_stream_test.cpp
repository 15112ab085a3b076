#include "stream/metadata_stream.h"

#include <gtest/gtest.h>

#include "rigs/core_rig.h"
#include "stream/uvc_header.h"

namespace {

using v4l2::MetadataStream;
using namespace std::chrono_literals;

constexpr auto node = "/dev/video1";

/// A USB camera that streams, with its metadata node beside it.
struct MetadataRig : core::Rig {
  MetadataRig() : Rig{fake::usb_camera("1", "1-1")} { camera->give_metadata_to(metadata); }

  std::shared_ptr<fake::Camera> metadata = kernel.plug(node, fake::usb_metadata("1", "1-1"));
};

TEST(MetadataStream, GivesWhatTheDriverWrote) {
  MetadataRig rig;
  const auto stream = *MetadataStream::start(rig.kernel, node);
  EXPECT_EQ(stream->format(), v4l2::Fourcc{V4L2_META_FMT_UVC});
  EXPECT_EQ(stream->size(), 1024U);
  rig.start();
  EXPECT_FALSE((*stream->next()).has_value()) << "there is none yet";
  for (std::uint32_t sequence = 0; sequence < 100; ++sequence) {
    ASSERT_TRUE(rig.camera->fill({.timestamp = 1s + sequence * 33ms}));
    const auto frame = rig.take();
    auto next = stream->next();
    ASSERT_TRUE(next && next->has_value());
    const auto& metadata = **next;
    EXPECT_EQ(metadata.sequence(), sequence);
    EXPECT_EQ(metadata.timestamp(), frame->timestamp());
    const auto header = v4l2::uvc_header_in(stream->bytes_of(metadata));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->presentation_time, fake::Camera::uvc_pts(sequence));
  }
  EXPECT_EQ(rig.metadata->queued_count(), v4l2::BufferQueue::most_buffers);
}

TEST(MetadataStream, WaitsUntilThereIsSome) {
  MetadataRig rig;
  const auto stream = *MetadataStream::start(rig.kernel, node);
  rig.start();
  ASSERT_TRUE(rig.camera->fill());
  stream->wait(1h, rig.waker);
  EXPECT_TRUE((*stream->next()).has_value());
  rig.waker.raise(v4l2::Waker::flush);
  stream->wait(1h, rig.waker);  // is interrupted
  EXPECT_FALSE((*stream->next()).has_value());
}

TEST(MetadataStream, NeedsANodeThatCapturesMetadata) {
  MetadataRig rig;
  EXPECT_TRUE(MetadataStream::is_at(rig.kernel, node));
  EXPECT_FALSE(MetadataStream::is_at(rig.kernel, core::path));
  EXPECT_FALSE(MetadataStream::is_at(rig.kernel, "/dev/video7"));
  const auto wrong = MetadataStream::start(rig.kernel, core::path);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, EINVAL);
  EXPECT_STREQ(wrong.error().hint, "it captures no metadata");
  const auto none = MetadataStream::start(rig.kernel, "/dev/video7");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ENOENT);
}

TEST(MetadataStream, IsGoneAfterwardsWhereverAStartFails) {
  for (const auto request :
       {VIDIOC_G_FMT, VIDIOC_REQBUFS, VIDIOC_QUERYBUF, VIDIOC_QBUF, VIDIOC_STREAMON}) {
    MetadataRig rig;
    rig.metadata->fault([&](fake::Faults& faults) { faults.fail(request, EIO); });
    const auto failed = MetadataStream::start(rig.kernel, node);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, EIO);
    EXPECT_EQ(rig.metadata->buffer_count(), 0U);
    EXPECT_EQ(rig.kernel.open_count(node), 0U);
  }
  MetadataRig rig;
  {
    const auto stream = *MetadataStream::start(rig.kernel, node);
    EXPECT_TRUE(rig.metadata->streaming());
  }
  EXPECT_FALSE(rig.metadata->streaming());
  EXPECT_EQ(rig.metadata->buffer_count(), 0U);
  EXPECT_EQ(rig.kernel.open_count(node), 0U);
}

TEST(MetadataStream, TellsThatTheDeviceIsGone) {
  MetadataRig rig;
  const auto stream = *MetadataStream::start(rig.kernel, node);
  rig.kernel.unplug(node);
  const auto next = stream->next();
  ASSERT_FALSE(next);
  EXPECT_TRUE(next.error().gone());
}

}  // namespace
