// These beliefs are about formats, buffers and streaming. Each belief names its source, or the part
// of this project that relies on it.

#include <algorithm>
#include <array>
#include <deque>
#include <limits>

#include <fcntl.h>
#include <poll.h>

#include "conformance/target.h"
#include "stream/mapped_frame.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

INSTANTIATE_TEST_SUITE_P(Kernel, Belief, testing::ValuesIn(conformance::targets()),
                         [](const auto& instance) { return instance.param.name; });

// ---- formats ------------------------------------------------------------------------------------

// VIDIOC_QUERYCAP reports a node's own capabilities apart from the device's. Drivers do so since
// 3.x.
TEST_P(Belief, ANodeTellsItsOwnCapabilities) {
  v4l2_capability capability{};
  ASSERT_EQ(errno_of(*open(), request::querycap, capability), 0);
  EXPECT_NE(capability.capabilities & V4L2_CAP_DEVICE_CAPS, 0U);
  EXPECT_NE(capability.device_caps & V4L2_CAP_STREAMING, 0U);
}

// EINVAL ends VIDIOC_ENUM_FMT, ENUM_FRAMESIZES and ENUM_FRAMEINTERVALS.
TEST_P(Belief, EnumerationsEndWithEinval) {
  const auto node = open();
  v4l2_fmtdesc format{};
  format.type = to_wire(type);
  int error = 0;
  for (; (error = errno_of(*node, request::enum_fmt, format)) == 0; ++format.index)
    ASSERT_LT(format.index, 200U);
  EXPECT_EQ(error, EINVAL);
  EXPECT_GT(format.index, 0U);
  v4l2_frmsizeenum size{};
  size.pixel_format = v4l2_fourcc('n', 'o', 'n', 'e');
  EXPECT_EQ(errno_of(*node, request::enum_framesizes, size), EINVAL);
}

// VIDIOC_S_FMT: "Drivers should not return an error code unless the type field is invalid". They
// adjust the format.
TEST_P(Belief, AFormatIsAdjustedRatherThanRefused) {
  const auto node = open();
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_YUYV};
  wanted.size = {.width = 323, .height = 241};
  auto wire = to_wire(wanted, type);
  ASSERT_EQ(errno_of(*node, request::s_fmt, wire), 0);
  const auto actual = v4l2::from_wire(wire);
  EXPECT_GT(actual.size.width, 0U);
  EXPECT_GE(actual.planes[0].bytes_per_line, actual.size.width * 2);
  EXPECT_GE(actual.planes[0].size_image, actual.planes[0].bytes_per_line * actual.size.height);
  v4l2_format current{};
  current.type = to_wire(type);
  ASSERT_EQ(errno_of(*node, request::g_fmt, current), 0);
  EXPECT_EQ(v4l2::from_wire(current), actual);
}

// VIDIOC_S_FMT returns EBUSY while buffers are allocated. Session::negotiate() frees them first.
TEST_P(Belief, AFormatIsNotChangedWhileBuffersAreAllocated) {
  const auto node = open();
  const auto format = set_format(*node);
  request(*node, 2);
  auto wire = to_wire(format, type);
  EXPECT_EQ(errno_of(*node, request::s_fmt, wire), EBUSY);
  request(*node, 0);
  EXPECT_EQ(errno_of(*node, request::s_fmt, wire), 0);
}

// VIDIOC_S_PARM returns the interval that the driver has set.
TEST_P(Belief, AnIntervalIsAdjusted) {
  const auto node = open();
  set_format(*node);
  v4l2_streamparm parameters{};
  parameters.type = to_wire(type);
  parameters.parm.capture.timeperframe = {.numerator = 1, .denominator = 30};
  if (is_left_to_the_graph(*node, request::s_parm, parameters)) return;
  ASSERT_EQ(errno_of(*node, request::s_parm, parameters), 0);
  EXPECT_NE(parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME, 0U);
  const auto period = parameters.parm.capture.timeperframe;
  EXPECT_NE(period.numerator, 0U);
  ASSERT_EQ(errno_of(*node, request::g_parm, parameters), 0);
  EXPECT_EQ(parameters.parm.capture.timeperframe.denominator, period.denominator);
}

