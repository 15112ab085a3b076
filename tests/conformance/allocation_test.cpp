// These beliefs are about buffers that are added and removed. Where drivers may do one of two
// things, the belief says which two.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <linux/version.h>

#include "conformance/target.h"
#include "kernel/mapping.h"

namespace {

using conformance::Belief;
using v4l2::Mapping;
namespace request = v4l2::request;

constexpr auto untouched = std::byte{0xa5};

v4l2_create_buffers creation(const v4l2::Format& format, v4l2::BufferType type,
                             std::uint32_t count) {
  v4l2_create_buffers wanted{};
  wanted.count = count;
  wanted.memory = V4L2_MEMORY_MMAP;
  wanted.format = to_wire(format, type);
  return wanted;
}

v4l2_remove_buffers removal(std::uint32_t index, v4l2::BufferType type) {
  v4l2_remove_buffers unwanted{};
  unwanted.index = index;
  unwanted.count = 1;
  unwanted.type = to_wire(type);
  return unwanted;
}

bool is_untouched(const Mapping& memory) {
  return std::ranges::all_of(memory.bytes(), [](auto byte) { return byte == untouched; });
}

// ---- added

// VIDIOC_CREATE_BUFS works also while it streams. A new buffer is queued and filled in its turn.
TEST_P(Belief, ABufferIsAddedWhileStreaming) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 2);
  for (std::uint32_t index = 0; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  auto wanted = creation(format, type, 1);
  ASSERT_EQ(errno_of(*node, request::create_bufs, wanted), 0);
  EXPECT_EQ(wanted.index, count);
  EXPECT_EQ(wanted.count, 1U);
  auto described = buffer(wanted.index);
  ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
  EXPECT_GE(described.length(0), format.planes[0].size_image);
  ASSERT_EQ(queue(*node, wanted.index), 0);
  for (std::uint32_t index = 0; index < count; ++index)
    EXPECT_EQ(next(*node).index(), index);
  EXPECT_EQ(next(*node).index(), wanted.index);
}

// VIDIOC_CREATE_BUFS: "If count is 0, [it sets] index to the current number of created buffers". It
// does nothing else.
TEST_P(Belief, CreatingNoneTellsHowManyThereAre) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 3);
  auto none = creation(format, type, 0);
  ASSERT_EQ(errno_of(*node, request::create_bufs, none), 0);
  EXPECT_EQ(none.index, count);
  EXPECT_NE(none.capabilities & V4L2_BUF_CAP_SUPPORTS_MMAP, 0U);
  auto beyond = buffer(count);
  EXPECT_EQ(errno_of(*node, request::querybuf, beyond.wire()), EINVAL);
}

// VIDIOC_CREATE_BUFS returns EINVAL for a size that can't hold a frame. It does so for a second
// kind of memory too. Buffers::grow() passes the format in use.
TEST_P(Belief, WhatIsAddedIsLikeTheOthers) {
  const auto node = open();
  const auto format = set_format(*node);
  request(*node, 2);
  auto half = format;
  half.planes[0].size_image /= 2;
  auto wanted = creation(half, type, 1);
  EXPECT_EQ(errno_of(*node, request::create_bufs, wanted), EINVAL);
  wanted = creation(format, type, 1);
  wanted.memory = V4L2_MEMORY_USERPTR;
  EXPECT_EQ(errno_of(*node, request::create_bufs, wanted), EINVAL);
}

// Drivers have a limit, of 32 or more since Linux 6.9. At the limit they allocate fewer, then
// return ENOBUFS.
TEST_P(Belief, BuffersAreAddedUpToACeiling) {
  const auto node = open();
  const auto format = set_format(*node);
  auto count = request(*node, 2);
  constexpr std::uint32_t most = 1024;
  int error = 0;
  while (count < most) {
    auto wanted = creation(format, type, 8);
    error = errno_of(*node, request::create_bufs, wanted);
    if (error != 0) break;
    EXPECT_EQ(wanted.index, count);
    EXPECT_GT(wanted.count, 0U);
    count += wanted.count;
  }
  EXPECT_EQ(error, ENOBUFS);
  EXPECT_GE(count, 32U);
}

// ---- removed

