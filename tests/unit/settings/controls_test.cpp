#include "settings/controls.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "kernel/node.h"

namespace {

using v4l2::Controls;
using Names = std::vector<std::string>;

constexpr std::uint32_t serial = V4L2_CID_USER_BASE | 0x1000U;
constexpr std::uint32_t label = V4L2_CID_USER_BASE | 0x1001U;

/// Returns a camera with a control of each kind.
fake::Model rich_camera() {
  auto model = fake::webcam();
  const auto add = [&](std::uint32_t id, std::uint32_t type, std::uint32_t flags) {
    model.controls.push_back({.id = id,
                              .name = "Control " + std::to_string(model.controls.size()),
                              .type = type,
                              .maximum = 16,
                              .flags = flags});
  };
  add(V4L2_CID_GAIN, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY);
  add(V4L2_CID_PAN_RELATIVE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_WRITE_ONLY);
  add(V4L2_CID_PAN_SPEED, V4L2_CTRL_TYPE_INTEGER, 0);
  add(V4L2_CID_DO_WHITE_BALANCE, V4L2_CTRL_TYPE_BUTTON, 0);
  add(V4L2_CID_GAMMA, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_DISABLED);
  add(V4L2_CID_HUE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_EXECUTE_ON_WRITE);
  add(serial, V4L2_CTRL_TYPE_INTEGER64, 0);
  model.controls.back().maximum = std::int64_t{1} << 40U;
  add(label, V4L2_CTRL_TYPE_STRING, 0);
  model.controls.back().text = "left";
  return model;
}

/// An open camera.
struct Plugged {
  explicit Plugged(const fake::Model& model = rich_camera())
      : camera{kernel.plug("/dev/video0", model)},
        node{v4l2::Device::open(kernel, "/dev/video0")->node()} {}

  void fail(unsigned long request, int error, unsigned times = 1) const {
    camera->fault([&](fake::Faults& faults) { faults.fail(request, error, times); });
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  std::shared_ptr<const v4l2::Node> node;
};

std::int64_t value_of(const Controls& controls, std::uint32_t id) {
  const auto found = std::ranges::find(controls.all(), id, &v4l2::Control::id);
  return found == controls.all().end() ? -1 : found->value;
}

/// Restores the controls of `former` on `later`. Returns the names of those that could not be set.
Names restore(const Plugged& former, const Plugged& later) {
  return *Controls::read(*former.node)->restore(*later.node);
}

TEST(Controls, AreThoseThatKeepWhatTheyAreSetTo) {
  const Plugged plugged;
  const auto controls = *Controls::read(*plugged.node);
  ASSERT_EQ(controls.all().size(), fake::usual_controls().size() + 2);
  EXPECT_TRUE(std::ranges::is_sorted(controls.all(), {}, &v4l2::Control::id));
  EXPECT_EQ(controls.all().front().name, "Brightness");
  EXPECT_EQ(value_of(controls, V4L2_CID_CONTRAST), 32);
  EXPECT_EQ(plugged.camera->calls(VIDIOC_G_EXT_CTRLS), 1U);
}

TEST(Controls, MayBeAbsent) {
  auto model = fake::webcam();
  model.controls.clear();
  const Plugged plugged{model};
  EXPECT_TRUE(Controls::read(*plugged.node)->all().empty());
  const Plugged mute;
  mute.fail(VIDIOC_QUERY_EXT_CTRL, ENOTTY);
  mute.fail(VIDIOC_QUERYCTRL, ENOTTY);
  EXPECT_TRUE(Controls::read(*mute.node)->all().empty());
}

TEST(Controls, OfAnOldDriverAreReadOneByOne) {
  auto model = fake::webcam();
  model.old_controls = true;
  const Plugged former{model};
  former.camera->set_control(V4L2_CID_BRIGHTNESS, 17);
  const auto controls = *Controls::watch(*former.node);
  EXPECT_EQ(controls.all().size(), fake::usual_controls().size());
  EXPECT_EQ(value_of(controls, V4L2_CID_BRIGHTNESS), 17);
  const Plugged later{model};
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->control(V4L2_CID_BRIGHTNESS), 17);
}

TEST(Controls, OneThatCannotBeReadIsLeftOut) {
  const Plugged plugged;
  plugged.fail(VIDIOC_G_EXT_CTRLS, EIO);
  plugged.fail(VIDIOC_G_CTRL, EIO);
  const auto controls = *Controls::read(*plugged.node);
  EXPECT_EQ(controls.all().size(), fake::usual_controls().size() + 1);
  EXPECT_EQ(value_of(controls, V4L2_CID_BRIGHTNESS), -1);
}

TEST(Controls, OfACameraThatHangsAreNotAskedForOneByOne) {
  const Plugged plugged;
  plugged.fail(VIDIOC_G_EXT_CTRLS, ETIMEDOUT);
  EXPECT_TRUE(Controls::read(*plugged.node)->all().empty());
  EXPECT_EQ(plugged.camera->calls(VIDIOC_G_CTRL), 0U);
}

TEST(Controls, AreNotAskedForAfterOneThatHangs) {
  const Plugged plugged;
  plugged.fail(VIDIOC_G_EXT_CTRLS, EIO);
  plugged.fail(VIDIOC_G_CTRL, ETIMEDOUT);
  EXPECT_TRUE(Controls::read(*plugged.node)->all().empty());
  EXPECT_EQ(plugged.camera->calls(VIDIOC_G_CTRL), 1U);
}

TEST(Controls, OfALostDeviceAreAnError) {
  for (const auto request : {VIDIOC_QUERY_EXT_CTRL, VIDIOC_G_EXT_CTRLS, VIDIOC_SUBSCRIBE_EVENT}) {
    const Plugged plugged;
    plugged.fail(request, ENODEV);
    const auto controls = Controls::watch(*plugged.node);
    ASSERT_FALSE(controls);
    EXPECT_EQ(controls.error().code, ENODEV);
  }
  const Plugged former;
  for (const auto request : {VIDIOC_S_EXT_CTRLS, VIDIOC_S_CTRL}) {
    former.camera->set_control(V4L2_CID_BRIGHTNESS, 3);
    former.camera->set_control(V4L2_CID_CONTRAST, 3);
    const Plugged later;
    if (request == VIDIOC_S_CTRL) later.fail(VIDIOC_S_EXT_CTRLS, EIO);
    later.fail(request, ENODEV);
    EXPECT_FALSE(Controls::read(*former.node)->restore(*later.node));
  }
}

TEST(Controls, AreRestored) {
  const Plugged former;
  former.camera->set_control(V4L2_CID_BRIGHTNESS, -5);
  former.camera->set_control(V4L2_CID_CONTRAST, 50);
  former.camera->set_control(serial, std::int64_t{1} << 39U);
  former.camera->set_control(label, "right");
  const Plugged later;
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->control(V4L2_CID_BRIGHTNESS), -5);
  EXPECT_EQ(later.camera->control(V4L2_CID_CONTRAST), 50);
  EXPECT_EQ(later.camera->control(serial), std::int64_t{1} << 39U);
  EXPECT_EQ(later.camera->control_text(label), "right");
  EXPECT_EQ(later.camera->calls(VIDIOC_S_EXT_CTRLS), 1U);
  EXPECT_EQ(later.camera->calls(VIDIOC_S_CTRL), 0U);
}

