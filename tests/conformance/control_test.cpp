// These beliefs are about controls and their events.

#include <algorithm>
#include <optional>
#include <vector>

#include <poll.h>

#include "conformance/target.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

/// Returns all controls of the node. A case needs a number that can be set, and the neighbours'
/// ids.
std::vector<v4l2_query_ext_ctrl> controls_of(const v4l2::Node& node) {
  std::vector<v4l2_query_ext_ctrl> all;
  v4l2_query_ext_ctrl control{};
  control.id = V4L2_CTRL_FLAG_NEXT_CTRL;
  while (node.call(request::query_ext_ctrl, control)) {
    all.push_back(control);
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
  return all;
}

std::optional<v4l2_query_ext_ctrl> brightness_of(const v4l2::Node& node) {
  v4l2_query_ext_ctrl control{};
  control.id = V4L2_CID_BRIGHTNESS;
  return node.call(request::query_ext_ctrl, control) ? std::optional{control} : std::nullopt;
}

/// Sets a control through that node. Returns 0 or the errno.
int set(const v4l2::Node& node, std::uint32_t id, std::int64_t value) {
  v4l2_control control{.id = id, .value = static_cast<std::int32_t>(value)};
  const auto done = node.call(request::s_ctrl, control);
  return done ? 0 : done.error().code;
}

int subscribe(const v4l2::Node& node, std::uint32_t id, std::uint32_t flags) {
  v4l2_event_subscription wanted{};
  wanted.type = V4L2_EVENT_CTRL;
  wanted.id = id;
  wanted.flags = flags;
  const auto done = node.call(request::subscribe_event, wanted);
  return done ? 0 : done.error().code;
}

// VIDIOC_QUERY_EXT_CTRL with V4L2_CTRL_FLAG_NEXT_CTRL lists controls by ascending ids. It leaves
// out arrays and structs, and returns EINVAL after the last. VIDIOC_QUERYCTRL lists the same.
// Controls::read() relies on it.
TEST_P(Belief, ControlsAreListedByTheirIds) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  const auto all = controls_of(*node);
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(std::ranges::is_sorted(all, std::less_equal{}, &v4l2_query_ext_ctrl::id));
  v4l2_query_ext_ctrl beyond{};
  beyond.id = all.back().id | V4L2_CTRL_FLAG_NEXT_CTRL;
  EXPECT_EQ(errno_of(*node, request::query_ext_ctrl, beyond), EINVAL);
  v4l2_queryctrl old{};
  for (const auto& control : all) {
    old.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
    ASSERT_EQ(errno_of(*node, request::query_ctrl, old), 0);
    EXPECT_EQ(old.id, control.id);
  }
}

// VIDIOC_G_EXT_CTRLS and VIDIOC_S_EXT_CTRLS with V4L2_CTRL_WHICH_CUR_VAL take controls of all
// classes in one call. The S ioctl takes what the G ioctl returned. Controls::read() and
// Controls::restore() rely on it.
TEST_P(Belief, ControlsOfAllClassesAreReadAndSetInOneCall) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::g_ext_ctrls, {})) return;
  std::vector<v4l2_ext_control> wires;
  for (const auto& control : controls_of(*node)) {
    constexpr auto not_these = V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY |
                               V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_INACTIVE |
                               V4L2_CTRL_FLAG_VOLATILE | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE |
                               V4L2_CTRL_FLAG_GRABBED;
    const bool number = control.type == V4L2_CTRL_TYPE_INTEGER ||
                        control.type == V4L2_CTRL_TYPE_BOOLEAN ||
                        control.type == V4L2_CTRL_TYPE_MENU;
    if ((control.flags & not_these) != 0 || !number || control.nr_of_dims != 0) continue;
    v4l2_ext_control wire{};
    wire.id = control.id;
    wires.push_back(wire);
  }
  ASSERT_GE(wires.size(), 2U);
  EXPECT_NE(V4L2_CTRL_ID2WHICH(wires.front().id), V4L2_CTRL_ID2WHICH(wires.back().id));
  v4l2_ext_controls all{};
  all.which = V4L2_CTRL_WHICH_CUR_VAL;
  all.count = static_cast<std::uint32_t>(wires.size());
  all.controls = wires.data();
  EXPECT_EQ(errno_of(*node, request::g_ext_ctrls, all), 0);
  EXPECT_EQ(errno_of(*node, request::s_ext_ctrls, all), 0);
}

