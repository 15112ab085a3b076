// These beliefs are about the types, ranges and flags of controls.

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "conformance/target.h"

namespace {

using conformance::Belief;
namespace request = v4l2::request;

constexpr std::uint32_t next_plain = V4L2_CTRL_FLAG_NEXT_CTRL;
constexpr std::uint32_t next_compound = V4L2_CTRL_FLAG_NEXT_COMPOUND;

/// Returns all controls that `next` lists.
std::vector<v4l2_query_ext_ctrl> controls_of(const v4l2::Node& node, std::uint32_t next) {
  std::vector<v4l2_query_ext_ctrl> all;
  v4l2_query_ext_ctrl control{};
  control.id = next;
  while (node.call(request::query_ext_ctrl, control)) {
    all.push_back(control);
    control.id |= next;
  }
  return all;
}

bool is_list(const v4l2_query_ext_ctrl& control) {
  return control.type >= V4L2_CTRL_COMPOUND_TYPES || control.nr_of_dims != 0;
}

bool is_menu(const v4l2_query_ext_ctrl& control) {
  return control.type == V4L2_CTRL_TYPE_MENU || control.type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

bool has(const v4l2_query_ext_ctrl& control, std::uint32_t flags) {
  return (control.flags & flags) != 0;
}

std::optional<v4l2_query_ext_ctrl> query(const v4l2::Node& node, std::uint32_t id) {
  v4l2_query_ext_ctrl control{};
  control.id = id;
  return node.call(request::query_ext_ctrl, control) ? std::optional{control} : std::nullopt;
}

std::int32_t get(const v4l2::Node& node, std::uint32_t id) {
  v4l2_control control{.id = id, .value = 0};
  EXPECT_TRUE(node.call(request::g_ctrl, control));
  return control.value;
}

/// Sets a control. Returns 0 or the errno.
int set(const v4l2::Node& node, std::uint32_t id, std::int64_t value) {
  v4l2_control control{.id = id, .value = static_cast<std::int32_t>(value)};
  const auto done = node.call(request::s_ctrl, control);
  return done ? 0 : done.error().code;
}

/// Exchanges one control with a payload. Returns 0 or the errno.
int exchange(const v4l2::Node& node, const v4l2::Request<v4l2_ext_controls>& request,
             v4l2_ext_control& control) {
  v4l2_ext_controls all{};
  all.which = V4L2_CTRL_WHICH_CUR_VAL;
  all.count = 1;
  all.controls = &control;
  const auto done = node.call(request, all);
  return done ? 0 : done.error().code;
}

// V4L2_CTRL_FLAG_NEXT_COMPOUND lists arrays and structs, and together with V4L2_CTRL_FLAG_NEXT_CTRL
// it lists all controls by ascending ids. ControlList::read() relies on it.
TEST_P(Belief, ArraysAndStructsAreListedIfTheyAreAskedFor) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  const auto all = controls_of(*node, next_plain | next_compound);
  ASSERT_FALSE(all.empty());
  EXPECT_TRUE(std::ranges::is_sorted(all, std::less_equal{}, &v4l2_query_ext_ctrl::id));
  const auto plain = controls_of(*node, next_plain);
  EXPECT_TRUE(std::ranges::none_of(plain, is_list));
  const auto lists = controls_of(*node, next_compound);
  EXPECT_TRUE(std::ranges::all_of(lists, is_list));
  EXPECT_EQ(plain.size() + lists.size(), all.size());
  for (const auto& control : lists) {
    EXPECT_TRUE(has(control, V4L2_CTRL_FLAG_HAS_PAYLOAD));
    EXPECT_GT(control.elem_size, 0U);
  }
}

// VIDIOC_QUERYMENU returns EINVAL for an index that the menu leaves out, and for one beyond its
// end. The default of a menu is one of its entries. ControlList::read() relies on it.
TEST_P(Belief, AMenuMayLeaveOutIndexes) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_menu, {})) return;
  for (const auto& control : controls_of(*node, next_plain)) {
    if (!is_menu(control)) continue;
    bool has_default{};
    for (auto index = control.minimum; index <= control.maximum + 1; ++index) {
      v4l2_querymenu entry{};
      entry.id = control.id;
      entry.index = static_cast<std::uint32_t>(index);
      const int error = errno_of(*node, request::query_menu, entry);
      EXPECT_TRUE(error == 0 || error == EINVAL) << error;
      if (index > control.maximum) {
        EXPECT_EQ(error, EINVAL);
      }
      has_default = has_default || (error == 0 && index == control.default_value);
    }
    EXPECT_TRUE(has_default) << control.name;
  }
  v4l2_querymenu none{};
  none.id = V4L2_CID_BRIGHTNESS;
  EXPECT_EQ(errno_of(*node, request::query_menu, none), EINVAL);
}

