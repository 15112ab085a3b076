#include "settings/control_setter.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "plugged.h"

namespace {

using v4l2::Buttons;
using v4l2::ControlEnd;
using v4l2::ControlList;
using v4l2::ControlOutcome;
using v4l2::ControlRefusal;
using v4l2::ControlValue;
using v4l2::ControlWish;
using Names = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;
using Wishes = std::vector<ControlWish>;

class ControlSetter : public testing::Test {
protected:
  std::vector<ControlOutcome> set(const Wishes& wishes, Buttons buttons = Buttons::press) {
    const auto list = ControlList::read(*plugged.node);
    const auto outcomes = v4l2::set_controls(*plugged.node, *list, wishes, buttons);
    EXPECT_TRUE(outcomes);
    return outcomes ? *outcomes : std::vector<ControlOutcome>(wishes.size());
  }

  ControlOutcome set(const char* name, const ControlValue& value) {
    return set(Wishes{{name, value}}).front();
  }

  ControlRefusal refusal(const char* name, const ControlValue& value) {
    const auto outcome = set(name, value);
    EXPECT_EQ(outcome.end, ControlEnd::refused) << name;
    EXPECT_FALSE(outcome.fulfilled());
    return outcome.refusal;
  }

  [[nodiscard]] std::uint32_t id(const char* name) const {
    return ControlList::read(*plugged.node)->find(name)->id;
  }

  [[nodiscard]] unsigned sets() const { return plugged.camera->calls(VIDIOC_S_EXT_CTRLS); }

  Plugged plugged;
};

TEST_F(ControlSetter, SetsEachType) {
  const Wishes wishes{{"Brightness", 7},
                      {"integer-64-bits", std::int64_t{1} << 40U},
                      {"boolean", "false"},
                      {"menu", "menu item 4"},
                      {"integer_menu", "100"},
                      {"bitmask", 0x80000000LL},
                      {"string", "abc"},
                      {"u32_1_element_array", 30},
                      {"u16_8x16_matrix", 31},
                      {"u8_2x3x4x5_array", Numbers(120, 32)},
                      {"s32_2_element_array", Numbers{-9, 9}},
                      {"s64_3_element_array", Numbers{1, 2, -3}},
                      {"u32_dynamic_array", Numbers{33, 34, 35}},
                      {"area", "640x480"},
                      {"rect", "-4,-5,6,7"},
                      {"struct", "5,4,3,2,1"},
                      {"pan_relative", 3},
                      {"button", 1}};
  const auto outcomes = set(wishes);
  ASSERT_EQ(outcomes.size(), wishes.size());
  for (const auto& outcome : outcomes) {
    EXPECT_EQ(outcome.end, ControlEnd::set) << outcome.wish.name;
    ASSERT_TRUE(outcome.control);
    EXPECT_EQ(outcome.actual.has_value(), outcome.control->readable()) << outcome.wish.name;
  }
  EXPECT_EQ(plugged.camera->control(V4L2_CID_BRIGHTNESS), 7);
  EXPECT_EQ(plugged.camera->control(id("integer_64_bits")), std::int64_t{1} << 40U);
  EXPECT_EQ(plugged.camera->control(id("menu")), 4);
  EXPECT_EQ(plugged.camera->control(id("integer_menu")), 2);
  EXPECT_EQ(plugged.camera->control(id("bitmask")), 0x80000000LL);
  EXPECT_EQ(plugged.camera->control_text(id("string")), "abc");
  EXPECT_EQ(plugged.camera->control_numbers(id("u16_8x16_matrix")), Numbers(128, 31));
  EXPECT_EQ(plugged.camera->control_numbers(id("s64_3_element_array")), (Numbers{1, 2, -3}));
  EXPECT_EQ(plugged.camera->control_numbers(id("u32_dynamic_array")), (Numbers{33, 34, 35}));
  EXPECT_EQ(plugged.camera->control_numbers(id("rect")), (Numbers{-4, -5, 6, 7}));
  EXPECT_EQ(plugged.camera->control(id("button")), 1);
  EXPECT_EQ(sets(), 2U);  // the modes, then the rest
  EXPECT_EQ(plugged.camera->calls(VIDIOC_S_CTRL), 0U);
}

TEST_F(ControlSetter, LeavesAloneWhatIsRight) {
  const auto outcomes = set({{"brightness", 0}, {"area", Numbers{1000, 2000}}, {"string", "  "}});
  for (const auto& outcome : outcomes) {
    EXPECT_EQ(outcome.end, ControlEnd::unchanged);
    EXPECT_TRUE(outcome.fulfilled());
    EXPECT_TRUE(outcome.actual);
  }
  EXPECT_EQ(sets(), 0U);
  EXPECT_TRUE(set(Wishes{}).empty());
}

TEST_F(ControlSetter, SetsAModeBeforeWhatItUnlocks) {
  for (const bool mode_first : {true, false}) {
    plugged.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_APERTURE_PRIORITY);
    plugged.camera->set_control(V4L2_CID_EXPOSURE_ABSOLUTE, 20);
    Wishes wishes{{"auto_exposure", "manual"}, {"exposure_time_absolute", 157}};
    if (!mode_first) std::ranges::reverse(wishes);
    const auto outcomes = set(wishes);
    EXPECT_EQ(outcomes[0].end, ControlEnd::set);
    EXPECT_EQ(outcomes[1].end, ControlEnd::set);
    EXPECT_EQ(plugged.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 157);
  }
}

