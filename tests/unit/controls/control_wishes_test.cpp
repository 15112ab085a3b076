// The wishes for controls are kept by their sources, the oldest first.

#include "controls/control_wishes.h"

#include <string>
#include <vector>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "common/handles.h"

namespace {

using v4l2gst::ControlWishes;

/// Returns "name=number" of each wish, in order.
std::string listed(const ControlWishes& wishes) {
  std::string text;
  for (const auto& one : wishes.all())
    text += one.source + ":" + one.wish.name + "=" +
            std::to_string(std::get<std::int64_t>(one.wish.value)) + " ";
  return text;
}

void set(ControlWishes& wishes, const char* text) {
  const v4l2gst::StructurePtr structure{gst_structure_from_string(text, nullptr)};
  wishes.set_structure(structure.get());
}

TEST(ControlWishesTest, KeepTheNewestOfASourceLast) {
  ControlWishes wishes;
  EXPECT_EQ(wishes.newest(), 0U);
  wishes.add("brightness", {.name = "brightness", .value = std::int64_t{1}});
  set(wishes, "c,brightness=2,contrast=3");
  EXPECT_EQ(listed(wishes),
            "brightness:brightness=1 extra-controls:brightness=2 "
            "extra-controls:contrast=3 ");
  EXPECT_EQ(wishes.number_for("brightness"), 2);
  wishes.add("brightness", {.name = "brightness", .value = std::int64_t{4}});
  EXPECT_EQ(listed(wishes),
            "extra-controls:brightness=2 extra-controls:contrast=3 "
            "brightness:brightness=4 ");
  EXPECT_EQ(wishes.number_for("brightness"), 4);
  EXPECT_EQ(wishes.newest(), 4U);
  wishes.add("child", {.name = "contrast", .value = std::int64_t{5}});
  EXPECT_EQ(wishes.number_for("contrast"), 5);
  EXPECT_EQ(wishes.number_for("hue"), std::nullopt);
}

TEST(ControlWishesTest, ANewStructureReplacesTheOldOne) {
  ControlWishes wishes;
  wishes.add("hue", {.name = "hue", .value = std::int64_t{1}});
  set(wishes, "c,brightness=2,contrast=3");
  const auto newest = wishes.newest();
  set(wishes, "c,contrast=3");
  EXPECT_EQ(listed(wishes), "hue:hue=1 extra-controls:contrast=3 ");
  EXPECT_GT(wishes.newest(), newest);  // the same wish, but made again
  EXPECT_NE(wishes.structure(), nullptr);
  wishes.set_structure(nullptr);
  EXPECT_EQ(listed(wishes), "hue:hue=1 ");
  EXPECT_EQ(wishes.structure(), nullptr);
}

TEST(ControlWishesTest, DoNotGrowWithTheNumberOfChanges) {
  ControlWishes wishes;
  for (std::int64_t i = 0; i < 1000; ++i) {
    wishes.add("child", {.name = "contrast", .value = i});
    set(wishes, "c,brightness=2");
  }
  EXPECT_EQ(wishes.all().size(), 2U);
}

TEST(ControlWishesTest, CopiesShareTheStructure) {
  ControlWishes wishes;
  set(wishes, "c,brightness=2");
  const auto copy = wishes;
  set(wishes, "c,brightness=3");
  EXPECT_EQ(copy.number_for("brightness"), 2);
  int value{};
  ASSERT_TRUE(gst_structure_get_int(copy.structure(), "brightness", &value));
  EXPECT_EQ(value, 2);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