// VIDIOC_S_PARM leaves the format that VIDIOC_S_FMT has set. It also leaves the other fields of
// VIDIOC_G_PARM, if the caller passes them back. confirm_format() checks the format all the same.
TEST_P(Belief, AnIntervalLeavesTheFormatAlone) {
  const auto node = open();
  const auto format = set_format(*node);
  v4l2_streamparm before{};
  before.type = to_wire(type);
  if (is_left_to_the_graph(*node, request::g_parm, before)) return;
  ASSERT_EQ(errno_of(*node, request::g_parm, before), 0);
  auto parameters = before;
  parameters.parm.capture.timeperframe = {.numerator = 1, .denominator = 15};
  ASSERT_EQ(errno_of(*node, request::s_parm, parameters), 0);
  EXPECT_EQ(parameters.parm.capture.capturemode, before.parm.capture.capturemode);
  v4l2_format current{};
  current.type = to_wire(type);
  ASSERT_EQ(errno_of(*node, request::g_fmt, current), 0);
  EXPECT_EQ(v4l2::from_wire(current), format);
}

// VIDIOC_S_PARM sets each interval that VIDIOC_ENUM_FRAMEINTERVALS lists. uvcvideo rounds to 100 ns
// (uvc_fraction_to_interval(), uvc_simplify_fraction()).
TEST_P(Belief, AnIntervalThatIsListedIsSet) {
  const auto node = open();
  const auto format = set_format(*node);
  v4l2_frmivalenum listed{};
  listed.pixel_format = format.fourcc.code;
  listed.width = format.size.width;
  listed.height = format.size.height;
  for (; errno_of(*node, request::enum_frameintervals, listed) == 0; ++listed.index) {
    ASSERT_LT(listed.index, 100U);
    if (listed.type != V4L2_FRMIVAL_TYPE_DISCRETE) break;
    v4l2_streamparm parameters{};
    parameters.type = to_wire(type);
    parameters.parm.capture.timeperframe = listed.discrete;
    ASSERT_EQ(errno_of(*node, request::s_parm, parameters), 0);
    const auto& set = parameters.parm.capture.timeperframe;
    const auto seconds = [](const v4l2_fract& interval) {
      return static_cast<double>(interval.numerator) / interval.denominator;
    };
    EXPECT_NEAR(seconds(set), seconds(listed.discrete), 1e-7)
        << listed.discrete.numerator << "/" << listed.discrete.denominator;
  }
}

// VIDIOC_S_FMT may set another interval, as uvcvideo's sets the format's default. So the interval
// is set after the format, and again after each VIDIOC_S_FMT (buffers/stride.cpp).
TEST_P(Belief, AnIntervalThatIsSetAfterTheFormatHolds) {
  const auto node = open();
  v4l2_streamparm current{};
  current.type = to_wire(type);
  if (is_left_to_the_graph(*node, request::g_parm, current)) return;
  const auto set = [&] {
    set_format(*node);
    v4l2_streamparm parameters{};
    parameters.type = to_wire(type);
    parameters.parm.capture.timeperframe = {.numerator = 1, .denominator = 15};
    EXPECT_EQ(errno_of(*node, request::s_parm, parameters), 0);
    const auto first = parameters.parm.capture.timeperframe;
    EXPECT_EQ(errno_of(*node, request::g_parm, parameters), 0);
    EXPECT_EQ(parameters.parm.capture.timeperframe.numerator, first.numerator);
    EXPECT_EQ(parameters.parm.capture.timeperframe.denominator, first.denominator);
    return std::pair{first.numerator, first.denominator};
  };
  const auto first = set();
  EXPECT_EQ(set(), first);
}

// ---- buffers ------------------------------------------------------------------------------------

// VIDIOC_QUERYBUF of drivers passes the checks of Buffers::query().
TEST_P(Belief, BuffersAreDescribedPlaneByPlane) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 3);
  ASSERT_GE(count, 1U);
  for (std::uint32_t index = 0; index < count; ++index) {
    auto wire = buffer(index);
    ASSERT_EQ(errno_of(*node, request::querybuf, wire.wire()), 0);
    EXPECT_EQ(wire.announced_planes(), format.plane_count);
    for (std::uint32_t plane = 0; plane < format.plane_count; ++plane)
      EXPECT_GE(wire.length(plane), format.planes[plane].size_image);
  }
  auto beyond = buffer(count);
  EXPECT_EQ(errno_of(*node, request::querybuf, beyond.wire()), EINVAL);
}

