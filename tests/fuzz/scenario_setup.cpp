// These steps read a device's settings and restore them.

#include <algorithm>
#include <ranges>
#include <variant>

#include "fuzz/scenario.h"

namespace fuzz {
namespace {

void check_text(const std::string& text) {
  check(std::ranges::none_of(text, is_control), "a name has no control characters");
}

void check_controls(const v4l2::Controls& controls) {
  const auto all = controls.all();
  check(std::ranges::adjacent_find(all, std::ranges::greater_equal{}, &v4l2::Control::id) ==
            all.end(),
        "controls are in order and there once");
  for (const auto& control : all) {
    check_text(control.name);
    check(control.text.size() <= control.size, "a text has room in its control");
    check(control.text.find('\0') == std::string::npos, "a text ends where it ends");
    check(!control.is_string() || control.value == 0, "a text is no number");
  }
}

}  // namespace

void Scenario::watch_setup(std::uint8_t) {
  if (!device_) return;
  auto setup = v4l2::DeviceSettings::watch(*device_->node(), input_, format_.size);
  if (!good(setup)) return;
  check_controls(setup->controls);
  check(setup->feed.has_value() == input_.has_value(), "an input is fed");
  setup_ = std::move(*setup);
}

void Scenario::look_again(std::uint8_t) {
  if (!device_ || !setup_) return;
  const auto crop = setup_->crop.has_value();
  setup_->look_again(*device_->node());
  check(setup_->crop.has_value() == crop, "what was known stays known");
}

void Scenario::meddle(std::uint8_t how) {
  kernel_.device().meddle(how);
}

void Scenario::note(const v4l2::ControlChanged& change) {
  if (!device_ || !setup_) return;
  setup_->controls.note(*device_->node(), change);
  check_controls(setup_->controls);
}

void Scenario::fetch_event(std::uint8_t) {
  if (!device_) return;
  const auto event = v4l2::next_event(*device_->node());
  if (!good(event) || !*event) return;
  if (const auto* const change = std::get_if<v4l2::ControlChanged>(&**event)) note(*change);
}

/// Restores the parts that the bits select, in this order.
void Scenario::restore_setup(std::uint8_t how) {
  if (!device_ || !setup_) return;
  const auto& node = *device_->node();
  const auto told = [this](const auto& refused, std::size_t most) {
    if (!good(refused)) return;
    check(refused->size() <= most, "what is refused is refused once");
    std::ranges::for_each(*refused, check_text);
  };
  constexpr v4l2::Size other{.width = 1, .height = 1};
  if ((how & 1) != 0) told(setup_->restore_input(node), 2);
  if ((how & 2) != 0) static_cast<void>(good(setup_->prepare_crop(node)));
  if ((how & 4) != 0) told(setup_->restore_picture(node, setup_->size), 2);
  if ((how & 8) != 0) told(setup_->restore_picture(node, other), 1);
  if ((how & 16) != 0) told(setup_->controls.restore(node), setup_->controls.all().size());
}

void Scenario::read_controls(std::uint8_t) {
  if (!device_) return;
  const auto controls = v4l2::Controls::read(*device_->node());
  if (good(controls)) check_controls(*controls);
}

}  // namespace fuzz
