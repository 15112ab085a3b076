// What is believed of read(), for which a driver's buffers are its own affair. Drivers without
// V4L2_CAP_READWRITE refuse it, which is the other half of each belief.

#include <vector>

#include <poll.h>

#include "conformance/target.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

/// A node that reads, or does not.
bool reads(const v4l2::Node& node) {
  v4l2_capability capability{};
  EXPECT_TRUE(node.call(request::querycap, capability));
  return (capability.device_caps & V4L2_CAP_READWRITE) != 0;
}

/// How many bytes came, or a negative errno.
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

// read(): EINVAL without V4L2_CAP_READWRITE. Elsewhere the first read() starts it, EAGAIN
// (non-blocking) while nothing is there, and each gives a frame of the format that another open has
// set. Reader stands on it.
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

// vb2_poll(): who asks for POLLIN where there are no buffers starts reading; who asks for nothing
// does not.
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

// While one reads, the format stands and the buffers are the driver's, for that descriptor as for
// others; its close() ends that at once. There is no other end (__vb2_cleanup_fileio()).
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
    // Without buffers it is EINVAL, and EBUSY where the driver wants a claim first (uvcvideo).
    for (const int error : {stream_on(*asker), queue(*asker, 0)})
      EXPECT_TRUE(error == EBUSY || (!started && error == EINVAL)) << error;
  }
  EXPECT_EQ(read(*other, room.all()), started ? -EBUSY : -EINVAL);
  node.reset();
  EXPECT_EQ(errno_of(*other, request::s_fmt, wire), 0);
  wanted.count = 2;
  EXPECT_EQ(errno_of(*other, request::reqbufs, wanted), 0);
}

// Who has buffers can't read, nor can anybody else.
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

// What did not fit comes with the next read() (__vb2_perform_fileio()). Reader always has room.
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

// A frame in two memory planes is not read: EBUSY (__vb2_init_fileio()), POLLERR, and nothing is
// left behind. A driver that has no such format has gone to another, in one plane.
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