// "DMABuf exporting": an export has a size and can be mapped by itself. It outlives the driver's
// buffers and the node (V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS). The buffer pool relies on it.
TEST_P(Belief, AnExportKnowsItsSizeAndOutlivesItsBuffers) {
  auto node = open();
  set_format(*node);
  v4l2_requestbuffers wanted{};
  wanted.count = 2;
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  ASSERT_EQ(errno_of(*node, request::reqbufs, wanted), 0);
  EXPECT_NE(wanted.capabilities & V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS, 0U);
  auto described = buffer(1);
  ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
  v4l2_exportbuffer exported{};
  exported.type = to_wire(type);
  exported.index = 1;
  exported.flags = O_CLOEXEC | O_RDWR;
  ASSERT_EQ(errno_of(*node, request::expbuf, exported), 0);
  const v4l2::UniqueFd descriptor{exported.fd};
  EXPECT_GE(lseek(descriptor.get(), 0, SEEK_END), static_cast<off_t>(described.length(0)));
  const v4l2::PlaneLocation whole{
      .descriptor = descriptor.get(), .offset = 0, .length = described.length(0)};
  const auto mapped = v4l2::MappedFrame::map(*session.kernel, std::span{&whole, 1});
  ASSERT_TRUE(mapped);
  request(*node, 0);
  node.reset();
  std::ranges::fill(mapped->planes()[0], std::byte{0x5a});
  EXPECT_EQ(mapped->planes()[0].back(), std::byte{0x5a});
}

// VIDIOC_EXPBUF shows before the allocation whether a driver has it. EINVAL means an impossible
// export (vb2_core_expbuf()), EBUSY a caller without buffers (uvcvideo), and ENOTTY no such ioctl.
// Device::may_export() relies on it.
TEST_P(Belief, WhoCanExportSaysSoBeforeThereAreBuffers) {
  const auto node = open();
  v4l2_exportbuffer exported{};
  exported.type = to_wire(type);
  exported.index = std::numeric_limits<std::uint32_t>::max();
  const int error = errno_of(*node, request::expbuf, exported);
  EXPECT_TRUE(error == EINVAL || error == EBUSY) << error;
  const auto device = v4l2::Device::open(*session.kernel, GetParam().path);
  ASSERT_TRUE(device);
  EXPECT_TRUE(device->may_export());
  // The call has allocated no buffer that would keep another program from its format.
  set_format(*node);
}

// A mapped export blocks neither the queue nor the node. The next program gets both at once.
TEST_P(Belief, AMappedExportDoesNotPinTheNode) {
  auto node = open();
  set_format(*node);
  request(*node, 2);
  v4l2_exportbuffer exported{};
  exported.type = to_wire(type);
  exported.flags = O_CLOEXEC | O_RDWR;
  ASSERT_EQ(errno_of(*node, request::expbuf, exported), 0);
  const v4l2::UniqueFd descriptor{exported.fd};
  const v4l2::PlaneLocation whole{.descriptor = descriptor.get(), .offset = 0, .length = 16};
  const auto mapped = v4l2::MappedFrame::map(*session.kernel, std::span{&whole, 1});
  ASSERT_TRUE(mapped);
  node.reset();
  const auto other = open();
  ASSERT_TRUE(other);
  set_format(*other);
  EXPECT_GE(request(*other, 2), 2U);
}

// VIDIOC_QBUF returns EINVAL for a queued buffer and for an unknown index.
TEST_P(Belief, ABufferIsQueuedOnce) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 2);
  EXPECT_EQ(queue(*node, 0), 0);
  EXPECT_EQ(queue(*node, 0), EINVAL);
  EXPECT_EQ(queue(*node, count), EINVAL);
}

// VIDIOC_REQBUFS returns EBUSY while it streams. Stream is destroyed before Buffers.
TEST_P(Belief, BuffersAreNotFreedWhileStreaming) {
  const auto node = open();
  set_format(*node);
  request(*node, 2);
  ASSERT_EQ(stream_on(*node), 0);
  v4l2_requestbuffers none{};
  none.type = to_wire(type);
  none.memory = V4L2_MEMORY_MMAP;
  EXPECT_EQ(errno_of(*node, request::reqbufs, none), EBUSY);
  EXPECT_EQ(stream_off(*node), 0);
  EXPECT_EQ(errno_of(*node, request::reqbufs, none), 0);
}

// The queue's owner is the descriptor that allocated (vb2_ioctl_reqbufs()). Others get EBUSY until
// the owner closes it.
TEST_P(Belief, TheQueueHasOneOwnerUntilItCloses) {
  auto owner = open();
  const auto format = set_format(*owner);
  request(*owner, 2);
  const auto other = open();
  ASSERT_TRUE(other) << "a second open is allowed";
  v4l2_requestbuffers wanted{};
  wanted.count = 2;
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  EXPECT_EQ(errno_of(*other, request::reqbufs, wanted), EBUSY);
  EXPECT_EQ(stream_on(*other), EBUSY);
  auto wire = to_wire(format, type);
  EXPECT_EQ(errno_of(*other, request::s_fmt, wire), EBUSY);
  owner.reset();
  EXPECT_EQ(errno_of(*other, request::s_fmt, wire), 0);
  EXPECT_EQ(errno_of(*other, request::reqbufs, wanted), 0);
}

