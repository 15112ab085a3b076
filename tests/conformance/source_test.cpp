// These beliefs are about inputs, their sources and events. They are also about the part of the
// source that a frame shows.

#include <array>

#include <poll.h>

#include "conformance/target.h"
#include "settings/edid.h"
#include "settings/timings.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

bool means_no_such_thing(int error) {
  return error == EINVAL || error == ENOTTY || error == ENODATA;
}

// VIDIOC_ENUMINPUT describes the input that VIDIOC_G_INPUT returns. EINVAL ends the list.
// current_input() relies on it.
TEST_P(Belief, AnInputIsDescribed) {
  const auto node = open();
  int current{-1};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  v4l2_input input{};
  input.index = static_cast<std::uint32_t>(current);
  ASSERT_EQ(errno_of(*node, request::enum_input, input), 0);
  EXPECT_NE(input.name[0], 0);
  for (input.index = 0; errno_of(*node, request::enum_input, input) == 0; ++input.index)
    ASSERT_LT(input.index, 64U);
  EXPECT_EQ(errno_of(*node, request::enum_input, input), EINVAL);
  EXPECT_LT(current, static_cast<int>(input.index));
}

// VIDIOC_QUERY_DV_TIMINGS and VIDIOC_QUERYSTD return ENODATA for an input without them. They return
// ENOTTY if the driver lacks the call. follow_signal() calls them only for inputs that announce
// them.
TEST_P(Belief, WhatAnInputLacksIsNoData) {
  const auto node = open();
  int current{};
  v4l2_input input{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  input.index = static_cast<std::uint32_t>(current);
  ASSERT_EQ(errno_of(*node, request::enum_input, input), 0);
  v4l2_dv_timings timings{};
  v4l2_std_id standard{};
  if ((input.capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0) {
    EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::query_dv_timings, timings)));
    EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::g_dv_timings, timings)));
  }
  if (input.std == 0) {
    EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::query_std, standard)));
    EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::g_std, standard)));
  }
}

// VIDIOC_ENUM_DV_TIMINGS lists the timings of an input that has some, and EINVAL ends the list.
// Each can be set. find_timings() relies on it.
TEST_P(Belief, ListedTimingsCanBeSet) {
  const auto node = open();
  int current{};
  v4l2_input input{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  input.index = static_cast<std::uint32_t>(current);
  ASSERT_EQ(errno_of(*node, request::enum_input, input), 0);
  v4l2_enum_dv_timings listed{};
  if ((input.capabilities & V4L2_IN_CAP_DV_TIMINGS) == 0) {
    EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::enum_dv_timings, listed)));
    return;
  }
  v4l2_dv_timings before{};
  ASSERT_EQ(errno_of(*node, request::g_dv_timings, before), 0);
  for (; errno_of(*node, request::enum_dv_timings, listed) == 0; ++listed.index) {
    ASSERT_LT(listed.index, 1024U);
    auto timings = listed.timings;
    EXPECT_EQ(errno_of(*node, request::s_dv_timings, timings), 0);
    EXPECT_EQ(errno_of(*node, request::g_dv_timings, timings), 0);
    EXPECT_TRUE(v4l2::same(timings, listed.timings)) << listed.index;
  }
  EXPECT_GT(listed.index, 0U);
  EXPECT_EQ(errno_of(*node, request::s_dv_timings, before), 0);
  EXPECT_EQ(errno_of(*node, request::enum_dv_timings, listed), EINVAL);
}

// VIDIOC_S_STD returns EINVAL if the input can do none of the standards, and ENODATA or ENOTTY if
// it has none at all. set_standard() relies on it.
TEST_P(Belief, AStandardThatCannotBeIsRefused) {
  const auto node = open();
  int current{};
  v4l2_input input{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  input.index = static_cast<std::uint32_t>(current);
  ASSERT_EQ(errno_of(*node, request::enum_input, input), 0);
  v4l2_std_id none = V4L2_STD_ATSC_8_VSB;
  if ((input.std & none) != 0) return;
  EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::s_std, none)));
}