TEST_F(ControlSetter, SetsWhatAModeUnlocksEvenIfTheModeIsRefused) {
  plugged.camera->set_control(V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL);
  const auto outcomes = set({{"auto_exposure", "shutter"}, {"exposure_time_absolute", 157}});
  EXPECT_EQ(outcomes[0].refusal, ControlRefusal::no_such_label);
  EXPECT_EQ(outcomes[1].end, ControlEnd::set);
}

TEST_F(ControlSetter, TellsWhatIsClamped) {
  const auto beyond = set("brightness", 9999);
  EXPECT_EQ(beyond.end, ControlEnd::clamped);
  EXPECT_EQ(beyond.actual, ControlValue{64});
  // Once more it is not set, but still told.
  const auto again = set("brightness", 9999);
  EXPECT_EQ(again.end, ControlEnd::clamped);
  EXPECT_EQ(again.actual, ControlValue{64});
  EXPECT_EQ(sets(), 1U);
  // The driver rounds to steps.
  const auto odd = set("even_stepped", 7);
  EXPECT_EQ(odd.end, ControlEnd::clamped);
  EXPECT_EQ(odd.actual, ControlValue{8});
  const auto motion = set("pan_relative", 99);
  EXPECT_EQ(motion.end, ControlEnd::clamped);
  EXPECT_EQ(motion.actual, ControlValue{10});
}

TEST_F(ControlSetter, KnowsWhyItRefuses) {
  EXPECT_EQ(refusal("brightness", "high"), ControlRefusal::wrong_type);
  EXPECT_EQ(refusal("string", "abcdef"), ControlRefusal::out_of_range);
  EXPECT_EQ(refusal("menu", 2), ControlRefusal::out_of_range);
  EXPECT_EQ(refusal("area", Numbers{1}), ControlRefusal::wrong_length);
  EXPECT_EQ(refusal("menu", "other"), ControlRefusal::no_such_label);
  EXPECT_EQ(refusal("read_only_integer_32_bits", 1), ControlRefusal::read_only);
  EXPECT_EQ(refusal("grabbed", 1), ControlRefusal::grabbed);
  EXPECT_EQ(refusal("exposure_time_absolute", 1), ControlRefusal::inactive);
  const auto unknown = set("brightnes", 1);
  EXPECT_EQ(unknown.refusal, ControlRefusal::unknown);
  EXPECT_EQ(unknown.suggestions, Names{"brightness"});
  EXPECT_FALSE(unknown.control);
  const auto ambiguous = set("menu", "menu");
  EXPECT_EQ(ambiguous.refusal, ControlRefusal::ambiguous_label);
  EXPECT_EQ(ambiguous.suggestions.size(), 3U);
  const auto closed = set("read_only_integer_32_bits", 1);
  EXPECT_EQ(closed.actual, ControlValue{100});
}

TEST_F(ControlSetter, AnInactiveControlMayKeepTheValueForLater) {
  const auto gain = set("gain", 33);
  EXPECT_EQ(gain.refusal, ControlRefusal::inactive);
  EXPECT_EQ(gain.code, 0);
  EXPECT_EQ(gain.actual, ControlValue{33});
  const auto exposure = set("exposure_time_absolute", 33);
  EXPECT_EQ(exposure.code, EACCES);
  EXPECT_EQ(exposure.actual, ControlValue{156});
}