// VIDIOC_SUBSCRIBE_EVENT of V4L2_EVENT_CTRL returns EINVAL for an unknown control. A second
// subscription is no error. Controls::watch() relies on it.
TEST_P(Belief, EventsOfAControlThatIsNotThereAreInvalid) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::subscribe_event, {})) return;
  const auto brightness = brightness_of(*node);
  ASSERT_TRUE(brightness);
  EXPECT_EQ(subscribe(*node, 0x1234, 0), EINVAL);
  EXPECT_EQ(subscribe(*node, brightness->id, 0), 0);
  EXPECT_EQ(subscribe(*node, brightness->id, 0), 0);
}

// V4L2_EVENT_CTRL reports what another program sets. Only the latest value is delivered, however
// often it was set. poll() returns POLLPRI. next_event() relies on it.
TEST_P(Belief, WhatAnotherProgramSetsIsTold) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::subscribe_event, {})) return;
  const auto other = open();
  const auto brightness = brightness_of(*node);
  ASSERT_TRUE(brightness);
  ASSERT_EQ(subscribe(*node, brightness->id, V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK), 0);
  EXPECT_EQ(poll(*node, POLLPRI, 0), 0);
  ASSERT_EQ(set(*other, brightness->id, brightness->minimum), 0);
  ASSERT_EQ(set(*other, brightness->id, brightness->minimum + 1), 0);
  ASSERT_EQ(set(*other, brightness->id, brightness->minimum + 2), 0);
  EXPECT_EQ(poll(*node, POLLPRI, 0), POLLPRI);
  v4l2_event event{};
  ASSERT_EQ(errno_of(*node, request::dqevent, event), 0);
  EXPECT_EQ(event.type, std::uint32_t{V4L2_EVENT_CTRL});
  EXPECT_EQ(event.id, brightness->id);
  EXPECT_NE(event.u.ctrl.changes & V4L2_EVENT_CTRL_CH_VALUE, 0U);
  EXPECT_EQ(event.u.ctrl.value, brightness->minimum + 2);
  EXPECT_EQ(errno_of(*node, request::dqevent, event), ENOENT);
  set(*other, brightness->id, brightness->default_value);
}

// A descriptor gets no event for its own calls without V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK.
// subscribe_control() relies on it.
TEST_P(Belief, WhatItSetsItselfIsToldToWhoeverAsksForIt) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::subscribe_event, {})) return;
  const auto deaf = open();
  const auto brightness = brightness_of(*node);
  ASSERT_TRUE(brightness);
  ASSERT_EQ(subscribe(*node, brightness->id, V4L2_EVENT_SUB_FL_ALLOW_FEEDBACK), 0);
  ASSERT_EQ(subscribe(*deaf, brightness->id, 0), 0);
  v4l2_event event{};
  ASSERT_EQ(set(*deaf, brightness->id, brightness->minimum + 3), 0);
  EXPECT_EQ(errno_of(*deaf, request::dqevent, event), ENOENT);
  EXPECT_EQ(errno_of(*node, request::dqevent, event), 0);
  ASSERT_EQ(set(*node, brightness->id, brightness->minimum + 4), 0);
  EXPECT_EQ(errno_of(*node, request::dqevent, event), 0);
  EXPECT_EQ(event.u.ctrl.value, brightness->minimum + 4);
  set(*node, brightness->id, brightness->default_value);
}

// VIDIOC_S_SELECTION accepts the rectangle that the driver returned, and keeps it.
// DeviceSettings::restore_picture() relies on it.
TEST_P(Belief, ARectangleCanBeSetAgain) {
  const auto node = open();
  set_format(*node);
  for (const auto target : {V4L2_SEL_TGT_CROP, V4L2_SEL_TGT_COMPOSE}) {
    v4l2_selection was{};
    was.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    was.target = static_cast<std::uint32_t>(target);
    if (errno_of(*node, request::g_selection, was) != 0) continue;
    auto now = was;
    if (errno_of(*node, request::s_selection, now) != 0) continue;
    EXPECT_EQ(now.r.width, was.r.width);
    EXPECT_EQ(now.r.height, was.r.height);
    EXPECT_EQ(now.r.left, was.r.left);
    EXPECT_EQ(now.r.top, was.r.top);
  }
}

// VIDIOC_S_INPUT returns EINVAL for an unknown input, and EBUSY while buffers are allocated. The
// current input can be selected again. InputSettings::restore() relies on it.
TEST_P(Belief, AnInputThatIsNotThereIsInvalid) {
  const auto node = open();
  int current{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  EXPECT_EQ(errno_of(*node, request::s_input, current), 0);
  int none = 1000;
  EXPECT_EQ(errno_of(*node, request::s_input, none), EINVAL);
}

}  // namespace