// ---- streaming ----------------------------------------------------------------------------------

TEST_P(Belief, StreamingNeedsBuffers) {
  const auto node = open();
  set_format(*node);
  EXPECT_EQ(stream_on(*node), EINVAL);
}

// VIDIOC_DQBUF returns EINVAL without a stream, and EAGAIN (non-blocking) without a filled buffer.
TEST_P(Belief, DequeuingWithoutAFrameDoesNotWait) {
  const auto node = open();
  set_format(*node);
  request(*node, 2);
  auto filled = buffer();
  EXPECT_EQ(dequeue(*node, filled), EINVAL);
  ASSERT_EQ(stream_on(*node), 0);
  EXPECT_EQ(dequeue(*node, filled), EAGAIN);  // no buffer is queued, so none can be filled
}

// VIDIOC_DQBUF returns a filled buffer without a call of poll(). Stream::dequeue_before_poll()
// relies on it.
TEST_P(Belief, DequeuingNeedsNoPoll) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 4);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  session.let_a_frame_come();
  auto filled = buffer();
  int error = EAGAIN;
  while (error == EAGAIN)
    error = dequeue(*node, filled);
  EXPECT_EQ(error, 0);
  EXPECT_GT(filled.bytes_used(0), 0U);
}

// poll() for POLLIN returns POLLERR without a stream. It does so until a buffer is queued after a
// start. A poll() for no event does not (vb2_core_poll()). Stream::next() polls for no event while
// all buffers are on loan.
TEST_P(Belief, PollingBeforeABufferIsQueuedIsAnErrorForReadersOnly) {
  const auto node = open();
  set_format(*node);
  request(*node, 2);
  EXPECT_EQ(poll(*node, POLLIN, 0), POLLERR);
  EXPECT_EQ(poll(*node, 0, 0), 0);
  ASSERT_EQ(stream_on(*node), 0);
  EXPECT_EQ(poll(*node, POLLIN, 0), POLLERR);
  EXPECT_EQ(poll(*node, 0, 0), 0);
}

// Frames arrive in the order of their sequence numbers, which begin at 0. Timestamps are of
// CLOCK_MONOTONIC. They can be in the future. vivid stamps a frame with the time of its last line,
// up to one frame period after VIDIOC_DQBUF returns it. CaptureTime allows for it.
TEST_P(Belief, FramesAreNumberedAndStamped) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 4);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  std::optional<std::uint32_t> last;
  std::chrono::nanoseconds last_time{};
  for (int i = 0; i < 8; ++i) {
    auto frame = next(*node);
    const auto& seen = frame.peek();
    EXPECT_EQ(seen.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK,
              std::uint32_t{V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC});
    EXPECT_EQ(seen.flags & V4L2_BUF_FLAG_ERROR, 0U);
    EXPECT_TRUE(!last || seen.sequence >= *last);
    last = seen.sequence;
    const auto time = std::chrono::nanoseconds{std::chrono::seconds{seen.timestamp.tv_sec}} +
                      std::chrono::microseconds{seen.timestamp.tv_usec};
    EXPECT_GE(time, last_time);
    EXPECT_LE(time, session.kernel->monotonic_time() + std::chrono::seconds{1});
    EXPECT_GE(time, session.kernel->monotonic_time() - std::chrono::seconds{10});
    last_time = time;
    for (std::uint32_t plane = 0; plane < plane_count; ++plane)
      EXPECT_EQ(frame.bytes_used(plane), format.planes[plane].size_image);
    EXPECT_EQ(queue(*node, frame.index()), 0);
  }
}

// Drivers fill buffers in the order of their queueing. So the time at which a buffer was queued
// tells whether the driver had one for a frame that is missing before it.
TEST_P(Belief, BuffersAreFilledInTheOrderOfTheirQueueing) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 4);
  std::deque<std::uint32_t> queued;
  for (std::uint32_t index = count; index-- > 0;) {
    ASSERT_EQ(queue(*node, index), 0);
    queued.push_back(index);
  }
  ASSERT_EQ(stream_on(*node), 0);
  for (int i = 0; i < 12; ++i) {
    const auto frame = next(*node);
    ASSERT_EQ(frame.index(), queued.front());
    queued.pop_front();
    ASSERT_EQ(queue(*node, frame.index()), 0);
    queued.push_back(frame.index());
  }
}