TEST_F(ControlSetter, OneThatIsRefusedHindersNoOther) {
  plugged.fail(VIDIOC_S_EXT_CTRLS, EIO);
  plugged.fail(VIDIOC_S_CTRL, EIO);
  const auto outcomes = set({{"brightness", 5}, {"contrast", 5}, {"area", Numbers{1, 2}}});
  EXPECT_EQ(outcomes[0].refusal, ControlRefusal::device_error);
  EXPECT_EQ(outcomes[0].code, EIO);
  EXPECT_EQ(outcomes[1].end, ControlEnd::set);
  EXPECT_EQ(outcomes[2].end, ControlEnd::set);
}

TEST_F(ControlSetter, NamesTheErrorOfTheDriver) {
  struct Case {
    int code;
    ControlRefusal refusal;
  };

  for (const auto& [code, expected] :
       {Case{ERANGE, ControlRefusal::out_of_range}, Case{EBUSY, ControlRefusal::grabbed},
        Case{EACCES, ControlRefusal::read_only}, Case{EPERM, ControlRefusal::read_only},
        Case{EPIPE, ControlRefusal::device_error}}) {
    plugged.fail(VIDIOC_S_EXT_CTRLS, code);
    plugged.fail(VIDIOC_S_CTRL, code);
    const auto outcome = set("brightness", 5);
    EXPECT_EQ(outcome.refusal, expected) << code;
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.actual, ControlValue{0});
  }
}

TEST_F(ControlSetter, OfACameraThatHangsTriesNoOther) {
  plugged.fail(VIDIOC_S_EXT_CTRLS, ETIMEDOUT);
  const auto outcomes = set({{"brightness", 5}, {"contrast", 5}});
  EXPECT_EQ(outcomes[1].code, ETIMEDOUT);
  EXPECT_EQ(plugged.camera->calls(VIDIOC_S_CTRL), 0U);
}

TEST_F(ControlSetter, TakesTheLaterOfTwoWishesForAControl) {
  const auto outcomes = set({{"brightness", 5}, {"Brightness", 6}});
  EXPECT_EQ(outcomes[0].end, ControlEnd::superseded);
  EXPECT_EQ(outcomes[1].end, ControlEnd::set);
  EXPECT_EQ(plugged.camera->control(V4L2_CID_BRIGHTNESS), 6);
}

TEST_F(ControlSetter, PressesButtonsOnlyWhenTheyAreWishedForAnew) {
  EXPECT_EQ(set({{"button", 1}}, Buttons::leave).front().end, ControlEnd::unchanged);
  EXPECT_EQ(plugged.camera->control(id("button")), 0);
  EXPECT_EQ(set("button", 1).end, ControlEnd::set);
  EXPECT_EQ(set("button", 1).end, ControlEnd::set);
  EXPECT_EQ(plugged.camera->control(id("button")), 2);
}

TEST_F(ControlSetter, TouchesNoOtherControl) {
  const auto list = *ControlList::read(*plugged.node);
  const auto before = *v4l2::read_values(*plugged.node, list.all());
  set({{"brightness", 5}, {"boolean", 0}});
  const auto after = *v4l2::read_values(*plugged.node, list.all());
  for (std::size_t i = 0; i < before.size(); ++i)
    if (list.all()[i].key != "brightness" && list.all()[i].key != "boolean") {
      EXPECT_EQ(before[i], after[i]) << list.all()[i].key;
    }
}

TEST_F(ControlSetter, OfALostDeviceIsAnError) {
  const auto list = *ControlList::read(*plugged.node);
  const Wishes wishes{{"brightness", 5}, {"auto_exposure", "manual"}};
  for (const auto request : {VIDIOC_QUERY_EXT_CTRL, VIDIOC_G_EXT_CTRLS, VIDIOC_S_EXT_CTRLS}) {
    plugged.fail(request, ENODEV);
    EXPECT_FALSE(v4l2::set_controls(*plugged.node, list, wishes));
  }
}

TEST(ControlSetterOfAnOldDriver, SetsOneByOne) {
  auto model = Plugged::with_all_kinds();
  model.old_controls = true;
  const Plugged plugged{model};
  const auto list = *ControlList::read(*plugged.node);
  const Wishes wishes{{"exposure_time_absolute", 9}, {"auto_exposure", "manual"}, {"contrast", 3}};
  const auto outcomes = *v4l2::set_controls(*plugged.node, list, wishes);
  for (const auto& outcome : outcomes)
    EXPECT_EQ(outcome.end, ControlEnd::set) << outcome.wish.name;
  EXPECT_EQ(plugged.camera->control(V4L2_CID_EXPOSURE_ABSOLUTE), 9);
}

}  // namespace
