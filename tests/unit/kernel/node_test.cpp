// A node may be a copy of a descriptor that somebody else has opened.

#include "kernel/node.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using v4l2::Node;
using v4l2::UniqueFd;

TEST(CopyOfADescriptor, DoesNotBlockAndEndsWithExec) {
  const UniqueFd original{open("/dev/null", O_RDWR)};
  {
    const auto copy = Node::copy_of(v4l2::system_kernel(), original.get(), "the copy");
    ASSERT_TRUE(copy);
    EXPECT_NE((*copy)->descriptor(), original.get());
    EXPECT_EQ((*copy)->path(), "the copy");
    EXPECT_NE(fcntl((*copy)->descriptor(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(fcntl((*copy)->descriptor(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(fcntl(original.get(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_GE(fcntl(original.get(), F_GETFD), 0) << "the original was closed";
}

TEST(CopyOfADescriptor, NeedsOneForReadingAndWriting) {
  const auto refusal = [](int descriptor) {
    const auto copy = Node::copy_of(v4l2::system_kernel(), descriptor, "");
    return copy ? 0 : copy.error().code;
  };
  for (const int mode : {O_RDONLY, O_WRONLY}) {
    const UniqueFd original{open("/dev/null", mode | O_CLOEXEC)};
    EXPECT_EQ(refusal(original.get()), EACCES);
  }
  EXPECT_EQ(refusal(-1), EBADF);
  EXPECT_EQ(refusal(1'000'000), EBADF);
}

}  // namespace