// VIDIOC_STREAMOFF dequeues all buffers, also those that were queued without a stream. The sequence
// starts again. Stream and BufferQueue rely on it.
TEST_P(Belief, StreamingOffBringsAllBuffersBack) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 3);
  for (int life = 0; life < 3; ++life) {
    for (std::uint32_t index = 0; index < count; ++index)
      ASSERT_EQ(queue(*node, index), 0);
    if (life > 0) {
      ASSERT_EQ(stream_on(*node), 0);
      EXPECT_LT(next(*node).peek().sequence, count);
    }
    EXPECT_EQ(stream_off(*node), 0);
  }
  EXPECT_EQ(stream_off(*node), 0) << "twice is no error";
}

// A stream can start with a part of its buffers and get the others later.
TEST_P(Belief, BuffersMayBeQueuedWhileStreaming) {
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 4);
  ASSERT_EQ(stream_on(*node), 0);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  next(*node);
}

// After vb2_queue_error() poll() returns POLLERR, and VIDIOC_DQBUF and VIDIOC_QBUF return EIO,
// until VIDIOC_STREAMOFF. VIDIOC_QUERYCAP still succeeds, unlike on a device that is gone. After
// VIDIOC_STREAMOFF and VIDIOC_STREAMON the same buffers work again, except the one that is held.
// failure_of() and Recovery rely on it.
TEST_P(Belief, AStreamThatTheDriverGaveUpWorksAgainAfterStreamoff) {
  if (!session.break_stream) return;
  const auto node = open();
  set_format(*node);
  const auto count = request(*node, 4);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  const auto held = next(*node);
  const auto other = next(*node);
  session.break_stream();
  EXPECT_NE(poll(*node, POLLIN, 0) & POLLERR, 0);
  auto filled = buffer();
  EXPECT_EQ(dequeue(*node, filled), EIO);
  EXPECT_EQ(queue(*node, other.index()), EIO);
  v4l2_capability capability{};
  EXPECT_EQ(errno_of(*node, request::querycap, capability), 0);
  ASSERT_EQ(stream_off(*node), 0);
  for (std::uint32_t index = 0; index < count; ++index)
    if (index != held.index()) {
      ASSERT_EQ(queue(*node, index), 0);
    }
  ASSERT_EQ(stream_on(*node), 0);
  for (int frame = 0; frame < 10; ++frame) {
    const auto again = next(*node);
    EXPECT_NE(again.index(), held.index());
    ASSERT_EQ(queue(*node, again.index()), 0);
  }
}

// poll() reports an unplugged device, also to a caller that asks for no event. Every call fails.
// Exports stay.
TEST_P(Belief, AnUnpluggedDeviceIsToldByPollAndByEveryCall) {
  const auto node = open();
  v4l2_capability before{};
  ASSERT_EQ(errno_of(*node, request::querycap, before), 0);
  const bool reads = (before.device_caps & V4L2_CAP_READWRITE) != 0;
  set_format(*node);
  const auto count = request(*node, 4);
  v4l2_exportbuffer exported{};
  exported.type = to_wire(type);
  exported.flags = O_CLOEXEC | O_RDWR;
  ASSERT_EQ(errno_of(*node, request::expbuf, exported), 0);
  const v4l2::UniqueFd descriptor{exported.fd};
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  next(*node);
  session.unplug();
  constexpr int long_enough_ms = 20000;
  EXPECT_NE(poll(*node, 0, long_enough_ms) & (POLLERR | POLLHUP), 0);
  EXPECT_NE(poll(*node, POLLIN, long_enough_ms) & (POLLERR | POLLHUP), 0);
  auto filled = buffer();
  const auto error = dequeue(*node, filled);
  EXPECT_TRUE(error == ENODEV || error == EINVAL || error == EIO) << error;
  v4l2_capability capability{};
  EXPECT_EQ(errno_of(*node, request::querycap, capability), ENODEV);
  std::array<std::byte, 16> some{};
  // A driver without read() may return EINVAL first (v4l2_read(); uvcvideo since 7.2).
  const auto read_error = node->read(some).error().code;
  EXPECT_TRUE(read_error == ENODEV || (!reads && read_error == EINVAL)) << read_error;
  EXPECT_GT(lseek(descriptor.get(), 0, SEEK_END), 0);
}

}  // namespace
