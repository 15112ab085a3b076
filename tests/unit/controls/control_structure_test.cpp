// A structure becomes wishes for controls, and controls become a structure.

#include "controls/control_structure.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <gst/gst.h>
#include <gtest/gtest.h>

#include "common/handles.h"
#include "settings/control_info.h"
#include "settings/extension_unit.h"

namespace {

using v4l2::ControlInfo;
using v4l2::ControlValue;
using v4l2gst::StructurePtr;
using Numbers = std::vector<std::int64_t>;

StructurePtr parsed(const char* text) {
  StructurePtr structure{gst_structure_from_string(text, nullptr)};
  EXPECT_NE(structure, nullptr) << text;
  return structure;
}

/// Returns the wish of the only field of "c,a=…".
v4l2gst::UserWish wish_of(const std::string& value) {
  const auto wishes = v4l2gst::wishes_of(parsed(("c,a=" + value).c_str()).get());
  EXPECT_EQ(wishes.size(), 1U) << value;
  return wishes.empty() ? v4l2gst::UserWish{} : wishes.front();
}

TEST(ControlStructureTest, KeepsTheOrderOfItsFields) {
  const auto wishes =
      v4l2gst::wishes_of(parsed("c,exposure_time_absolute=157,auto_exposure=manual,Sharpness=3,"
                                "focus__absolute_=7,xu:4:2=(string)\"0a:1b\"")
                             .get());
  const std::vector<v4l2::ControlWish> expected{
      {.name = "exposure_time_absolute", .value = std::int64_t{157}},
      {.name = "auto_exposure", .value = std::string{"manual"}},
      {.name = "Sharpness", .value = std::int64_t{3}},
      {.name = "focus__absolute_", .value = std::int64_t{7}},
      {.name = "xu:4:2", .value = std::string{"0a:1b"}}};
  ASSERT_EQ(wishes.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(wishes[i].wish, expected[i]) << expected[i].name;
  EXPECT_TRUE(v4l2gst::wishes_of(nullptr).empty());
  EXPECT_TRUE(v4l2gst::wishes_of(parsed("c").get()).empty());
}

TEST(ControlStructureTest, TakesNumbersOfAllTypes) {
  for (const auto* const value : {"5", "(int)5", "(uint)5", "(gint64)5", "(guint64)5", "(guchar)5",
                                  "(glong)5", "(gulong)5", "(double)5", "(float)5", "(bitmask)0x5"})
    EXPECT_EQ(wish_of(value).wish.value, ControlValue{std::int64_t{5}}) << value;
  EXPECT_EQ(wish_of("true").wish.value, ControlValue{std::int64_t{1}});
  EXPECT_EQ(wish_of("false").wish.value, ControlValue{std::int64_t{0}});
  EXPECT_EQ(wish_of("(gint64)-9223372036854775808").wish.value,
            ControlValue{std::int64_t{G_MININT64}});
  EXPECT_EQ(wish_of("(guint64)18446744073709551615").wish.value,
            ControlValue{std::int64_t{G_MAXINT64}});
  EXPECT_EQ(wish_of("\"a text\"").wish.value, ControlValue{std::string{"a text"}});
}

TEST(ControlStructureTest, TakesListsOfNumbers) {
  for (const auto* const value :
       {"<1,2,3>", "{1,2,3}", "<(gint64)1,(gint64)2,(gint64)3>", "<<1,2>,<3>>"})
    EXPECT_EQ(wish_of(value).wish.value, (ControlValue{Numbers{1, 2, 3}})) << value;
}

/// GStreamer takes two hexadecimal numbers with a colon for flags and a mask.
TEST(ControlStructureTest, TakesTheBytesOfAnExtensionUnit) {
  for (const auto* const value : {"0a:1b", "<10,27>"})
    EXPECT_EQ(wish_of(value).wish.value, (ControlValue{Numbers{10, 27}})) << value;
  for (const auto* const value : {"0a:1b:2c", "0a1b2c", "(string)0a:1b"})
    EXPECT_TRUE(std::holds_alternative<std::string>(wish_of(value).wish.value)) << value;
}

TEST(ControlStructureTest, NamesTheTypeOfAValueThatNoControlHas) {
  EXPECT_EQ(wish_of("1/2").unusable, "GstFraction");
  EXPECT_EQ(wish_of("0.5").unusable, "gdouble");
  EXPECT_EQ(wish_of("(double)1e30").unusable, "gdouble");
  EXPECT_EQ(wish_of("[1,5]").unusable, "GstIntRange");
  EXPECT_EQ(wish_of("<a,b>").unusable, "GstValueArray");
  EXPECT_EQ(wish_of("<1,1/2>").unusable, "GstValueArray");
  EXPECT_TRUE(wish_of("1").unusable.empty());
}

ControlInfo control(std::string key, std::uint32_t type) {
  ControlInfo made;
  made.key = std::move(key);
  made.type = type;
  return made;
}

TEST(ControlStructureTest, ControlsGoThereAndBack) {
  auto array = control("array", V4L2_CTRL_TYPE_U16);
  array.dims = {2};
  const std::vector<ControlInfo> controls{
      control("number", V4L2_CTRL_TYPE_INTEGER),    control("large", V4L2_CTRL_TYPE_INTEGER64),
      control("switch", V4L2_CTRL_TYPE_BOOLEAN),    control("bits", V4L2_CTRL_TYPE_BITMASK),
      control("text", V4L2_CTRL_TYPE_STRING),       control("unread", V4L2_CTRL_TYPE_INTEGER),
      control("3d_filter", V4L2_CTRL_TYPE_INTEGER), array};
  const std::vector<std::optional<ControlValue>> values{
      std::int64_t{-5},           std::int64_t{1} << 40, std::int64_t{1}, std::int64_t{0x80000001},
      std::string{"with, comma"}, std::nullopt,          std::int64_t{2}, Numbers{1, 65535}};
  const StructurePtr made{v4l2gst::structure_of(controls, values)};
  const v4l2gst::TextPtr text{gst_structure_to_string(made.get())};
  const auto wishes = v4l2gst::wishes_of(parsed(text.get()).get());
  ASSERT_EQ(wishes.size(), 7U) << text.get();
  for (const auto& wish : wishes) {
    const auto found = std::ranges::find(controls, wish.wish.name, &ControlInfo::key);
    ASSERT_NE(found, controls.end()) << wish.wish.name;
    EXPECT_EQ(wish.wish.value, values[static_cast<std::size_t>(found - controls.begin())])
        << wish.wish.name;
    EXPECT_TRUE(wish.saved);
  }
}

/// Makes any value, also lists of lists.
class Random {
public:
  explicit Random(unsigned seed) : engine_{seed} {}

  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }

  std::int64_t number() {
    constexpr std::array<std::int64_t, 9> edges{0,        1,        -1,         255,       256,
                                                G_MAXINT, G_MININT, G_MAXINT64, G_MININT64};
    const auto which = below(edges.size() + 4);
    return which < edges.size() ? edges[which] : static_cast<std::int64_t>(engine_());
  }

  std::string text() {
    std::string text(below(12), 'a');
    for (auto& letter : text)
      letter = static_cast<char>(below(127) + 1);
    return text;
  }

  void value(GValue* to) { value(to, below(kinds), 0); }

private:
  static constexpr unsigned kinds = 8;

  /// The values in a list, and in its lists, are of one kind.
  void value(GValue* to, unsigned kind, unsigned depth) {
    if (depth < 6 && below(3) == 0) return list(to, kind, depth);
    switch (kind) {
      case 0:
        g_value_init(to, G_TYPE_INT);
        return g_value_set_int(to, static_cast<int>(number()));
      case 1:
        g_value_init(to, G_TYPE_UINT64);
        return g_value_set_uint64(to, static_cast<guint64>(number()));
      case 2:
        g_value_init(to, G_TYPE_DOUBLE);
        return g_value_set_double(to, std::bit_cast<double>(number()));
      case 3:
        g_value_init(to, G_TYPE_STRING);
        return g_value_set_string(to, below(8) == 0 ? nullptr : text().c_str());
      case 4:
        g_value_init(to, G_TYPE_BOOLEAN);
        return g_value_set_boolean(to, below(2) == 0 ? TRUE : FALSE);
      case 5:
        g_value_init(to, GST_TYPE_FRACTION);
        return gst_value_set_fraction(to, static_cast<int>(below(9)), 7);
      case 6:
        g_value_init(to, GST_TYPE_STRUCTURE);
        return;
      default:
        g_value_init(to, GST_TYPE_FLAG_SET);
        return gst_value_set_flagset(to, below(300), below(300));
    }
  }

  void list(GValue* to, unsigned kind, unsigned depth) {
    const bool array = below(2) == 0;
    g_value_init(to, array ? GST_TYPE_ARRAY : GST_TYPE_LIST);
    for (auto left = below(5); left > 0; --left) {
      GValue item = G_VALUE_INIT;
      value(&item, kind, depth + 1);
      (array ? gst_value_array_append_and_take_value : gst_value_list_append_and_take_value)(to,
                                                                                             &item);
    }
  }

  std::mt19937_64 engine_;
};

/// V4L2CPP_STRUCTURES says how many; a million were clean when this was written.
TEST(ControlStructureTest, AnyStructureIsTaken) {
  const auto* const wanted = std::getenv("V4L2CPP_STRUCTURES");
  const auto count = wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 10000;
  constexpr std::array types{V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_TYPE_BOOLEAN, V4L2_CTRL_TYPE_MENU,
                             V4L2_CTRL_TYPE_STRING,  V4L2_CTRL_TYPE_BITMASK, V4L2_CTRL_TYPE_U8,
                             V4L2_CTRL_TYPE_AREA,    V4L2_CTRL_TYPE_BUTTON};
  Random random{1};
  for (unsigned long i = 0; i < count; ++i) {
    const StructurePtr structure{
        gst_structure_new_empty(random.below(2) == 0 ? "c" : v4l2gst::saved_controls)};
    for (auto left = random.below(4); left > 0; --left) {
      GValue value = G_VALUE_INIT;
      random.value(&value);
      gst_structure_take_value(structure.get(), random.below(2) == 0 ? "a" : "xu:4:2", &value);
    }
    auto one = control("a", types[random.below(types.size())]);
    one.maximum = random.number();
    one.dims = {3};
    one.elems = 3;
    one.elem_size = 4;
    for (const auto& wish : v4l2gst::wishes_of(structure.get())) {
      if (!wish.unusable.empty()) continue;
      static_cast<void>(v4l2::to_value(one, wish.wish.value));
      static_cast<void>(v4l2::extension_bytes(wish.wish.value));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