// VIDIOC_REMOVE_BUFS returns ENOTTY before Linux 6.10 and with drivers that lack it. Other drivers
// remove a dequeued buffer, also while it streams, and return EBUSY for a queued one. The next new
// buffer takes the free index.
TEST_P(Belief, AnIdleBufferIsRemovedWhileStreamingOrNoneIs) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 4);
  ASSERT_GE(count, 3U);
  for (std::uint32_t index = 1; index < count; ++index)
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  auto idle = removal(0, type);
  auto queued = removal(1, type);
  auto beyond = removal(count, type);
  const auto error = errno_of(*node, request::remove_bufs, idle);
  if (error == ENOTTY) {
    EXPECT_EQ(errno_of(*node, request::remove_bufs, queued), ENOTTY);
    EXPECT_EQ(queue(*node, 0), 0);
    return;
  }
  EXPECT_EQ(error, 0);
  EXPECT_EQ(errno_of(*node, request::remove_bufs, queued), EBUSY);
  EXPECT_EQ(errno_of(*node, request::remove_bufs, idle), EINVAL) << "it is gone";
  EXPECT_EQ(errno_of(*node, request::remove_bufs, beyond), EINVAL);
  auto described = buffer(0);
  EXPECT_EQ(errno_of(*node, request::querybuf, described.wire()), EINVAL);
  EXPECT_EQ(queue(*node, 0), EINVAL);
  next(*node);
  auto wanted = creation(format, type, 1);
  ASSERT_EQ(errno_of(*node, request::create_bufs, wanted), 0);
  EXPECT_EQ(wanted.index, 0U);
}

// VIDIOC_REQBUFS reports V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS beforehand. A kernel that does not know
// the flag lacks the ioctl. Only the owner of the buffers may remove them, and a count of 0 is
// allowed.
TEST_P(Belief, WhoCanRemoveBuffersSaysSo) {
  const auto node = open();
  set_format(*node);
  v4l2_requestbuffers wanted{};
  wanted.count = 3;
  wanted.type = to_wire(type);
  wanted.memory = V4L2_MEMORY_MMAP;
  ASSERT_EQ(errno_of(*node, request::reqbufs, wanted), 0);
  const bool removes = (wanted.capabilities & V4L2_BUF_CAP_SUPPORTS_REMOVE_BUFS) != 0;
  // This tells a wrong flag from a driver that lacks the ioctl.
  v4l2_capability who{};
  ASSERT_EQ(errno_of(*node, request::querycap, who), 0);
  const std::string_view driver{reinterpret_cast<const char*>(who.driver)};
  if (driver == "vivid" && who.version >= KERNEL_VERSION(6, 10, 0)) {
    EXPECT_TRUE(removes);
  }
  const auto expected = [removes](int error) {
    return removes ? error : ENOTTY;
  };
  auto none = removal(0, type);
  none.count = 0;
  EXPECT_EQ(errno_of(*node, request::remove_bufs, none), expected(0));
  auto of_another_type = removal(0, type);
  of_another_type.type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  EXPECT_EQ(errno_of(*node, request::remove_bufs, of_another_type), expected(EINVAL));
  auto first = removal(0, type);
  const auto other = open();
  EXPECT_EQ(errno_of(*other, request::remove_bufs, first), expected(EBUSY));
  EXPECT_EQ(errno_of(*other, request::remove_bufs, none), expected(0));
  EXPECT_EQ(errno_of(*node, request::remove_bufs, first), expected(0));
}

// A copy of a descriptor is the same open file. So it may use the buffers that were allocated by
// the original, and another open file may not (vb2_queue_is_busy()). Node::copy_of() relies on it.
TEST_P(Belief, ACopyOfADescriptorOwnsTheSameBuffers) {
  const auto node = open();
  set_format(*node);
  ASSERT_GE(request(*node, 2), 1U);
  const auto copy = v4l2::Node::copy_of(*session.kernel, node->descriptor(), "copy");
  ASSERT_TRUE(copy);
  v4l2_capability capability{};
  ASSERT_EQ(errno_of(**copy, request::querycap, capability), 0);
  EXPECT_EQ(queue(*open(), 0), EBUSY);
  EXPECT_EQ(queue(**copy, 0), 0);
}

