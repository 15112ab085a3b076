// The controls of UVC extension units are set by their bytes.

#include "settings/extension_unit.h"

#include <cerrno>
#include <string>
#include <vector>

#include <linux/uvcvideo.h>

#include <gtest/gtest.h>

#include "plugged.h"

namespace {

using v4l2::ControlEnd;
using v4l2::ControlRefusal;
using v4l2::ControlValue;
using v4l2::ExtensionAddress;
using Bytes = std::vector<std::uint8_t>;
using Numbers = std::vector<std::int64_t>;

TEST(ExtensionUnitTest, HasAnAddressInItsName) {
  EXPECT_EQ(v4l2::extension_address("xu:4:2"), (ExtensionAddress{4, 2}));
  EXPECT_EQ(v4l2::extension_address("XU:0x0a:0X1f"), (ExtensionAddress{10, 31}));
  for (const auto* const name : {"", "xu", "xu:", "xu:4", "xu:4:", "xu::2", "xu:256:2", "xu:-1:2",
                                 "xu:4:2:1", "xu:4:2 ", "xu:0x:2", "brightness"})
    EXPECT_FALSE(v4l2::extension_address(name)) << name;
}

TEST(ExtensionUnitTest, TakesBytesInSeveralForms) {
  for (const auto* const text : {"0a:1B:ff", "0a 1b ff", "0a,1b,ff", "0a1bff", "0x0a1bff"})
    EXPECT_EQ(v4l2::extension_bytes(std::string{text}), (Bytes{0x0a, 0x1b, 0xff})) << text;
  EXPECT_EQ(v4l2::extension_bytes(Numbers{10, 27, 255}), (Bytes{0x0a, 0x1b, 0xff}));
  EXPECT_EQ(v4l2::extension_bytes(std::int64_t{10}), (Bytes{0x0a}));
  EXPECT_EQ(v4l2::extension_bytes(std::string{}), Bytes{});
  for (const auto* const text : {"0", "0a:", ":0a", "0a::1b", "0g", "0a:1", "+1", "-1"})
    EXPECT_FALSE(v4l2::extension_bytes(std::string{text})) << text;
  EXPECT_FALSE(v4l2::extension_bytes(Numbers{256}));
  EXPECT_FALSE(v4l2::extension_bytes(std::int64_t{-1}));
}

struct ExtensionUnit : Plugged, testing::Test {
  ExtensionUnit() : Plugged{with_extensions()} {}

  static fake::Model with_extensions() {
    auto model = fake::webcam();
    model.extensions = {{.unit = 4, .selector = 1, .bytes = {1, 2}},
                        {.unit = 4, .selector = 2, .bytes = {0}, .most = 9},
                        {.unit = 4, .selector = 3, .bytes = {0}, .writable = false},
                        {.unit = 4, .selector = 4, .bytes = {0}, .readable = false}};
    return model;
  }

  v4l2::ControlOutcome set(std::uint8_t selector, const ControlValue& value, bool fresh = true) {
    const auto outcome = v4l2::set_extension(*node, {.unit = 4, .selector = selector},
                                             {.name = "xu", .value = value}, fresh);
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(v4l2::ControlOutcome{});
  }
};

TEST_F(ExtensionUnit, IsSetUnlessItHasTheBytes) {
  EXPECT_EQ(set(1, std::string{"0102"}).end, ControlEnd::unchanged);
  const auto outcome = set(1, std::string{"0a:1b"});
  EXPECT_EQ(outcome.end, ControlEnd::set);
  EXPECT_EQ(outcome.actual, (ControlValue{Numbers{10, 27}}));
  EXPECT_EQ(camera->extension(4, 1), (Bytes{10, 27}));
  EXPECT_EQ(set(1, Numbers{10, 27}, false).end, ControlEnd::unchanged);
}

TEST_F(ExtensionUnit, SaysWhatIsWrong) {
  const auto clamped = set(2, std::int64_t{20});
  EXPECT_EQ(clamped.end, ControlEnd::clamped);
  EXPECT_EQ(clamped.actual, (ControlValue{Numbers{9}}));
  EXPECT_EQ(set(1, std::string{"0a"}).refusal, ControlRefusal::wrong_length);
  EXPECT_EQ(set(1, std::string{"text"}).refusal, ControlRefusal::wrong_type);
  EXPECT_EQ(set(3, std::int64_t{1}).refusal, ControlRefusal::read_only);
  const auto unknown = set(9, std::int64_t{1});
  EXPECT_EQ(unknown.refusal, ControlRefusal::unknown);
  EXPECT_EQ(unknown.code, ENOENT);
  EXPECT_FALSE(unknown.control);
}

TEST_F(ExtensionUnit, ThatCannotBeReadIsSetOnceForEachWish) {
  EXPECT_EQ(set(4, std::int64_t{5}).end, ControlEnd::set);
  EXPECT_EQ(camera->extension(4, 4), Bytes{5});
  EXPECT_EQ(set(4, std::int64_t{6}, false).end, ControlEnd::unchanged);
  EXPECT_EQ(camera->extension(4, 4), Bytes{5});
}

TEST_F(ExtensionUnit, OfADeviceThatIsGoneIsAnError) {
  for (unsigned after = 0; after < 4; ++after) {
    fail(UVCIOC_CTRL_QUERY, ENODEV, 1, after);
    const auto outcome = v4l2::set_extension(*node, {.unit = 4, .selector = 1},
                                             {.name = "xu", .value = Numbers{20, after}}, true);
    ASSERT_FALSE(outcome.has_value()) << after;
    EXPECT_TRUE(outcome.error().gone());
  }
}

TEST(ExtensionUnitTest, IsUnknownWithoutUvc) {
  const Plugged other{fake::webcam()};
  const auto outcome = v4l2::set_extension(*other.node, {.unit = 4, .selector = 1},
                                           {.name = "xu", .value = Numbers{1}}, true);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->refusal, ControlRefusal::unknown);
}

}  // namespace
