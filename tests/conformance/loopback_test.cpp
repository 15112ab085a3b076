// These beliefs are about v4l2loopback, which has its own queue in place of videobuf2.

#include <vector>

#include <poll.h>

#include "conformance/target.h"
#include "kernel/mapping.h"
#include "settings/inputs.h"

namespace {

using conformance::LoopbackBelief;
namespace request = v4l2::request;

/// Returns whether the current input reports that it has no signal.
bool has_no_signal(const v4l2::Node& node) {
  const auto input = v4l2::current_input(node);
  return input && *input && (*input)->no_signal;
}

// A run has either such devices or others.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Belief);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LoopbackBelief);
INSTANTIATE_TEST_SUITE_P(Kernel, LoopbackBelief, testing::ValuesIn(conformance::loopback_targets()),
                         [](const auto& instance) { return instance.param.name; });

// The driver's name identifies v4l2loopback. Capability::reserves_buffers() relies on it.
TEST_P(LoopbackBelief, ItIsKnownByItsDriversName) {
  const auto device = v4l2::Device::open(*session.kernel, GetParam().path);
  ASSERT_TRUE(device);
  EXPECT_EQ(device->capability().driver_name(), "v4l2 loopback");
  EXPECT_FALSE(device->reserves_buffers());
}

// VIDIOC_QBUF reserves no buffer. Buffers are filled in turn, also those that the program has, and
// those that it never queued. Stream::overwritten() and the copies of frames rely on it.
TEST_P(LoopbackBelief, ABufferIsFilledWhileTheProgramHasIt) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 2);  // since 0.13 as many as earlier openers have
  ASSERT_GE(count, 2U);
  std::vector<v4l2::Mapping> mappings;  // 0.12 returns no buffer that is not mapped
  for (std::uint32_t index = 0; index < count; ++index) {
    auto wire = buffer(index);
    ASSERT_EQ(errno_of(*node, request::querybuf, wire.wire()), 0);
    mappings.push_back(*v4l2::Mapping::map(node->kernel(), node->descriptor(), wire.length(0),
                                           wire.map_offset(0)));
  }
  ASSERT_EQ(stream_on(*node), 0);
  std::vector<unsigned> given(count);
  for (std::uint32_t i = 0; i < 3 * count; ++i)
    ++given.at(next(*node).index());
  EXPECT_EQ(given, std::vector(count, 3U)) << "none was ever queued";
}

// VIDIOC_QBUF accepts a buffer that is queued already. BufferQueue::requeue() relies on it.
TEST_P(LoopbackBelief, ABufferMayBeQueuedTwice) {
  const auto node = open();
  set_format(*node);
  request(*node, 2);
  EXPECT_EQ(queue(*node, 0), 0);
  EXPECT_EQ(queue(*node, 0), 0);
}

// VIDIOC_EXPBUF, V4L2_MEMORY_USERPTR and V4L2_MEMORY_DMABUF do not exist. So no frame is promised
// as DMABuf.
TEST_P(LoopbackBelief, ItHasNoMemoryButItsOwnAndSharesNone) {
  const auto node = open();
  set_format(*node);
  for (const auto kind : {v4l2::Memory::userptr, v4l2::Memory::dmabuf}) {
    v4l2_requestbuffers wanted{};
    wanted.count = 2;
    wanted.type = to_wire(type);
    wanted.memory = to_wire(kind);
    EXPECT_EQ(errno_of(*node, request::reqbufs, wanted), EINVAL);
  }
  const auto device = v4l2::Device::open(*session.kernel, GetParam().path);
  EXPECT_FALSE(device->may_export());
}

// poll() returns no event for a descriptor that has not read yet. (0.12 returns none later either.)
// read() needs no poll(). Reader::next() relies on it. Since 0.13 read() returns EBUSY while
// another descriptor has the right to capture. VIDIOC_REQBUFS(0) gives the right up, see
// Device::release_format().
TEST_P(LoopbackBelief, ReadingNeedsNoPollAndPollingNeedsARead) {
  const auto other = open();
  const auto format = set_format(*other);
  v4l2_requestbuffers none{};
  none.type = to_wire(type);
  none.memory = V4L2_MEMORY_MMAP;
  static_cast<void>(errno_of(*other, v4l2::request::reqbufs, none));
  const auto node = open();
  std::vector<std::byte> room(format.planes[0].size_image);
  EXPECT_EQ(poll(*node, POLLIN, 0), 0);
  static_cast<void>(node->read(room));
  session.let_a_frame_come();
  const auto got = node->read(room);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, std::size_t{320} * 240 * 2);
}

// Without a producer VIDIOC_STREAMON returns EIO. Up to 0.12 there is no format then, and none can
// be set. Device::lacks_format() relies on it. Since 0.13 the input has no signal then, and
// is_unfed() relies on it. A format can be set, and the driver gives it to a producer that asks for
// another one. So the element sets none.
TEST_P(LoopbackBelief, WithoutAProducerItHasNoFormatOrNoSignal) {
  EXPECT_FALSE(has_no_signal(*open()));
  session.end_producer();  // while nobody else has it open, since 0.12 would go on
  const auto node = open();
  v4l2::Format other;
  other.fourcc = {V4L2_PIX_FMT_YUYV};
  other.size = {.width = 640, .height = 480};
  auto wire = to_wire(other, type);
  const int refused = errno_of(*node, v4l2::request::s_fmt, wire);
  EXPECT_EQ(has_no_signal(*node), refused == 0);
  const auto looks = open();
  v4l2_format found{};
  found.type = to_wire(type);
  EXPECT_EQ(errno_of(*looks, v4l2::request::g_fmt, found), refused == 0 ? 0 : EINVAL);
  v4l2_requestbuffers wanted{};
  wanted.count = 2;
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  static_cast<void>(errno_of(*node, v4l2::request::reqbufs, wanted));
  EXPECT_EQ(stream_on(*node), EIO);
  v4l2_format own{};
  own.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  own.fmt.pix.width = 320;
  own.fmt.pix.height = 240;
  own.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
  EXPECT_EQ(errno_of(*looks, v4l2::request::s_fmt, own), 0);
  EXPECT_EQ(own.fmt.pix.width, refused == 0 ? wire.fmt.pix.width : 320U);
}

// Before 0.13 poll() returns no event for a reader until VIDIOC_STREAMON. Newer releases refuse
// that call without buffers. Reader::start() makes it.
TEST_P(LoopbackBelief, WhoReadsIsAnsweredByPollAfterStreamon) {
  const auto other = open();
  const auto format = set_format(*other);
  v4l2_requestbuffers none{};
  none.type = to_wire(type);
  none.memory = V4L2_MEMORY_MMAP;
  static_cast<void>(errno_of(*other, v4l2::request::reqbufs, none));
  const auto node = open();
  static_cast<void>(stream_on(*node));
  std::vector<std::byte> room(format.planes[0].size_image);
  session.let_a_frame_come();
  static_cast<void>(node->read(room));
  session.let_a_frame_come();
  EXPECT_EQ(poll(*node, POLLIN, 1000) & POLLIN, POLLIN);
}

}  // namespace
