// These steps list a device's controls, read their values and set them.

#include <algorithm>
#include <limits>
#include <ranges>
#include <set>

#include "fuzz/scenario.h"
#include "settings/control_setter.h"

namespace fuzz {
namespace {

using Numbers = std::vector<std::int64_t>;

void check_text(const std::string& text) {
  check(std::ranges::none_of(text, is_control), "a text has no control characters");
}

void check_control(const v4l2::ControlInfo& control) {
  check(!control.key.empty(), "a control has a key");
  check(control.length() <= v4l2::ControlInfo::most_bytes, "a list is not too long");
  check(control.form() == v4l2::ControlForm::list || control.length() == 0,
        "what is no list has no length");
  check(std::ranges::is_sorted(control.menu, std::less_equal{}, &v4l2::MenuEntry::index),
        "a menu has each index once");
  check_text(control.name);
  check_text(range_text(control));
  for (const auto& entry : control.menu)
    check_text(entry.label);
}

void check_value(const v4l2::ControlInfo& control, const v4l2::ControlValue& value) {
  const auto form = control.form();
  check(std::holds_alternative<std::string>(value) == (form == v4l2::ControlForm::string),
        "a text is the value of a string");
  check(std::holds_alternative<Numbers>(value) == (form == v4l2::ControlForm::list),
        "numbers are the value of a list");
  check_text(value_text(control, value));
}

/// The wishes are good and bad ones for controls of each type.
std::vector<v4l2::ControlWish> all_wishes() {
  return {{"Brightness", 300},
          {"gain_automatic", "off"},
          {"autogain", 1},
          {"gain", 17},
          {"Power Line Frequency", "c"},
          {"power-line-frequency", 1},
          {"text", "other"},
          {"text", "much longer than it may be"},
          {"number", std::numeric_limits<std::int64_t>::min()},
          {"number", "0x7fffffffffffffff"},
          {"video_bitrate", 9},
          {"pan_reset", 1},
          {"faults", -1},
          {"unit_cell_size", "640x480"},
          {"unit_cell_size", 7},
          {"link_frequency", "100"},
          {"md_threshold_grid", Numbers{1, 2}},
          {"md_threshold_grid", 70000},
          {"brightnes", 1},
          {"0x980900", 3}};
}

}  // namespace

void Scenario::list_controls(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  auto list = v4l2::ControlList::read(node);
  if (!good(list)) return;
  std::set<std::string> keys;
  for (const auto& control : list->all()) {
    check_control(control);
    check(keys.insert(control.key).second, "no two controls have the same key");
  }
  controls_ = std::move(*list);
  check(controls_.similar("brightness", how % 4U).size() <= how % 4U, "it says as much as asked");
  const auto values = v4l2::read_values(node, controls_.all());
  if (!good(values)) return;
  check(values->size() == controls_.all().size(), "each control has a place");
  for (std::size_t i = 0; i < values->size(); ++i)
    if ((*values)[i]) check_value(controls_.all()[i], *(*values)[i]);
}

void Scenario::watch_controls(std::uint8_t how) {
  if (!device_) return;
  const auto& node = *device_->node();
  static_cast<void>(good(controls_.subscribe(node)));
  if (controls_.all().empty()) return;
  const auto id = controls_.all()[how % controls_.all().size()].id;
  if (good(controls_.refresh(node, id))) check_control(*controls_.find(id));
}

/// Sets some of the wishes, from one that `how` says.
void Scenario::set_controls(std::uint8_t how) {
  if (!device_) return;
  auto wishes = all_wishes();
  std::ranges::rotate(wishes, wishes.begin() + how % std::ssize(wishes));
  wishes.resize(1 + how / 16U % 8U);
  const auto buttons = how % 2 != 0 ? v4l2::Buttons::leave : v4l2::Buttons::press;
  const auto outcomes = v4l2::set_controls(*device_->node(), controls_, wishes, buttons);
  if (!good(outcomes)) return;
  check(outcomes->size() == wishes.size(), "each wish has an outcome");
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const auto& outcome = (*outcomes)[i];
    check(outcome.wish == wishes[i], "outcomes are in the order of the wishes");
    const bool refused = outcome.end == v4l2::ControlEnd::refused;
    check(refused == (outcome.refusal != v4l2::ControlRefusal::none), "a refusal has a reason");
    check(outcome.control || outcome.refusal == v4l2::ControlRefusal::unknown,
          "a known control is described");
    if (outcome.control) check_control(*outcome.control);
    if (outcome.control && outcome.actual) check_value(*outcome.control, *outcome.actual);
  }
}

}  // namespace fuzz
