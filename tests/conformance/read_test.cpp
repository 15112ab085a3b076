// These beliefs are about read(), where the driver manages its own buffers. Drivers without
// V4L2_CAP_READWRITE refuse it, which is the other half of each belief.

#include <vector>

#include <poll.h>

#include "conformance/target.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

/// Whether the node supports read().
bool reads(const v4l2::Node& node) {
  v4l2_capability capability{};
  EXPECT_TRUE(node.call(request::querycap, capability));
  return (capability.device_caps & V4L2_CAP_READWRITE) != 0;
}

/// Returns the number of bytes, or a negative errno.
long read(const v4l2::Node& node, std::span<std::byte> into) {
  const auto got = node.read(into);
  return got ? static_cast<long>(*got) : -got.error().code;
}

class Room {
public:
  explicit Room(const v4l2::Format& format) : bytes_(format.planes[0].size_image) {}

  [[nodiscard]] std::span<std::byte> all() { return bytes_; }

private:
  std::vector<std::byte> bytes_;
};

constexpr int long_enough_ms = 20000;

// read() returns EINVAL without V4L2_CAP_READWRITE. Otherwise the first read() starts the stream.
// It returns EAGAIN (non-blocking) without a frame. Each read() returns a frame of the format that
// another descriptor has set. Reader relies on it.
TEST_P(Belief, AFrameIsReadWithoutABufferOrNoneIs) {
  const auto other = open();
  const auto format = set_format(*other);
  const auto node = open();
  Room room{format};
  if (!reads(*node)) {
    EXPECT_EQ(read(*node, room.all()), -EINVAL);
    EXPECT_EQ(poll(*node, POLLIN, 0), POLLERR);
    return;
  }
  EXPECT_EQ(read(*node, room.all()), -EAGAIN);
  for (int i = 0; i < 4; ++i) {
    session.let_a_frame_come();
    EXPECT_EQ(poll(*node, POLLIN, long_enough_ms), POLLIN);
    EXPECT_EQ(read(*node, room.all()), static_cast<long>(format.planes[0].size_image));
  }
}

// poll() for POLLIN without buffers starts reading (vb2_poll()). poll() for no event does not.
TEST_P(Belief, AskingForFramesWhereThereAreNoBuffersStartsReading) {
  const auto node = open();
  const auto format = set_format(*node);
  auto wire = to_wire(format, type);
  EXPECT_EQ(poll(*node, 0, 0), 0);
  EXPECT_EQ(errno_of(*node, request::s_fmt, wire), 0);
  const bool started = reads(*node);
  EXPECT_EQ(poll(*node, POLLIN, 0), started ? 0 : POLLERR);
  EXPECT_EQ(errno_of(*node, request::s_fmt, wire), started ? EBUSY : 0);
}

// A read() fixes the format and takes the queue. This holds for its own descriptor as for others.
// Only close() of the descriptor ends that, and at once (__vb2_cleanup_fileio()).
TEST_P(Belief, ReadingEndsWithTheDescriptor) {
  auto node = open();
  const auto format = set_format(*node);
  const auto other = open();
  Room room{format};
  const bool started = read(*node, room.all()) == -EAGAIN;
  EXPECT_EQ(started, reads(*node));
  auto wire = to_wire(format, type);
  v4l2_requestbuffers wanted{};
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  for (const auto* const asker : {node.get(), other.get()}) {
    wanted.count = 0;
    EXPECT_EQ(errno_of(*asker, request::s_fmt, wire), started ? EBUSY : 0);
    EXPECT_EQ(errno_of(*asker, request::reqbufs, wanted), started ? EBUSY : 0);
    // Without buffers the calls return EINVAL. EBUSY comes from drivers that want an owner first
    // (uvcvideo).
    for (const int error : {stream_on(*asker), queue(*asker, 0)})
      EXPECT_TRUE(error == EBUSY || (!started && error == EINVAL)) << error;
  }
  EXPECT_EQ(read(*other, room.all()), started ? -EBUSY : -EINVAL);
  node.reset();
  EXPECT_EQ(errno_of(*other, request::s_fmt, wire), 0);
  wanted.count = 2;
  EXPECT_EQ(errno_of(*other, request::reqbufs, wanted), 0);
}

// A descriptor with buffers can't read, and neither can another one.
TEST_P(Belief, BuffersStandInTheWayOfReading) {
  const auto node = open();
  const auto format = set_format(*node);
  request(*node, 2);
  const auto other = open();
  Room room{format};
  const auto error = reads(*node) ? EBUSY : EINVAL;
  EXPECT_EQ(read(*node, room.all()), -error);
  EXPECT_EQ(read(*other, room.all()), -error);
}

// The next read() returns the bytes that did not fit (__vb2_perform_fileio()). Reader always has
// enough space.
TEST_P(Belief, AFrameIsReadInParts) {
  const auto node = open();
  const auto format = set_format(*node);
  if (!reads(*node)) {
    EXPECT_EQ(poll(*node, POLLIN, 0), POLLERR);
    return;
  }
  Room room{format};
  const auto half = room.all().size() / 2;
  poll(*node, POLLIN, 0);
  session.let_a_frame_come();
  EXPECT_EQ(poll(*node, POLLIN, long_enough_ms), POLLIN);
  EXPECT_EQ(read(*node, room.all().first(half)), static_cast<long>(half));
  EXPECT_EQ(read(*node, room.all()), static_cast<long>(room.all().size() - half));
}

// read() of a frame in two memory planes returns EBUSY (__vb2_init_fileio()), and poll() returns
// POLLERR. The driver keeps no buffers. A driver without such a format has set another one in one
// plane.
TEST_P(Belief, TwoMemoryPlanesAreNotRead) {
  const auto node = open();
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_NV12M};
  wanted.size = {.width = 320, .height = 240};
  auto wire = to_wire(wanted, type);
  ASSERT_EQ(errno_of(*node, request::s_fmt, wire), 0);
  const auto format = v4l2::from_wire(wire);
  Room room{format};
  if (!reads(*node)) {
    EXPECT_EQ(read(*node, room.all()), -EINVAL);
  } else if (format.plane_count == 1) {
    EXPECT_EQ(read(*node, room.all()), -EAGAIN);
  } else {
    EXPECT_EQ(read(*node, room.all()), -EBUSY);
    EXPECT_EQ(poll(*node, POLLIN, 0), POLLERR);
    EXPECT_EQ(errno_of(*node, request::s_fmt, wire), 0);
  }
}

}  // namespace
