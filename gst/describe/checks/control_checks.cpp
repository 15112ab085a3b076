// The checks of controls.

#include <algorithm>
#include <set>
#include <string_view>

#include "checks/complaints.h"
#include "device/text.h"
#include "facts/device_facts.h"

namespace v4l2describe {
namespace {

using v4l2::ControlForm;

/// A ControlCheck collects what is wrong with one control.
class ControlCheck {
public:
  ControlCheck(std::vector<std::string>& found, const ControlFacts& control)
      : found_{found}, info_{control.info}, value_{control.value} {}

  void run() {
    switch (info_.form()) {
      case ControlForm::number:
        if (info_.step == 0) report("the step is 0");
        check_range();
        break;
      case ControlForm::boolean:
        check_range();
        break;
      case ControlForm::menu:
        check_menu();
        break;
      case ControlForm::bitmask:
        check_bits();
        break;
      case ControlForm::string:
        check_string();
        break;
      case ControlForm::list:
        if (has_elements()) check_range();
        break;
      case ControlForm::button:
        break;
    }
  }

private:
  void report(const std::string& fault) {
    const auto& name = info_.key.empty() ? v4l2::hex(info_.id) : info_.key;
    found_.push_back("control " + name + ": " + fault);
  }

  /// Returns true for an array of numbers. Other structs have no range.
  [[nodiscard]] bool has_elements() const {
    return info_.type < V4L2_CTRL_COMPOUND_TYPES || info_.type == V4L2_CTRL_TYPE_U8 ||
           info_.type == V4L2_CTRL_TYPE_U16 || info_.type == V4L2_CTRL_TYPE_U32;
  }

  /// Calls `check` with each number of the present value, and what it is.
  template <class Check>
  void each_number(Check check) {
    check(std::string{"default"}, info_.default_value);
    if (!value_) return;
    if (const auto* const number = std::get_if<std::int64_t>(&*value_))
      check(std::string{"value"}, *number);
    if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&*value_))
      for (std::size_t i = 0; i < list->size(); ++i)
        check("value at [" + std::to_string(i) + "]", (*list)[i]);
  }

  void check_range() {
    const auto least = info_.minimum;
    const auto most = info_.maximum;
    const auto range = std::to_string(least) + " to " + std::to_string(most);
    if (least > most) {
      report("the range is " + range);
      return;
    }
    each_number([&](const std::string& what, std::int64_t number) {
      // Without a sign, so that the distance of any two numbers fits.
      const auto above = static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(least);
      if (number < least || number > most)
        report("the " + what + " " + std::to_string(number) + " is not in " + range);
      else if (info_.step > 1 && above % info_.step != 0 && number != most)
        report("the " + what + " " + std::to_string(number) + " is not a step of " +
               std::to_string(info_.step) + " in " + range);
    });
  }

  void check_menu() {
    if (info_.menu.empty()) {
      report("the menu is empty");
      return;
    }
    std::set<std::string> labels;
    for (const auto& entry : info_.menu) {
      const auto subject = "the entry " + std::to_string(entry.index);
      if (entry.label.empty())
        report(subject + " has no label");
      else if (!labels.insert(entry.label).second)
        report(subject + " has the label of another one: " + entry.label);
      if (entry.index < info_.minimum || entry.index > info_.maximum)
        report(subject + " is not in " + std::to_string(info_.minimum) + " to " +
               std::to_string(info_.maximum));
    }
    each_number([&](const std::string& what, std::int64_t number) {
      if (std::ranges::find(info_.menu, number, &v4l2::MenuEntry::index) == info_.menu.end())
        report("the " + what + " " + std::to_string(number) + " is no entry of the menu");
    });
  }

  void check_bits() {
    const auto allowed = static_cast<std::uint32_t>(info_.maximum);
    each_number([&](const std::string& what, std::int64_t number) {
      const auto more = static_cast<std::uint32_t>(number) & ~allowed;
      if (more != 0) report("the " + what + " has bits that can't be set: " + v4l2::hex(more));
    });
  }

  void check_string() {
    if (info_.minimum < 0 || info_.minimum > info_.maximum)
      report("the length is from " + std::to_string(info_.minimum) + " to " +
             std::to_string(info_.maximum));
    else if (!value_)
      return;
    else if (const auto* const text = std::get_if<std::string>(&*value_)) {
      const auto length = static_cast<std::int64_t>(text->size());
      if (length < info_.minimum || length > info_.maximum)
        report("the value has " + std::to_string(length) + " characters, not " +
               std::to_string(info_.minimum) + " to " + std::to_string(info_.maximum));
    }
  }

  std::vector<std::string>& found_;
  const v4l2::ControlInfo& info_;
  const std::optional<v4l2::ControlValue>& value_;
};

}  // namespace

std::vector<std::string> control_complaints(std::span<const ControlFacts> controls) {
  std::vector<std::string> found;
  std::set<std::string_view> names;
  for (const auto& control : controls) {
    const auto& info = control.info;
    if (info.name.empty())
      found.push_back("control " + v4l2::hex(info.id) + ": the name is empty");
    else if (!names.insert(info.name).second)
      found.push_back("control " + v4l2::hex(info.id) + ": another control has the name " +
                      info.name + " too");
    ControlCheck{found, control}.run();
  }
  return found;
}

}  // namespace v4l2describe
