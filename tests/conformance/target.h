#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "device/device.h"
#include "kernel/kernel.h"
#include "kernel/node.h"
#include "stream/wire_buffer.h"

namespace conformance {

/// A Target is a camera under test, a fake one or a real driver's.
struct Target {
  std::string name;
  std::string path;

  /// A Session is new for each test. It has the kernel to call, and the function that makes a frame
  /// arrive. That function does nothing where frames arrive by themselves.
  struct Session {
    std::shared_ptr<v4l2::Kernel> kernel;
    std::function<void()> let_a_frame_come;
    std::function<void()> unplug;
    /// Ends the producer of a loopback device. Empty for other devices.
    std::function<void()> end_producer{};
    /// Makes the driver give up the stream (vb2_queue_error()). Empty where no function can.
    std::function<void()> break_stream;
  };

  std::function<Session()> begin;
};

/// The targets of this run are the fakes, or the device of the command line. There are none if that
/// device is a loopback device.
const std::vector<Target>& targets();
/// The loopback devices of this run, for which other beliefs hold.
const std::vector<Target>& loopback_targets();

/// A Belief tests one belief about any V4L2 capture driver. It makes each V4L2 call itself, so that
/// a test shows all calls that the belief is about.
class Belief : public testing::TestWithParam<Target> {
protected:
  void SetUp() override;

  std::shared_ptr<const v4l2::Node> open();
  /// Sets a small raw format that every camera has. Returns the driver's answer.
  v4l2::Format set_format(const v4l2::Node& node);
  /// Allocates buffers. Returns their number. The other functions then use this kind of memory.
  std::uint32_t request(const v4l2::Node& node, std::uint32_t count,
                        v4l2::Memory kind = v4l2::Memory::mmap);
  /// Allocates as request() does, for memory that a driver may not know. Then the capability must
  /// be missing, and it returns 0.
  std::uint32_t request_if_known(const v4l2::Node& node, std::uint32_t count, v4l2::Memory kind,
                                 std::uint32_t capability);
  [[nodiscard]] v4l2::WireBuffer buffer(std::uint32_t index = 0) const;

  /// Returns 0 or the errno.
  template <class Argument>
  int errno_of(const v4l2::Node& node, const v4l2::Request<Argument>& request, Argument& argument) {
    const auto done = node.call(request, argument);
    return done ? 0 : done.error().code;
  }

  /// Returns whether a media graph is in front of the node (V4L2_CAP_IO_MC).
  bool is_behind_graph(const v4l2::Node& node);

  /// Returns whether a media graph is in front of the node. Such a node leaves controls, intervals
  /// and events to its subdevices, so then this expects ENOTTY from the call (vimc-capture.c).
  template <class Argument>
  bool is_left_to_the_graph(const v4l2::Node& node, const v4l2::Request<Argument>& request,
                            Argument argument) {
    if (!is_behind_graph(node)) return false;
    EXPECT_EQ(errno_of(node, request, argument), ENOTTY);
    return true;
  }

  int queue(const v4l2::Node& node, std::uint32_t index,
            std::span<const v4l2::PlaneTarget> targets = {});
  int dequeue(const v4l2::Node& node, v4l2::WireBuffer& filled);
  /// Waits for a frame, then dequeues it.
  v4l2::WireBuffer next(const v4l2::Node& node);
  int stream_on(const v4l2::Node& node);
  int stream_off(const v4l2::Node& node);
  short poll(const v4l2::Node& node, short events, int timeout_ms);

  Target::Session session;
  v4l2::BufferType type{v4l2::BufferType::capture};
  std::uint32_t plane_count{1};
  v4l2::Memory kind_in_use{v4l2::Memory::mmap};
};

/// A LoopbackBelief tests one belief about v4l2loopback.
class LoopbackBelief : public Belief {};

}  // namespace conformance
