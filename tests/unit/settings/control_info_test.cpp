#include "settings/control_info.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "device/events.h"
#include "plugged.h"

namespace {

using v4l2::ControlForm;
using v4l2::ControlInfo;
using v4l2::ControlList;
using Names = std::vector<std::string>;

ControlInfo info(const Plugged& plugged, const char* name) {
  const auto list = *ControlList::read(*plugged.node);
  const auto* const found = list.find(name);
  return found != nullptr ? *found : ControlInfo{};
}

ControlList list_of(const Names& names) {
  auto model = fake::webcam();
  model.controls.clear();
  for (const auto& name : names)
    model.controls.push_back(
        {.id = V4L2_CID_USER_BASE + static_cast<std::uint32_t>(model.controls.size()),
         .name = name});
  const Plugged plugged{model};
  return *ControlList::read(*plugged.node);
}

TEST(ControlKey, IsTheNameThatV4l2CtlPrints) {
  EXPECT_EQ(v4l2::control_key("Brightness"), "brightness");
  EXPECT_EQ(v4l2::control_key("White Balance, Automatic"), "white_balance_automatic");
  EXPECT_EQ(v4l2::control_key("Exposure (Absolute)"), "exposure_absolute");
  EXPECT_EQ(v4l2::control_key("U8 2x3x4x5 Array"), "u8_2x3x4x5_array");
  EXPECT_EQ(v4l2::control_key("focus__absolute_"), "focus_absolute");
  EXPECT_EQ(v4l2::control_key(" - "), "");
}

TEST(ControlList, HasEachControlWithItsForm) {
  const Plugged plugged;
  EXPECT_EQ(ControlList::read(*plugged.node)->all().size(), fake::all_kinds_of_controls().size());
  EXPECT_EQ(info(plugged, "integer_32_bits").form(), ControlForm::number);
  EXPECT_EQ(info(plugged, "integer_64_bits").form(), ControlForm::number);
  EXPECT_EQ(info(plugged, "boolean").form(), ControlForm::boolean);
  EXPECT_EQ(info(plugged, "menu").form(), ControlForm::menu);
  EXPECT_EQ(info(plugged, "integer_menu").form(), ControlForm::menu);
  EXPECT_EQ(info(plugged, "bitmask").form(), ControlForm::bitmask);
  EXPECT_EQ(info(plugged, "button").form(), ControlForm::button);
  EXPECT_EQ(info(plugged, "string").form(), ControlForm::string);
  EXPECT_EQ(info(plugged, "u8_2x3x4x5_array").length(), 120U);
  EXPECT_EQ(info(plugged, "u16_8x16_matrix").length(), 128U);
  EXPECT_EQ(info(plugged, "u32_dynamic_array").length(), 1U);
  EXPECT_EQ(info(plugged, "area").length(), 2U);
  EXPECT_EQ(info(plugged, "rect").length(), 4U);
  EXPECT_EQ(info(plugged, "s64_3_element_array").length(), 3U);
  EXPECT_EQ(info(plugged, "struct").length(), 5U);
}

TEST(ControlList, HasTheRangeOfEach) {
  const Plugged plugged;
  const auto wide = info(plugged, "integer_64_bits");
  EXPECT_EQ(wide.maximum, 0x7fffffff'00000000LL);
  const auto array = info(plugged, "u8_2x3x4x5_array");
  EXPECT_EQ(array.minimum, 10);
  EXPECT_EQ(array.maximum, 200);
  EXPECT_EQ(array.dims, (std::vector<std::uint32_t>{2, 3, 4, 5}));
  EXPECT_EQ(info(plugged, "even_stepped").step, 2U);
  EXPECT_FALSE(info(plugged, "read_only_integer_32_bits").writable());
  EXPECT_FALSE(info(plugged, "pan_relative").readable());
  EXPECT_FALSE(info(plugged, "button").readable());
}

TEST(ControlList, HasMenusWithHoles) {
  const Plugged plugged;
  using Entry = v4l2::MenuEntry;
  EXPECT_EQ(info(plugged, "menu").menu,
            (std::vector{Entry{.index = 1, .label = "Menu Item 1"},
                         Entry{.index = 3, .label = "Menu Item 3"},
                         Entry{.index = 4, .label = "Menu Item 4 (Override)"}}));
  const auto numbers = info(plugged, "integer_menu").menu;
  ASSERT_EQ(numbers.size(), 4U);
  EXPECT_EQ(numbers[3], (Entry{.index = 3, .label = "-42", .number = -42}));
}

TEST(ControlList, LeavesOutClassesAndDisabledControls) {
  auto model = fake::webcam();
  model.controls = {
      {.id = V4L2_CID_USER_CLASS, .name = "User Controls", .type = V4L2_CTRL_TYPE_CTRL_CLASS},
      {.id = V4L2_CID_GAMMA, .name = "Gamma", .flags = V4L2_CTRL_FLAG_DISABLED},
      {.id = V4L2_CID_HUE, .name = "Hue"}};
  const Plugged plugged{model};
  const auto list = *ControlList::read(*plugged.node);
  ASSERT_EQ(list.all().size(), 1U);
  EXPECT_EQ(list.all().front().key, "hue");
}

TEST(ControlList, OfAnOldDriverHasNoArrays) {
  auto model = Plugged::with_all_kinds();
  model.old_controls = true;
  const Plugged plugged{model};
  const auto list = *ControlList::read(*plugged.node);
  EXPECT_NE(list.find("brightness"), nullptr);
  EXPECT_EQ(list.find("area"), nullptr);
  EXPECT_EQ(list.find("menu")->menu.size(), 3U);
  EXPECT_EQ(list.find("bitmask")->maximum, 0x80002000LL);
}

TEST(ControlList, MayBeEmpty) {
  const Plugged mute;
  mute.fail(VIDIOC_QUERY_EXT_CTRL, ENOTTY);
  mute.fail(VIDIOC_QUERYCTRL, ENOTTY);
  EXPECT_TRUE(ControlList::read(*mute.node)->all().empty());
}

TEST(ControlList, OfALostDeviceIsAnError) {
  for (const auto request : {VIDIOC_QUERY_EXT_CTRL, VIDIOC_QUERYMENU}) {
    const Plugged plugged;
    plugged.fail(request, ENODEV);
    const auto list = ControlList::read(*plugged.node);
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().code, ENODEV);
  }
  const Plugged plugged;
  const auto list = *ControlList::read(*plugged.node);
  plugged.fail(VIDIOC_SUBSCRIBE_EVENT, ENODEV);
  EXPECT_FALSE(list.subscribe(*plugged.node));
  plugged.fail(VIDIOC_QUERY_EXT_CTRL, ENODEV);
  EXPECT_FALSE(refreshed(*plugged.node, list.all().front()));
}

TEST(ControlList, FindsNamesInAnyCaseAndWithAnySeparators) {
  const auto list = list_of({"White Balance, Automatic", "Brightness"});
  for (const auto* const name : {"white_balance_automatic", "White Balance, Automatic",
                                 "white-balance-automatic", "WHITE BALANCE AUTOMATIC"})
    EXPECT_NE(list.find(name), nullptr) << name;
  EXPECT_EQ(list.find("bright"), nullptr);
  EXPECT_EQ(list.find(""), nullptr);
}

TEST(ControlList, FindsOldAndNewNames) {
  struct Pair {
    std::uint32_t id;
    const char* old;
    const char* now;
  };

  for (const auto& pair :
       {Pair{V4L2_CID_EXPOSURE_AUTO, "Exposure, Auto", "Auto Exposure"},
        Pair{V4L2_CID_EXPOSURE_ABSOLUTE, "Exposure (Absolute)", "Exposure Time, Absolute"},
        Pair{V4L2_CID_EXPOSURE_AUTO_PRIORITY, "Exposure, Auto Priority",
             "Exposure, Dynamic Framerate"},
        Pair{V4L2_CID_FOCUS_AUTO, "Focus, Auto", "Focus, Automatic Continuous"},
        Pair{V4L2_CID_AUTO_WHITE_BALANCE, "White Balance Temperature, Auto",
             "White Balance, Automatic"},
        Pair{V4L2_CID_AUTOGAIN, "Autogain", "Gain, Automatic"}}) {
    for (const auto* const name : {pair.old, pair.now}) {
      auto model = fake::webcam();
      model.controls = {{.id = pair.id, .name = name}};
      const Plugged plugged{model};
      const auto list = *ControlList::read(*plugged.node);
      ASSERT_NE(list.find(pair.old), nullptr) << pair.old;
      EXPECT_EQ(list.find(pair.old)->id, pair.id);
      ASSERT_NE(list.find(pair.now), nullptr) << pair.now;
      EXPECT_EQ(list.find(pair.now)->id, pair.id);
    }
  }
}

TEST(ControlList, FindsIds) {
  const auto list = list_of({"Brightness"});
  EXPECT_NE(list.find("0x980900"), nullptr);
  EXPECT_NE(list.find("0x00980900"), nullptr);
  EXPECT_EQ(list.find("0x980901"), nullptr);
  EXPECT_EQ(list.find("0x98090g"), nullptr);
  EXPECT_EQ(list.find("0x"), nullptr);
}

TEST(ControlList, NoTwoControlsHaveTheSameKey) {
  const auto list = list_of({"Gain", "gain", "GAIN!", "???"});
  EXPECT_EQ(list.all()[0].key, "gain");
  EXPECT_EQ(list.all()[1].key, "gain_2");
  EXPECT_EQ(list.all()[2].key, "gain_3");
  EXPECT_EQ(list.all()[3].key, "0x980903");
  EXPECT_NE(list.find("0x980903"), nullptr);
}

TEST(ControlList, KnowsNamesLikeAnUnknownOne) {
  const auto list = list_of({"Brightness", "Contrast", "Exposure Time, Absolute", "Gain"});
  EXPECT_EQ(list.similar("brightnes"), Names{"brightness"});
  EXPECT_EQ(list.similar("Expozure-Time"), Names{});
  EXPECT_EQ(list.similar("exposure"), Names{"exposure_time_absolute"});
  EXPECT_EQ(list.similar("contrats"), Names{"contrast"});
  EXPECT_EQ(list.similar("zzzzzz"), Names{});
  EXPECT_EQ(list.similar("g"), Names{});
  EXPECT_EQ(list_of({"Pan 1", "Pan 2", "Pan 3", "Pan 4"}).similar("pan_").size(), 3U);
}

TEST(ControlList, IsRefreshed) {
  const Plugged plugged;
  auto list = *ControlList::read(*plugged.node);
  ASSERT_TRUE(list.find("gain")->has(V4L2_CTRL_FLAG_INACTIVE));
  plugged.camera->set_control(V4L2_CID_AUTOGAIN, 0);
  ASSERT_TRUE(list.refresh(*plugged.node, V4L2_CID_GAIN));
  EXPECT_FALSE(list.find("gain")->has(V4L2_CTRL_FLAG_INACTIVE));
  ASSERT_TRUE(list.refresh(*plugged.node, list.find("menu")->id));
  EXPECT_EQ(list.find("menu")->menu.size(), 3U);
  EXPECT_EQ(list.find("menu")->key, "menu");
  EXPECT_TRUE(list.refresh(*plugged.node, 0x1234));
}

TEST(ControlList, SubscribesToChangesOfAll) {
  const Plugged plugged;
  const auto list = *ControlList::read(*plugged.node);
  EXPECT_TRUE(*list.subscribe(*plugged.node));
  plugged.camera->set_control_range(V4L2_CID_BRIGHTNESS, -10, 10);
  const auto event = *v4l2::next_event(*plugged.node);
  ASSERT_TRUE(event);
  const auto change = std::get<v4l2::ControlChanged>(*event);
  EXPECT_EQ(change.id, V4L2_CID_BRIGHTNESS);
  EXPECT_EQ(change.changes, V4L2_EVENT_CTRL_CH_RANGE);
  plugged.camera->set_control(list.find("bitmask")->id, 0x2000);
  plugged.camera->set_control(list.find("area")->id, std::vector<std::int64_t>{3, 4});
  EXPECT_EQ(std::get<v4l2::ControlChanged>(**v4l2::next_event(*plugged.node)).value, 0x2000);
  EXPECT_EQ(std::get<v4l2::ControlChanged>(**v4l2::next_event(*plugged.node)).id,
            list.find("area")->id);
}

TEST(ControlList, OfADriverWithoutEventsIsNotSubscribed) {
  const Plugged plugged;
  plugged.fail(VIDIOC_SUBSCRIBE_EVENT, ENOTTY);
  EXPECT_FALSE(*ControlList::read(*plugged.node)->subscribe(*plugged.node));
  EXPECT_TRUE(*ControlList{}.subscribe(*plugged.node));
}

}  // namespace
