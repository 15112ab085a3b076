// A single field has flat pixels.

#include "formats/interlacing.h"

#include <gtest/gtest.h>

namespace {

TEST(TraitsTest, PixelsOfOneFieldAreFlat) {
  using v4l2gst::flattened;
  EXPECT_EQ(flattened({1, 1}), (v4l2::PixelAspect{1, 2}));
  EXPECT_EQ(flattened({16, 15}), (v4l2::PixelAspect{8, 15}));
  EXPECT_EQ(flattened({59, 54}), (v4l2::PixelAspect{59, 108}));
  EXPECT_EQ(flattened({1, 0x40000000}), (v4l2::PixelAspect{1, 2})) << "beyond fractions";
}

}  // namespace
