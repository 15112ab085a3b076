#include "camera/user_controls.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "camera/camera.h"
#include "common/log.h"
#include "controls/known_controls.h"
#include "controls/shared_wishes.h"
#include "messages/control_failures.h"
#include "messages/failures.h"
#include "messages/messages.h"
#include "settings/control_setter.h"
#include "settings/extension_unit.h"
#include "settings/key_frame.h"

namespace v4l2gst {
namespace {

using v4l2::ControlList;
using v4l2::ControlOutcome;
using v4l2::ControlRefusal;

/// A wish and what became of it.
struct Fate {
  const UserWish* wish{};
  ControlOutcome outcome;
};

/// Returns the control that decides on another one, where the kernel's documentation says so.
std::uint32_t governor_of(std::uint32_t id) {
  struct Rule {
    std::uint32_t governed, by;
  };

  static constexpr std::array rules{
      Rule{V4L2_CID_EXPOSURE, V4L2_CID_EXPOSURE_AUTO},
      Rule{V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CID_EXPOSURE_AUTO},
      Rule{V4L2_CID_IRIS_ABSOLUTE, V4L2_CID_EXPOSURE_AUTO},
      Rule{V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CID_AUTO_WHITE_BALANCE},
      Rule{V4L2_CID_RED_BALANCE, V4L2_CID_AUTO_WHITE_BALANCE},
      Rule{V4L2_CID_BLUE_BALANCE, V4L2_CID_AUTO_WHITE_BALANCE},
      Rule{V4L2_CID_FOCUS_ABSOLUTE, V4L2_CID_FOCUS_AUTO},
      Rule{V4L2_CID_GAIN, V4L2_CID_AUTOGAIN},
      Rule{V4L2_CID_BRIGHTNESS, V4L2_CID_AUTOBRIGHTNESS},
      Rule{V4L2_CID_HUE, V4L2_CID_HUE_AUTO},
      Rule{V4L2_CID_CHROMA_GAIN, V4L2_CID_CHROMA_AGC},
      Rule{V4L2_CID_ISO_SENSITIVITY, V4L2_CID_ISO_SENSITIVITY_AUTO},
  };
  const auto* const rule = std::ranges::find(rules, id, &Rule::governed);
  return rule != rules.end() ? rule->by : 0;
}

/// Returns "auto_exposure is 3 (Aperture Priority Mode)", for a control that is inactive.
std::string governor_text(const Camera& camera, const ControlList& known,
                          const ControlOutcome& outcome) {
  if (outcome.refusal != ControlRefusal::inactive || !outcome.control) return {};
  const auto* const governor = known.find(governor_of(outcome.control->id));
  if (governor == nullptr) return {};
  const auto read = v4l2::read_value(camera.node(), *governor);
  if (!read) return {};
  const auto& value = *read;
  return value ? governor->key + " is " + v4l2::value_text(*governor, *value) : std::string{};
}

/// Returns true if it is no failure that the wish was not fulfilled. A structure that the element
/// saved has controls that an automatic mode decides on.
bool excused(const Fate& fate) {
  const auto refusal = fate.outcome.refusal;
  return fate.wish->saved &&
         (refusal == ControlRefusal::read_only || refusal == ControlRefusal::inactive ||
          refusal == ControlRefusal::grabbed);
}

/// Returns true if to set the control is an action, such as a relative pan. It keeps no value.
bool is_action(const v4l2::ControlInfo& control) {
  return control.form() == v4l2::ControlForm::button ||
         control.has(V4L2_CTRL_FLAG_EXECUTE_ON_WRITE);
}

/// Sets the controls, and the controls of UVC extension units.
v4l2::Result<std::vector<Fate>> fulfil(const Camera& camera, const ControlList& known,
                                       std::span<const UserWish> wishes, std::uint64_t applied) {
  std::vector<const UserWish*> made;
  std::vector<v4l2::ControlWish> usual;
  std::vector<Fate> fates;
  for (const auto& one : wishes) {
    if (!one.unusable.empty()) {
      fates.push_back({&one, {}});
      fates.back().outcome.refusal = ControlRefusal::wrong_type;
      continue;
    }
    if (const auto address = v4l2::extension_address(one.wish.name)) {
      auto outcome = v4l2::set_extension(camera.node(), *address, one.wish, one.number > applied);
      if (!outcome) return std::unexpected{outcome.error()};
      fates.push_back({&one, std::move(*outcome)});
      continue;
    }
    const auto* const control = known.find(one.wish.name);
    if (control != nullptr && one.number <= applied && is_action(*control)) continue;
    made.push_back(&one);
    usual.push_back(one.wish);
  }
  if (usual.empty()) return fates;
  auto outcomes = v4l2::set_controls(camera.node(), known, usual, v4l2::Buttons::press);
  if (!outcomes) return std::unexpected{outcomes.error()};
  for (std::size_t i = 0; i < made.size(); ++i)
    fates.push_back({made[i], std::move((*outcomes)[i])});
  return fates;
}

}  // namespace

Outcome<> UserControls::apply(Camera& camera, const SharedWishes& shared, bool strict,
                              Messages& messages) {
  const auto wishes = shared.get();
  if (wishes.all().empty()) return {};
  const auto stopped = [&](const v4l2::Error& error) {
    return std::unexpected{failed(camera.path(), error, "to set its controls")};
  };
  const auto known = camera.controls->list();
  if (!known) return stopped(known.error());
  auto fates = fulfil(camera, **known, wishes.all(), applied_);
  if (!fates) return stopped(fates.error());
  applied_ = wishes.newest();

  const auto before = std::exchange(told_, {});
  std::optional<Report> first;
  for (const auto& fate : *fates) {
    const auto& [wish, outcome] = fate;
    if (outcome.fulfilled() || excused(fate)) continue;
    Told told{.source = wish->source,
              .name = wish->wish.name,
              .number = wish->source == ControlWishes::controller ? 0 : wish->number,
              .end = outcome.end,
              .refusal = outcome.refusal};
    const bool known_failure = std::ranges::find(before, told) != before.end();
    told_.push_back(std::move(told));
    if (known_failure && !strict) continue;
    auto report = wish->unusable.empty() ? control_failure(camera.path(), outcome,
                                                           governor_text(camera, **known, outcome))
                                         : unusable_control(camera.path(), *wish);
    if (!strict)
      messages.warn(std::move(report));
    else if (!first)
      first = std::move(report);
  }
  if (first) return std::unexpected{*std::move(first)};
  return {};
}

bool UserControls::has_seen(const SharedWishes& shared) const {
  return shared.newest() <= applied_;
}

void log_controls(Camera& camera, GstElement* element) {
  if (gst_debug_category_get_threshold(GST_CAT_DEFAULT) < GST_LEVEL_INFO) return;
  const auto known = camera.controls->list();
  if (!known) return;  // the next call reports a loss
  std::string names;
  for (const auto& control : (*known)->all())
    names += (names.empty() ? "" : ", ") + control.key;
  GST_INFO_OBJECT(element, "controls: %s", names.empty() ? "none" : names.c_str());
}

bool force_key_frame(Camera& camera, GstElement* element) {
  const auto forced = v4l2::force_key_frame(camera.node());
  if (forced && *forced) return true;
  // The wait for the next frame reports a loss again.
  GST_INFO_OBJECT(element, "the device forces no key frame: %s",
                  forced ? "it has no such control" : g_strerror(forced.error().code));
  if (forced) camera.forces_key_frames = false;
  return camera.forces_key_frames;
}

}  // namespace v4l2gst
