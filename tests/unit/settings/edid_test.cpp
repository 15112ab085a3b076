#include "settings/edid.h"

#include <numeric>

#include <gtest/gtest.h>

#include "rigs/core_rig.h"

namespace {

using core::Rig;
using v4l2::Edid;

constexpr std::uint32_t webcam = 0;
constexpr std::uint32_t hdmi = 3;

TEST(AnEdid, HasBlocksWhoseSumIsNought) {
  for (const auto& name : v4l2::default_edids()) {
    const auto edid = *v4l2::default_edid(name);
    ASSERT_EQ(edid.size(), name == "hdmi" ? 256U : 128U);
    for (auto block = edid.begin(); block != edid.end(); block += v4l2::edid_block)
      EXPECT_EQ(std::accumulate(block, block + v4l2::edid_block, 0U) % 256, 0U);
    EXPECT_EQ(edid[126], edid.size() / v4l2::edid_block - 1) << "the number of extension blocks";
    EXPECT_EQ(v4l2::parse_edid(std::string{edid.begin(), edid.end()}), edid);
  }
  EXPECT_FALSE(v4l2::default_edid("vga"));
}

TEST(AnEdid, IsReadFromHexadecimalText) {
  const auto edid = *v4l2::default_edid("dvi");
  std::string text{"# a comment, 12\n"};
  for (std::size_t i = 0; i < edid.size(); ++i) {
    constexpr auto digits = "0123456789abcdef";
    text +=
        {digits[edid[i] / 16],
         i % 2 == 0 ? digits[edid[i] % 16] : static_cast<char>(std::toupper(digits[edid[i] % 16]))};
    text += i % 16 == 15 ? "\n" : " ";
  }
  EXPECT_EQ(v4l2::parse_edid(text), edid);
  EXPECT_FALSE(v4l2::parse_edid(text + "00"));
  EXPECT_FALSE(v4l2::parse_edid(text + "x"));
  EXPECT_FALSE(v4l2::parse_edid("0"));
  EXPECT_FALSE(v4l2::parse_edid(""));
  EXPECT_FALSE(v4l2::parse_edid(std::string(128, '\0')));
}

TEST(AnEdid, IsSetUnlessItIsSet) {
  Rig rig{fake::many_inputs()};
  const auto& node = *rig.device->node();
  EXPECT_EQ(*v4l2::read_edid(node, webcam), std::nullopt);
  EXPECT_EQ(*v4l2::read_edid(node, hdmi), Edid{});
  const auto edid = *v4l2::default_edid("hdmi");
  EXPECT_TRUE(*v4l2::set_edid(node, hdmi, edid));
  EXPECT_TRUE(*v4l2::set_edid(node, hdmi, edid));
  EXPECT_EQ(rig.camera->calls(VIDIOC_S_EDID), 1U);
  EXPECT_EQ(*v4l2::read_edid(node, hdmi), edid);
  EXPECT_FALSE(*v4l2::set_edid(node, webcam, edid));
  Edid large = edid;
  large.insert(large.end(), edid.begin(), edid.end());
  EXPECT_FALSE(*v4l2::set_edid(node, hdmi, large));
}

TEST(AnEdid, IsTheSameAtAnotherPlace) {
  const auto edid = *v4l2::default_edid("hdmi");
  auto moved = edid;
  const auto address = v4l2::edid_block + 30;  // behind HDMI's identifier
  ASSERT_EQ(moved[address], 0x10);
  moved[address] = 0x20;
  moved.back() -= 0x10;
  EXPECT_TRUE(v4l2::same(edid, moved));
  moved[address + 2] = 1;
  EXPECT_FALSE(v4l2::same(edid, moved));
  EXPECT_FALSE(v4l2::same(edid, *v4l2::default_edid("dvi")));
  EXPECT_TRUE(v4l2::same({}, {}));
}

TEST(AnEdid, CanBeMissing) {
  Rig rig;
  const auto& node = *rig.device->node();
  EXPECT_EQ(*v4l2::read_edid(node, 0), std::nullopt);
  EXPECT_FALSE(*v4l2::set_edid(node, 0, *v4l2::default_edid("dvi")));
}

}  // namespace