// An integer beyond its range is set to the nearest in it. to_value() does the same.
TEST_P(Belief, AnIntegerBeyondItsRangeIsClamped) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  const auto brightness = query(*node, V4L2_CID_BRIGHTNESS);
  ASSERT_TRUE(brightness);
  EXPECT_EQ(set(*node, brightness->id, brightness->maximum + 100), 0);
  EXPECT_EQ(get(*node, brightness->id), brightness->maximum);
  EXPECT_EQ(set(*node, brightness->id, brightness->minimum - 100), 0);
  EXPECT_EQ(get(*node, brightness->id), brightness->minimum);
  set(*node, brightness->id, brightness->default_value);
}

// Bits beyond a bitmask are cleared. to_value() does the same.
TEST_P(Belief, BitsBeyondAMaskAreCleared) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  for (const auto& control : controls_of(*node, next_plain)) {
    if (control.type != V4L2_CTRL_TYPE_BITMASK || has(control, V4L2_CTRL_FLAG_READ_ONLY)) continue;
    EXPECT_EQ(set(*node, control.id, -1), 0);
    EXPECT_EQ(static_cast<std::uint32_t>(get(*node, control.id)), control.maximum);
    set(*node, control.id, control.default_value);
  }
}

// VIDIOC_S_EXT_CTRLS sets all controls or none. ERANGE says that a menu has no such index, and the
// error_idx of VIDIOC_S_EXT_CTRLS does not say which control it was. exchange() relies on it.
TEST_P(Belief, OneValueThatIsRefusedRefusesAll) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::s_ext_ctrls, {})) return;
  const auto brightness = query(*node, V4L2_CID_BRIGHTNESS);
  ASSERT_TRUE(brightness);
  constexpr auto closed = V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_INACTIVE |
                          V4L2_CTRL_FLAG_GRABBED | V4L2_CTRL_FLAG_DISABLED;
  const auto plain = controls_of(*node, next_plain);
  const auto menu = std::ranges::find_if(plain, [](const auto& control) {
    return control.type == V4L2_CTRL_TYPE_MENU && !has(control, closed);
  });
  ASSERT_NE(menu, plain.end());
  ASSERT_EQ(set(*node, brightness->id, brightness->default_value), 0);
  std::array<v4l2_ext_control, 2> wires{};
  wires[0].id = brightness->id;
  wires[0].value = static_cast<std::int32_t>(brightness->minimum + 5);
  wires[1].id = menu->id;
  wires[1].value = static_cast<std::int32_t>(menu->maximum + 1);
  v4l2_ext_controls all{};
  all.which = V4L2_CTRL_WHICH_CUR_VAL;
  all.count = wires.size();
  all.controls = wires.data();
  EXPECT_EQ(errno_of(*node, request::s_ext_ctrls, all), ERANGE);
  EXPECT_EQ(all.error_idx, all.count);
  EXPECT_EQ(get(*node, brightness->id), brightness->default_value);
}

// Arrays and structs are read and set whole, by VIDIOC_G_EXT_CTRLS and VIDIOC_S_EXT_CTRLS. If the
// payload is too small, the G ioctl returns ENOSPC and the size. exchange() relies on it.
TEST_P(Belief, ArraysAndStructsAreReadAndSetWhole) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::g_ext_ctrls, {})) return;
  for (const auto& control : controls_of(*node, next_compound)) {
    const auto size = control.elems * control.elem_size;
    std::vector<std::uint8_t> payload(size);
    v4l2_ext_control wire{};
    wire.id = control.id;
    wire.size = size - 1;
    wire.p_u8 = payload.data();
    EXPECT_EQ(exchange(*node, request::g_ext_ctrls, wire), ENOSPC) << control.name;
    EXPECT_EQ(wire.size, size);
    EXPECT_EQ(exchange(*node, request::g_ext_ctrls, wire), 0) << control.name;
    if (has(control, V4L2_CTRL_FLAG_READ_ONLY)) continue;
    EXPECT_EQ(exchange(*node, request::s_ext_ctrls, wire), 0) << control.name;
    v4l2_control plain{.id = control.id, .value = 0};
    EXPECT_EQ(errno_of(*node, request::g_ctrl, plain), EINVAL);
  }
}

