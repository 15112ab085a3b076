#include "settings/control_value.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "plugged.h"

namespace {

using v4l2::ControlInfo;
using v4l2::ControlList;
using v4l2::ControlValue;
using v4l2::ValueFault;
using Names = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// Gives the controls of a camera by their names.
class ControlValues : public testing::Test {
protected:
  const ControlInfo& control(const char* name) const {
    static const ControlInfo none;
    const auto* const found = list.find(name);
    EXPECT_NE(found, nullptr) << name;
    return found != nullptr ? *found : none;
  }

  ControlValue value(const char* name, const ControlValue& wish) const {
    const auto made = v4l2::to_value(control(name), wish);
    EXPECT_TRUE(made) << name;
    return made ? *made : ControlValue{};
  }

  ValueFault fault(const char* name, const ControlValue& wish) const {
    const auto made = v4l2::to_value(control(name), wish);
    EXPECT_FALSE(made) << name;
    return made ? ValueFault{} : made.error();
  }

  std::optional<ControlValue> read(const char* name) const {
    return *v4l2::read_value(*plugged.node, control(name));
  }

  Plugged plugged;
  ControlList list{*ControlList::read(*plugged.node)};
};

TEST_F(ControlValues, NumbersBeyondTheRangeBecomeTheNearest) {
  EXPECT_EQ(value("brightness", 7), ControlValue{7});
  EXPECT_EQ(value("brightness", 700), ControlValue{64});
  EXPECT_EQ(value("brightness", -700), ControlValue{-64});
  EXPECT_EQ(value("brightness", INT64_MIN), ControlValue{-64});
  EXPECT_EQ(value("integer_64_bits", INT64_MAX), ControlValue{0x7fffffff'00000000LL});
  EXPECT_EQ(*v4l2::to_form(control("brightness"), 700), ControlValue{700});
  EXPECT_EQ(value("bitmask", 0xffffffffLL), ControlValue{0x80002000LL});
  EXPECT_EQ(value("bitmask", -1), ControlValue{0x80002000LL});
}

TEST_F(ControlValues, NumbersMayBeText) {
  EXPECT_EQ(value("brightness", "12"), ControlValue{12});
  EXPECT_EQ(value("brightness", "-0x10"), ControlValue{-16});
  EXPECT_EQ(fault("brightness", "high"), ValueFault::wrong_type);
  EXPECT_EQ(fault("brightness", ""), ValueFault::wrong_type);
  EXPECT_EQ(fault("brightness", "--1"), ValueFault::wrong_type);
  EXPECT_EQ(fault("brightness", Numbers{1}), ValueFault::wrong_type);
  EXPECT_EQ(value("boolean", "true"), ControlValue{1});
  EXPECT_EQ(value("boolean", "Off"), ControlValue{0});
  EXPECT_EQ(value("boolean", 5), ControlValue{1});
  EXPECT_EQ(fault("boolean", "maybe"), ValueFault::wrong_type);
  EXPECT_EQ(value("button", "now"), ControlValue{1});
}

TEST_F(ControlValues, MenusTakeIndexesAndLabels) {
  EXPECT_EQ(value("auto_exposure", V4L2_EXPOSURE_MANUAL), ControlValue{V4L2_EXPOSURE_MANUAL});
  for (const auto* const label : {"Manual Mode", "manual mode", "manual", "M", "manual_mode", "1"})
    EXPECT_EQ(value("auto_exposure", label), ControlValue{V4L2_EXPOSURE_MANUAL}) << label;
  EXPECT_EQ(value("auto_exposure", "aperture-priority"),
            ControlValue{V4L2_EXPOSURE_APERTURE_PRIORITY});
  EXPECT_EQ(fault("auto_exposure", "automatic"), ValueFault::no_such_label);
  EXPECT_EQ(fault("auto_exposure", ""), ValueFault::no_such_label);
  EXPECT_EQ(fault("auto_exposure", 2), ValueFault::out_of_range);
  EXPECT_EQ(fault("menu", "2"), ValueFault::out_of_range);
  EXPECT_EQ(fault("menu", Numbers{1}), ValueFault::wrong_type);
  EXPECT_EQ(fault("menu", "menu item"), ValueFault::ambiguous_label);
  EXPECT_EQ(value("menu", "Menu Item 4"), ControlValue{4});
  EXPECT_EQ(matching_labels(control("menu"), "menu item"),
            (Names{"Menu Item 1", "Menu Item 3", "Menu Item 4 (Override)"}));
}

TEST_F(ControlValues, IntegerMenusTakeIndexesAndNumbersAsText) {
  EXPECT_EQ(value("integer_menu", 2), ControlValue{2});
  EXPECT_EQ(value("integer_menu", "100"), ControlValue{2});
  EXPECT_EQ(value("integer_menu", "-42"), ControlValue{3});
  EXPECT_EQ(value("integer_menu", "1"), ControlValue{0});
  EXPECT_EQ(value("integer_menu", "3"), ControlValue{3});  // no number is 3, so it is an index
  EXPECT_EQ(fault("integer_menu", "42"), ValueFault::out_of_range);
}

TEST_F(ControlValues, StringsHaveALength) {
  EXPECT_EQ(value("string", "abc"), ControlValue{"abc"});
  EXPECT_EQ(value("string", 123), ControlValue{"123"});
  EXPECT_EQ(fault("string", "a"), ValueFault::out_of_range);
  EXPECT_EQ(fault("string", "abcde"), ValueFault::out_of_range);
  EXPECT_EQ(fault("string", Numbers{1}), ValueFault::wrong_type);
}

TEST_F(ControlValues, ListsHaveALengthToo) {
  EXPECT_EQ(value("area", Numbers{1920, 1080}), ControlValue{(Numbers{1920, 1080})});
  EXPECT_EQ(value("area", "1920x1080"), ControlValue{(Numbers{1920, 1080})});
  EXPECT_EQ(value("rect", "-1, 2, {3} 0x4"), ControlValue{(Numbers{-1, 2, 3, 4})});
  EXPECT_EQ(fault("rect", "1,2,three,4"), ValueFault::wrong_type);
  EXPECT_EQ(fault("rect", Numbers{1, 2, 3}), ValueFault::wrong_length);
  EXPECT_EQ(fault("rect", 5), ValueFault::wrong_type);
  EXPECT_EQ(fault("area", ""), ValueFault::wrong_length);
  EXPECT_EQ(value("u8_2x3x4x5_array", 50), ControlValue{Numbers(120, 50)});
  EXPECT_EQ(value("u8_2x3x4x5_array", "50"), ControlValue{Numbers(120, 50)});
  EXPECT_EQ(value("u8_2x3x4x5_array", 500), ControlValue{Numbers(120, 200)});
  EXPECT_EQ(fault("u8_2x3x4x5_array", Numbers(121, 50)), ValueFault::wrong_length);
  EXPECT_EQ(value("u32_dynamic_array", Numbers(100, 20)), ControlValue{Numbers(100, 20)});
  EXPECT_EQ(fault("u32_dynamic_array", Numbers(101, 20)), ValueFault::wrong_length);
  EXPECT_EQ(fault("u32_dynamic_array", Numbers{}), ValueFault::wrong_length);
  EXPECT_EQ(value("struct", Numbers{1, 2, 3, 4, 256}), ControlValue{(Numbers{1, 2, 3, 4, 255})});
  EXPECT_EQ(fault("struct", 5), ValueFault::wrong_type);
}

TEST_F(ControlValues, OfEachTypeAreRead) {
  EXPECT_EQ(read("brightness"), ControlValue{0});
  plugged.camera->set_control(control("integer_64_bits").id, -(std::int64_t{1} << 40U));
  EXPECT_EQ(read("integer_64_bits"), ControlValue{-(std::int64_t{1} << 40U)});
  EXPECT_EQ(read("bitmask"), ControlValue{0x80002000LL});
  EXPECT_EQ(read("string"), ControlValue{"  "});
  EXPECT_EQ(read("u32_1_element_array"), ControlValue{Numbers{24}});
  EXPECT_EQ(read("u16_8x16_matrix"), ControlValue{Numbers(128, 24)});
  EXPECT_EQ(read("u8_2x3x4x5_array"), ControlValue{Numbers(120, 24)});
  EXPECT_EQ(read("s32_2_element_array"), ControlValue{(Numbers{-5, 5})});
  EXPECT_EQ(read("s64_3_element_array"), ControlValue{(Numbers{1, -2, 0x100000000LL})});
  EXPECT_EQ(read("area"), ControlValue{(Numbers{1000, 2000})});
  EXPECT_EQ(read("rect"), ControlValue{(Numbers{-1, 100, 640, 480})});
  EXPECT_EQ(read("struct"), ControlValue{(Numbers{1, 2, 3, 4, 5})});
  EXPECT_EQ(read("button"), std::nullopt);
  EXPECT_EQ(read("pan_relative"), std::nullopt);
}

TEST_F(ControlValues, OfADynamicArrayThatHasGrownOrShrunkAreRead) {
  const auto id = control("u32_dynamic_array").id;
  plugged.camera->set_control(id, Numbers{11, 12, 13});
  EXPECT_EQ(read("u32_dynamic_array"), ControlValue{(Numbers{11, 12, 13})});
  ASSERT_TRUE(list.refresh(*plugged.node, id));
  plugged.camera->set_control(id, Numbers{14});
  EXPECT_EQ(read("u32_dynamic_array"), ControlValue{Numbers{14}});
}

TEST_F(ControlValues, AllAreReadInOneCall) {
  const auto values = *v4l2::read_values(*plugged.node, list.all());
  ASSERT_EQ(values.size(), list.all().size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(values[i].has_value(), list.all()[i].readable()) << list.all()[i].key;
  EXPECT_EQ(plugged.camera->calls(VIDIOC_G_EXT_CTRLS), 1U);
}

TEST_F(ControlValues, OneThatCannotBeReadHindersNoOther) {
  plugged.fail(VIDIOC_G_EXT_CTRLS, EIO);
  plugged.fail(VIDIOC_G_CTRL, EIO);
  const auto values = *v4l2::read_values(*plugged.node, list.all());
  EXPECT_EQ(std::ranges::count_if(values, [](const auto& value) { return !value; }),
            3);  // with the button and the motion
}

TEST_F(ControlValues, OfACameraThatHangsAreNotAskedForOneByOne) {
  plugged.fail(VIDIOC_G_EXT_CTRLS, ETIMEDOUT);
  const auto values = *v4l2::read_values(*plugged.node, list.all());
  EXPECT_TRUE(std::ranges::all_of(values, [](const auto& value) { return !value; }));
  EXPECT_EQ(plugged.camera->calls(VIDIOC_G_CTRL), 0U);
}

TEST_F(ControlValues, OfALostDeviceAreAnError) {
  plugged.fail(VIDIOC_G_EXT_CTRLS, ENODEV);
  EXPECT_FALSE(v4l2::read_values(*plugged.node, list.all()));
  plugged.fail(VIDIOC_G_EXT_CTRLS, EIO);
  plugged.fail(VIDIOC_G_CTRL, ENODEV);
  EXPECT_FALSE(v4l2::read_value(*plugged.node, control("brightness")));
}

TEST_F(ControlValues, HaveATextForPeople) {
  const auto text = [this](const char* name, const ControlValue& value) {
    return v4l2::value_text(control(name), value);
  };
  EXPECT_EQ(text("brightness", -3), "-3");
  EXPECT_EQ(text("boolean", 1), "true");
  EXPECT_EQ(text("bitmask", 0x80002000LL), "0x80002000");
  EXPECT_EQ(text("auto_exposure", 1), "1 (Manual Mode)");
  EXPECT_EQ(text("auto_exposure", 9), "9");
  EXPECT_EQ(text("integer_menu", 3), "3 (-42)");
  EXPECT_EQ(text("string", "a\nb"), "'a?b'");
  EXPECT_EQ(text("area", Numbers{1, 2}), "1, 2");
  EXPECT_EQ(text("u8_2x3x4x5_array", Numbers(18, 7)),
            "7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 and 2 more");
}

TEST_F(ControlValues, HaveARangeForPeople) {
  const auto text = [this](const char* name) {
    return v4l2::range_text(control(name));
  };
  EXPECT_EQ(text("brightness"), "-64 to 64");
  EXPECT_EQ(text("even_stepped"), "0 to 20 in steps of 2");
  EXPECT_EQ(text("boolean"), "true or false");
  EXPECT_EQ(text("button"), "a button");
  EXPECT_EQ(text("bitmask"), "bits of 0x80002000");
  EXPECT_EQ(text("auto_exposure"), "1 (Manual Mode), 3 (Aperture Priority Mode)");
  EXPECT_EQ(text("string"), "2 to 4 bytes of text");
  EXPECT_EQ(text("area"), "width and height");
  EXPECT_EQ(text("rect"), "left, top, width and height");
  EXPECT_EQ(text("u8_2x3x4x5_array"), "120 numbers from 10 to 200");
  EXPECT_EQ(text("u32_dynamic_array"), "1 to 100 numbers from 10 to 90");
  EXPECT_EQ(text("struct"), "5 numbers");
}

}  // namespace