TEST(Controls, ThatAreRightAreNotSet) {
  const Plugged former;
  const Plugged later;
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->calls(VIDIOC_S_EXT_CTRLS), 0U);
}

TEST(Controls, AnAutomaticModeIsSwitchedOffBeforeWhatItDecidesOn) {
  const Plugged former;
  former.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  former.camera->set_control(V4L2_CID_EXPOSURE_ABSOLUTE, 20);
  former.camera->set_control(V4L2_CID_AUTO_WHITE_BALANCE, 0);
  former.camera->set_control(V4L2_CID_WHITE_BALANCE_TEMPERATURE, 3000);
  const Plugged later;
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->control(V4L2_CID_EXPOSURE_AUTO), V4L2_EXPOSURE_MANUAL);
  EXPECT_EQ(later.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 20);
  EXPECT_EQ(later.camera->control(V4L2_CID_WHITE_BALANCE_TEMPERATURE), 3000);
  EXPECT_EQ(later.camera->calls(VIDIOC_S_EXT_CTRLS), 2U);
}

TEST(Controls, WhatAnAutomaticModeDecidesOnIsLeftToIt) {
  const Plugged former;
  former.camera->set_control(V4L2_CID_EXPOSURE_ABSOLUTE, 20);  // as the camera itself sets it
  const Plugged later;
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 156);
  // An automatic mode that is on only now is switched off.
  later.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  EXPECT_EQ(restore(former, later), Names{});
  EXPECT_EQ(later.camera->control(V4L2_CID_EXPOSURE_AUTO), V4L2_EXPOSURE_APERTURE_PRIORITY);
}

TEST(Controls, OneThatIsRefusedHindersNoOther) {
  const Plugged former;
  former.camera->set_control(V4L2_CID_BRIGHTNESS, 60);
  former.camera->set_control(V4L2_CID_CONTRAST, 50);
  former.camera->set_control(label, "right");
  auto narrow = rich_camera();
  std::ranges::find(narrow.controls, V4L2_CID_BRIGHTNESS, &fake::ModelControl::id)->maximum = 50;
  std::ranges::find(narrow.controls, V4L2_CID_BRIGHTNESS, &fake::ModelControl::id)
      ->refuses_beyond_range = true;
  const Plugged later{narrow};
  EXPECT_EQ(restore(former, later), Names{"Brightness"});
  EXPECT_EQ(later.camera->control(V4L2_CID_BRIGHTNESS), 0);
  EXPECT_EQ(later.camera->control(V4L2_CID_CONTRAST), 50);
  EXPECT_EQ(later.camera->control_text(label), "right");
}