// VIDIOC_REMOVE_BUFS removes all of a range or none of it, and leaves a gap. New buffers fill the
// gap if all of them fit (vb2_core_create_bufs()). For a count of 0 VIDIOC_CREATE_BUFS returns the
// number of buffers, not the index after the last one.
TEST_P(Belief, RemovalLeavesAHoleThatIsFilledByWhatFits) {
  const auto node = open();
  const auto format = set_format(*node);
  const auto count = request(*node, 5);
  ASSERT_GE(count, 4U);
  ASSERT_EQ(queue(*node, 2), 0);
  auto partly_queued = removal(1, type);
  partly_queued.count = 2;
  const auto error = errno_of(*node, request::remove_bufs, partly_queued);
  if (error == ENOTTY) return;
  EXPECT_EQ(error, EBUSY);
  auto beyond = removal(count - 1, type);
  beyond.count = 2;
  EXPECT_EQ(errno_of(*node, request::remove_bufs, beyond), EINVAL);
  auto wrapped = removal(0xffffffffU, type);
  wrapped.count = 2;
  EXPECT_EQ(errno_of(*node, request::remove_bufs, wrapped), EINVAL);
  auto none = creation(format, type, 0);
  ASSERT_EQ(errno_of(*node, request::create_bufs, none), 0);
  EXPECT_EQ(none.index, count) << "nothing is gone yet";
  auto one = removal(1, type);
  ASSERT_EQ(errno_of(*node, request::remove_bufs, one), 0);
  none = creation(format, type, 0);
  ASSERT_EQ(errno_of(*node, request::create_bufs, none), 0);
  EXPECT_EQ(none.index, count - 1);
  auto wanted = creation(format, type, 2);
  ASSERT_EQ(errno_of(*node, request::create_bufs, wanted), 0);
  EXPECT_EQ(wanted.index, count) << "two don't fit";
  wanted = creation(format, type, 1);
  ASSERT_EQ(errno_of(*node, request::create_bufs, wanted), 0);
  EXPECT_EQ(wanted.index, 1U);
}

// VIDIOC_REMOVE_BUFS also removes buffers whose memory is mapped or exported. The memory lives on
// for its holders alone. A buffer that gets the index has other memory.
TEST_P(Belief, MemoryOfARemovedBufferLivesWithItsHolders) {
  const auto node = open();
  const auto format = set_format(*node);
  ASSERT_GE(request(*node, 3), 3U);
  v4l2_exportbuffer exported{};
  exported.type = to_wire(type);
  exported.flags = O_CLOEXEC | O_RDWR;
  ASSERT_EQ(errno_of(*node, request::expbuf, exported), 0);
  const v4l2::UniqueFd descriptor{exported.fd};
  auto described = buffer(1);
  ASSERT_EQ(errno_of(*node, request::querybuf, described.wire()), 0);
  const auto of_the_node = Mapping::map(*session.kernel, node->descriptor(), described.length(0),
                                        described.map_offset(0));
  ASSERT_TRUE(of_the_node);
  std::ranges::fill(of_the_node->bytes(), untouched);
  auto both = removal(0, type);
  both.count = 2;
  const auto error = errno_of(*node, request::remove_bufs, both);
  if (error == ENOTTY) return;
  ASSERT_EQ(error, 0);
  const auto of_the_export =
      Mapping::map(*session.kernel, descriptor.get(), described.length(0), 0);
  ASSERT_TRUE(of_the_export);
  std::ranges::fill(of_the_export->bytes(), untouched);
  auto wanted = creation(format, type, 2);
  ASSERT_EQ(errno_of(*node, request::create_bufs, wanted), 0);
  EXPECT_EQ(wanted.index, 0U);
  for (const std::uint32_t index : {0U, 1U, 2U})
    ASSERT_EQ(queue(*node, index), 0);
  ASSERT_EQ(stream_on(*node), 0);
  for (const std::uint32_t index : {0U, 1U, 2U})
    EXPECT_EQ(next(*node).index(), index);
  EXPECT_TRUE(is_untouched(*of_the_export));
  EXPECT_TRUE(is_untouched(*of_the_node));
}

}  // namespace