// A dynamic array has as many elements as were set. exchange() relies on it.
TEST_P(Belief, ADynamicArrayHasAsManyElementsAsWereSet) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::g_ext_ctrls, {})) return;
  for (const auto& control : controls_of(*node, next_compound)) {
    if (!has(control, V4L2_CTRL_FLAG_DYNAMIC_ARRAY)) continue;
    ASSERT_EQ(control.type, std::uint32_t{V4L2_CTRL_TYPE_U32});
    ASSERT_GE(control.dims[0], 3U);
    const auto element = static_cast<std::uint32_t>(control.minimum);
    std::vector<std::uint32_t> numbers(3, element);
    v4l2_ext_control wire{};
    wire.id = control.id;
    wire.p_u32 = numbers.data();
    for (const auto count : {3U, 1U}) {
      wire.size = count * control.elem_size;
      EXPECT_EQ(exchange(*node, request::s_ext_ctrls, wire), 0);
      EXPECT_EQ(query(*node, control.id)->elems, count);
    }
  }
}

// An automatic mode makes the control that it governs inactive, and the change of its flags is an
// event. set_controls() and ControlChanged rely on it.
TEST_P(Belief, AnAutomaticModeMakesAControlInactive) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  const auto other = open();

  struct Pair {
    std::uint32_t mode;
    std::int32_t manual;
    std::int32_t automatic;
    std::uint32_t governed;
  };

  for (const auto& pair :
       {Pair{V4L2_CID_AUTOGAIN, 0, 1, V4L2_CID_GAIN},
        Pair{V4L2_CID_AUTO_WHITE_BALANCE, 0, 1, V4L2_CID_WHITE_BALANCE_TEMPERATURE},
        Pair{V4L2_CID_EXPOSURE_AUTO, V4L2_EXPOSURE_MANUAL, V4L2_EXPOSURE_APERTURE_PRIORITY,
             V4L2_CID_EXPOSURE_ABSOLUTE}}) {
    const auto mode = query(*node, pair.mode);
    if (!mode || !query(*node, pair.governed)) continue;
    ASSERT_EQ(set(*other, pair.mode, pair.manual), 0);
    EXPECT_FALSE(has(*query(*node, pair.governed), V4L2_CTRL_FLAG_INACTIVE));
    v4l2_event_subscription wanted{};
    wanted.type = V4L2_EVENT_CTRL;
    wanted.id = pair.governed;
    // uvcvideo sends events for values that stay as well, so each pair has a listener of its own.
    const auto listener = open();
    ASSERT_EQ(errno_of(*listener, request::subscribe_event, wanted), 0);
    ASSERT_EQ(set(*other, pair.mode, pair.automatic), 0);
    EXPECT_TRUE(has(*query(*node, pair.governed), V4L2_CTRL_FLAG_INACTIVE));
    v4l2_event event{};
    ASSERT_EQ(errno_of(*listener, request::dqevent, event), 0);
    EXPECT_EQ(event.id, pair.governed);
    EXPECT_NE(event.u.ctrl.changes & V4L2_EVENT_CTRL_CH_FLAGS, 0U);
    EXPECT_NE(event.u.ctrl.flags & V4L2_CTRL_FLAG_INACTIVE, 0U);
    set(*other, pair.mode, mode->default_value);
  }
}

// EACCES says that a control is read-only or write-only. set_controls() relies on it.
TEST_P(Belief, AClosedControlIsToldByEacces) {
  const auto node = open();
  if (is_left_to_the_graph(*node, request::query_ext_ctrl, {})) return;
  for (const auto& control : controls_of(*node, next_plain)) {
    const bool plain = control.type == V4L2_CTRL_TYPE_INTEGER ||
                       control.type == V4L2_CTRL_TYPE_BOOLEAN ||
                       control.type == V4L2_CTRL_TYPE_BUTTON;
    if (!plain || has(control, V4L2_CTRL_FLAG_DISABLED)) continue;
    if (has(control, V4L2_CTRL_FLAG_READ_ONLY)) {
      EXPECT_EQ(set(*node, control.id, control.default_value), EACCES) << control.name;
    }
    if (has(control, V4L2_CTRL_FLAG_WRITE_ONLY)) {
      v4l2_control wire{.id = control.id, .value = 0};
      EXPECT_EQ(errno_of(*node, request::g_ctrl, wire), EACCES) << control.name;
    }
  }
}

}  // namespace
