// Rectangles as text, and rectangles with margins cut off.

#include "settings/rectangle.h"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "settings/selection.h"

namespace {

using v4l2::parse_rectangle;
using v4l2::rectangle_text;
using v4l2::without;

constexpr auto most = std::numeric_limits<std::uint32_t>::max();

TEST(Rectangle, IsReadAsItIsWritten) {
  for (const v4l2_rect rectangle : {v4l2_rect{320, 0, 640, 480},
                                    {-16, -8, 1, 1},
                                    {std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max(), most, most}}) {
    const auto text = rectangle_text(rectangle);
    const auto read = parse_rectangle(text);
    ASSERT_TRUE(read) << text;
    EXPECT_TRUE(v4l2::same(*read, rectangle)) << text;
  }
  EXPECT_EQ(rectangle_text({320, 0, 640, 480}), "320,0,640x480");
}

TEST(Rectangle, IsReadInOtherSpellings) {
  for (const std::string text :
       {"320,0,640x480", " 320 , 0 , 640 x 480 ", "(320,0)/640x480", "( 320, 0 ) / 640x480"}) {
    const auto read = parse_rectangle(text);
    ASSERT_TRUE(read) << text;
    EXPECT_TRUE(v4l2::same(*read, {320, 0, 640, 480})) << text;
  }
}

TEST(Rectangle, IsNoOtherText) {
  for (const std::string text : {"",
                                 " ",
                                 "320",
                                 "320,0",
                                 "320,0,640",
                                 "320,0,640x",
                                 "320,0,640x0",
                                 "320,0,0x480",
                                 "320,0,640x480,1",
                                 "320,0,640x480 1",
                                 "320,0,-640x480",
                                 "320;0;640x480",
                                 "320,0/640x480",
                                 "(320,0,640x480",
                                 "(320,0),640x480",
                                 "320,0)/640x480",
                                 "a,0,640x480",
                                 "3.5,0,640x480",
                                 "2147483648,0,640x480",
                                 "0,0,4294967296x1",
                                 "640x480"})
    EXPECT_FALSE(parse_rectangle(text)) << text;
}

TEST(Rectangle, IsCutOnEachSide) {
  const v4l2_rect whole{.left = 4, .top = 2, .width = 640, .height = 480};
  const auto rest = without(whole, {.top = 1, .left = 20, .bottom = 3, .right = 40});
  ASSERT_TRUE(rest);
  EXPECT_TRUE(v4l2::same(*rest, {24, 3, 580, 476}));
  EXPECT_TRUE(v4l2::same(*without(whole, {}), whole));
}

TEST(Rectangle, CannotBeCutToNothing) {
  const v4l2_rect whole{.left = 0, .top = 0, .width = 640, .height = 480};
  EXPECT_TRUE(without(whole, {.top = 0, .left = 639, .bottom = 0, .right = 0}));
  EXPECT_FALSE(without(whole, {.top = 0, .left = 640, .bottom = 0, .right = 0}));
  EXPECT_FALSE(without(whole, {.top = 240, .left = 0, .bottom = 240, .right = 0}));
  EXPECT_FALSE(without(whole, {.top = 0, .left = most, .bottom = 0, .right = most}));
}

}  // namespace
