// What drivers do with the crop and the compose rectangle.

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "conformance/target.h"
#include "kernel/request.h"
#include "settings/selection.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

class RectangleBelief : public Belief {
protected:
  /// A real device keeps its rectangles from one test to the next.
  void TearDown() override {
    const auto node = open();
    if (!node) return;
    for (const auto& [target, initial] :
         {std::pair{V4L2_SEL_TGT_CROP, V4L2_SEL_TGT_CROP_DEFAULT},
          std::pair{V4L2_SEL_TGT_COMPOSE, V4L2_SEL_TGT_COMPOSE_DEFAULT}})
      if (auto whole = get(*node, static_cast<std::uint32_t>(initial)))
        static_cast<void>(set(*node, static_cast<std::uint32_t>(target), *whole));
  }

  /// Returns a rectangle of the device; nullopt if it has none of this kind.
  std::optional<v4l2_rect> get(const v4l2::Node& node, std::uint32_t target) {
    v4l2_selection selection{};
    selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    selection.target = target;
    return errno_of(node, request::g_selection, selection) == 0 ? std::optional{selection.r}
                                                                : std::nullopt;
  }

  /// Sets `rectangle`, which becomes what the driver makes of it. Returns 0 or the errno.
  int set(const v4l2::Node& node, std::uint32_t target, v4l2_rect& rectangle) {
    v4l2_selection selection{};
    selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    selection.target = target;
    selection.r = rectangle;
    const auto error = errno_of(node, request::s_selection, selection);
    if (error == 0) rectangle = selection.r;
    return error;
  }

  v4l2::Format format_of(const v4l2::Node& node) {
    v4l2_format wire{};
    wire.type = to_wire(type);
    EXPECT_EQ(errno_of(node, request::g_fmt, wire), 0);
    return v4l2::from_wire(wire);
  }

  static bool inside(const v4l2_rect& part, const v4l2_rect& whole) {
    return part.left >= whole.left && part.top >= whole.top &&
           part.left + std::int64_t{part.width} <= whole.left + std::int64_t{whole.width} &&
           part.top + std::int64_t{part.height} <= whole.top + std::int64_t{whole.height};
  }
};

// A device that crops tells within which bounds. camera/geometry.cpp computes crop-left and its
// like from them.
TEST_P(RectangleBelief, ACropRectangleHasBoundsAndLiesInThem) {
  const auto node = open();
  set_format(*node);
  const auto crop = get(*node, V4L2_SEL_TGT_CROP);
  if (!crop) return;
  const auto bounds = get(*node, V4L2_SEL_TGT_CROP_BOUNDS);
  ASSERT_TRUE(bounds);
  EXPECT_TRUE(inside(*crop, *bounds));
  EXPECT_TRUE(get(*node, V4L2_SEL_TGT_CROP_DEFAULT));
}

// A device without a rectangle refuses to set it, with an errno that says so.
TEST_P(RectangleBelief, ARectangleThatIsNotThereCannotBeSet) {
  const auto node = open();
  set_format(*node);
  for (const std::uint32_t target : {V4L2_SEL_TGT_CROP, V4L2_SEL_TGT_COMPOSE}) {
    if (get(*node, target)) continue;
    v4l2_rect rectangle{.left = 0, .top = 0, .width = 160, .height = 120};
    const auto error = set(*node, target, rectangle);
    EXPECT_TRUE(error == EINVAL || error == ENOTTY || error == ENODATA) << error;
  }
}

// VIDIOC_S_SELECTION refuses no rectangle for its place or size. It sets the nearest one that the
// device has, and returns it.
TEST_P(RectangleBelief, ACropRectangleOutOfBoundsIsMovedInside) {
  const auto node = open();
  set_format(*node);
  for (v4l2_rect wish : {v4l2_rect{-32, -32, 160, 120},
                         {100000, 100000, 160, 120},
                         {0, 0, 1U << 20U, 1U << 20U},
                         {8, 8, 160, 120}}) {
    if (set(*node, V4L2_SEL_TGT_CROP, wish) != 0) return;  // it can't be set
    const auto bounds = get(*node, V4L2_SEL_TGT_CROP_BOUNDS);
    ASSERT_TRUE(bounds);
    EXPECT_TRUE(inside(wish, *bounds));
    const auto now = get(*node, V4L2_SEL_TGT_CROP);
    ASSERT_TRUE(now);
    EXPECT_TRUE(v4l2::same(*now, wish));
  }
}

// VIDIOC_S_SELECTION may change the size of the frames, where the driver can't scale. It changes
// nothing else of the format.
TEST_P(RectangleBelief, ACropRectangleChangesNothingButTheSize) {
  const auto node = open();
  const auto before = set_format(*node);
  v4l2_rect crop{.left = 8, .top = 8, .width = 160, .height = 120};
  if (set(*node, V4L2_SEL_TGT_CROP, crop) != 0) return;
  auto now = format_of(*node);
  EXPECT_EQ(now.fourcc, before.fourcc);
  EXPECT_EQ(now.field, before.field);
  EXPECT_TRUE(now.size == before.size || now.size == (v4l2::Size{crop.width, crop.height}));
}

// VIDIOC_S_FMT with the size that the crop rectangle has leaves the rectangle alone.
TEST_P(RectangleBelief, AFormatOfTheCropsSizeKeepsTheCrop) {
  const auto node = open();
  set_format(*node);
  v4l2_rect crop{.left = 8, .top = 8, .width = 320, .height = 240};
  if (set(*node, V4L2_SEL_TGT_CROP, crop) != 0) return;
  const auto format = set_format(*node);
  if (format.size != v4l2::Size{crop.width, crop.height}) return;
  const auto now = get(*node, V4L2_SEL_TGT_CROP);
  ASSERT_TRUE(now);
  EXPECT_TRUE(v4l2::same(*now, crop));
}

// While buffers are allocated, VIDIOC_S_SELECTION changes the format in no case. A rectangle for
// which it would have to returns EBUSY.
TEST_P(RectangleBelief, BuffersKeepTheFormatFromACrop) {
  const auto node = open();
  set_format(*node);
  v4l2_rect crop{.left = 8, .top = 8, .width = 160, .height = 120};
  if (set(*node, V4L2_SEL_TGT_CROP, crop) != 0) return;
  const auto before = format_of(*node);
  ASSERT_GT(request(*node, 2), 0U);
  ASSERT_EQ(queue(*node, 0), 0);
  ASSERT_EQ(stream_on(*node), 0);
  for (const v4l2_rect wish : {v4l2_rect{16, 16, 160, 120}, {16, 16, 200, 160}, {16, 16, 64, 64}}) {
    auto given = wish;
    const auto error = set(*node, V4L2_SEL_TGT_CROP, given);
    EXPECT_TRUE(error == 0 || error == EBUSY) << error;
    EXPECT_EQ(format_of(*node).size, before.size);
    const auto now = get(*node, V4L2_SEL_TGT_CROP);
    ASSERT_TRUE(now);
    EXPECT_TRUE(v4l2::same(*now, error == 0 ? given : crop));
    crop = *now;
  }
  EXPECT_EQ(stream_off(*node), 0);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RectangleBelief);
INSTANTIATE_TEST_SUITE_P(Rectangles, RectangleBelief, testing::ValuesIn(conformance::targets()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