TEST(Controls, OneThatDoesNotKeepItsValueIsTold) {
  const Plugged former;
  former.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  former.camera->set_control(V4L2_CID_CONTRAST, 50);
  const Plugged later;
  later.camera->fault([](fake::Faults& faults) {
    // The driver accepts the value and keeps another one. The modes are set in the first round.
    faults.alter<v4l2_ext_controls>(
        VIDIOC_G_EXT_CTRLS,
        [](v4l2_ext_controls& answer) {
          for (auto& control : std::span{answer.controls, answer.count})
            if (control.id == V4L2_CID_EXPOSURE_AUTO) control.value = V4L2_EXPOSURE_AUTO;
        },
        8);
  });
  EXPECT_EQ(restore(former, later), Names{"Auto Exposure"});
  EXPECT_EQ(later.camera->control(V4L2_CID_CONTRAST), 50);
}

TEST(Controls, OneThatIsGoneIsTold) {
  const Plugged former;
  auto poor = rich_camera();
  std::erase_if(poor.controls, [](const auto& control) { return control.id == label; });
  const Plugged later{poor};
  EXPECT_EQ(restore(former, later).size(), 1U);
}

TEST(Controls, FollowWhatOthersSet) {
  const Plugged plugged;
  auto controls = *Controls::watch(*plugged.node);
  plugged.camera->set_control(V4L2_CID_BRIGHTNESS, 7);
  plugged.camera->set_control(serial, std::int64_t{1} << 35U);
  plugged.camera->set_control(label, "right");
  // Calls on the same node are noted too.
  v4l2_control own{.id = V4L2_CID_CONTRAST, .value = 11};
  ASSERT_TRUE(plugged.node->call(v4l2::request::s_ctrl, own));
  for (;;) {
    const auto event = *v4l2::next_event(*plugged.node);
    if (!event) break;
    ASSERT_TRUE(std::holds_alternative<v4l2::ControlChanged>(*event));
    controls.note(*plugged.node, std::get<v4l2::ControlChanged>(*event));
  }
  EXPECT_EQ(value_of(controls, V4L2_CID_BRIGHTNESS), 7);
  EXPECT_EQ(value_of(controls, serial), std::int64_t{1} << 35U);
  EXPECT_EQ(value_of(controls, V4L2_CID_CONTRAST), 11);
  EXPECT_EQ(std::ranges::find(controls.all(), label, &v4l2::Control::id)->text, "right");
  controls.note(*plugged.node, {.id = V4L2_CID_GAIN, .value = 1});  // not in the list
}

TEST(Events, TellWhatHasChanged) {
  const Plugged plugged;
  const auto controls = *Controls::watch(*plugged.node);
  plugged.camera->set_control(V4L2_CID_AUTO_WHITE_BALANCE, 0);
  const auto first = *v4l2::next_event(*plugged.node);
  ASSERT_TRUE(first);
  const auto mode = std::get<v4l2::ControlChanged>(*first);
  EXPECT_EQ(mode.id, V4L2_CID_AUTO_WHITE_BALANCE);
  EXPECT_EQ(mode.changes, V4L2_EVENT_CTRL_CH_VALUE);
  // The temperature is free now, and keeps its value.
  const auto second = *v4l2::next_event(*plugged.node);
  ASSERT_TRUE(second);
  const auto temperature = std::get<v4l2::ControlChanged>(*second);
  EXPECT_EQ(temperature.id, V4L2_CID_WHITE_BALANCE_TEMPERATURE);
  EXPECT_EQ(temperature.changes, V4L2_EVENT_CTRL_CH_FLAGS);
  EXPECT_EQ(temperature.flags & V4L2_CTRL_FLAG_INACTIVE, 0U);
  EXPECT_FALSE(*v4l2::next_event(*plugged.node));
}

TEST(Events, AChangeOfTheSourceComesAlone) {
  auto model = rich_camera();
  model.tells_changes = true;
  const Plugged plugged{model};
  const auto controls = *Controls::watch(*plugged.node);
  ASSERT_TRUE(*v4l2::subscribe_source_change(*plugged.node, 0));
  plugged.camera->change_source(model.formats);
  plugged.camera->set_control(V4L2_CID_BRIGHTNESS, 7);
  const auto first = *v4l2::next_event(*plugged.node);
  ASSERT_TRUE(first);
  EXPECT_TRUE(std::holds_alternative<v4l2::SourceChanged>(*first));
  EXPECT_FALSE(*v4l2::next_event(*plugged.node));
  plugged.camera->set_control(V4L2_CID_BRIGHTNESS, 8);
  plugged.camera->change_source(model.formats);
  EXPECT_TRUE(*v4l2::source_changed(*plugged.node));
}

}  // namespace