// Input and standard can't change while buffers are allocated (EBUSY). What is set already may be
// set. The session frees the buffers before it selects an input.
TEST_P(Belief, AnInputIsKeptWhileThereAreBuffers) {
  const auto node = open();
  set_format(*node);
  ASSERT_GE(request(*node, 2), 2U);
  int current{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  v4l2_input other{};
  other.index = current == 0 ? 1 : 0;
  if (errno_of(*node, request::enum_input, other) != 0) return;
  auto wanted = static_cast<int>(other.index);
  EXPECT_EQ(errno_of(*node, request::s_input, wanted), EBUSY);
}

// VIDIOC_G_EDID returns ENODATA without an EDID, and EINVAL or ENOTTY for an input that has none.
// What VIDIOC_S_EDID has set is read back, with the physical address that the driver gives it.
// set_edid() relies on it.
TEST_P(Belief, AnEdidIsReadBack) {
  const auto node = open();
  int current{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  auto edid = *v4l2::default_edid("hdmi");
  v4l2_edid wire{};
  wire.pad = static_cast<std::uint32_t>(current);
  wire.blocks = 2;
  wire.edid = edid.data();
  const auto set = errno_of(*node, request::s_edid, wire);
  if (set != 0) {
    EXPECT_TRUE(means_no_such_thing(set)) << set;
    return;
  }
  std::vector<std::uint8_t> read(std::size_t{256} * v4l2::edid_block);
  wire.blocks = 256;
  wire.edid = read.data();
  ASSERT_EQ(errno_of(*node, request::g_edid, wire), 0);
  ASSERT_EQ(wire.blocks, 2U);
  read.resize(edid.size());
  EXPECT_TRUE(v4l2::same(read, edid));
}

// VIDIOC_ENUMAUDIO ends with EINVAL, and a device without audio inputs returns EINVAL or ENOTTY. An
// input whose audioset lacks a bit refuses that audio input. select_audio_input() relies on it.
TEST_P(Belief, AudioInputsAreThoseOfTheVideoInput) {
  const auto node = open();
  int current{};
  v4l2_input input{};
  ASSERT_EQ(errno_of(*node, request::g_input, current), 0);
  input.index = static_cast<std::uint32_t>(current);
  ASSERT_EQ(errno_of(*node, request::enum_input, input), 0);
  v4l2_audio audio{};
  for (; errno_of(*node, request::enum_audio, audio) == 0; ++audio.index) {
    ASSERT_LT(audio.index, 32U);
    v4l2_audio wanted{};
    wanted.index = audio.index;
    const bool possible = (input.audioset >> audio.index & 1U) != 0;
    const auto set = errno_of(*node, request::s_audio, wanted);
    EXPECT_TRUE(possible ? set == 0 : set == 0 || means_no_such_thing(set)) << set;
    EXPECT_TRUE(input.audioset != 0 || means_no_such_thing(set)) << set;
  }
  EXPECT_TRUE(means_no_such_thing(errno_of(*node, request::enum_audio, audio)));
}

// VIDIOC_SUBSCRIBE_EVENT returns EINVAL for an impossible event, or ENOTTY without any events. A
// second subscription is no error. subscribe_source_change() relies on it.
TEST_P(Belief, AnEventThatCannotComeIsNoFailure) {
  const auto node = open();
  v4l2_event_subscription wanted{};
  wanted.type = V4L2_EVENT_SOURCE_CHANGE;
  const auto first = errno_of(*node, request::subscribe_event, wanted);
  EXPECT_TRUE(first == 0 || means_no_such_thing(first)) << first;
  EXPECT_EQ(errno_of(*node, request::subscribe_event, wanted), first);
}

// VIDIOC_DQEVENT returns ENOENT without a waiting event, with or without a subscription.
// source_changed() relies on it.
TEST_P(Belief, NoEventIsNoEntry) {
  const auto node = open();
  v4l2_event event{};
  if (is_left_to_the_graph(*node, request::dqevent, event)) return;
  EXPECT_EQ(errno_of(*node, request::dqevent, event), ENOENT);
  v4l2_event_subscription wanted{};
  wanted.type = V4L2_EVENT_SOURCE_CHANGE;
  errno_of(*node, request::subscribe_event, wanted);
  EXPECT_EQ(errno_of(*node, request::dqevent, event), ENOENT);
}

// poll() for POLLPRI alone does not start reading, which would take the queue. It reports no error
// without a stream, only events. wait() relies on it.
TEST_P(Belief, PollingForEventsLeavesTheQueueAlone) {
  const auto node = open();
  EXPECT_EQ(poll(*node, POLLPRI, 0), 0);
  set_format(*node);
  EXPECT_GE(request(*node, 2), 2U);
  EXPECT_EQ(poll(*node, POLLPRI, 0), 0);
  ASSERT_EQ(stream_on(*node), 0);
  EXPECT_EQ(poll(*node, POLLPRI, 0), 0);
}

// VIDIOC_CROPCAP and VIDIOC_G_SELECTION: "the type must be V4L2_BUF_TYPE_VIDEO_CAPTURE" also for
// multi-planar devices. Newer kernels take either type (v4l2-ioctl.c). pixel_aspect() relies on it.
TEST_P(Belief, CroppingKnowsOneTypeForBothApis) {
  const auto node = open();
  set_format(*node);
  v4l2_cropcap cropcap{};
  cropcap.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  const auto capable = errno_of(*node, request::cropcap, cropcap);
  EXPECT_TRUE(capable == 0 || means_no_such_thing(capable)) << capable;
  v4l2_cropcap by_api{};
  by_api.type = to_wire(type);
  EXPECT_EQ(errno_of(*node, request::cropcap, by_api), capable);
  for (const auto target : {V4L2_SEL_TGT_CROP, V4L2_SEL_TGT_COMPOSE_DEFAULT}) {
    v4l2_selection selection{};
    selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    selection.target = static_cast<std::uint32_t>(target);
    const auto known = errno_of(*node, request::g_selection, selection);
    EXPECT_TRUE(known == 0 || means_no_such_thing(known)) << known;
    selection.type = to_wire(type);
    EXPECT_EQ(errno_of(*node, request::g_selection, selection), known);
  }
}

// V4L2_SEL_TGT_COMPOSE_DEFAULT is the whole frame, whatever the rectangle was. Setting it is no
// error. fill_frame() relies on it.
TEST_P(Belief, APictureFillsTheFrameByDefault) {
  const auto node = open();
  const auto format = set_format(*node);
  v4l2_selection whole{};
  whole.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  whole.target = V4L2_SEL_TGT_COMPOSE_DEFAULT;
  if (errno_of(*node, request::g_selection, whole) != 0) return;
  EXPECT_EQ((v4l2::Size{whole.r.width, whole.r.height}), format.size);
  whole.target = V4L2_SEL_TGT_COMPOSE;
  EXPECT_EQ(errno_of(*node, request::s_selection, whole), 0);
  EXPECT_EQ((v4l2::Size{whole.r.width, whole.r.height}), format.size);
}

}  // namespace
