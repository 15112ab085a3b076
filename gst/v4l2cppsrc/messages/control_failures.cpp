// The texts about controls that do not have the value that was wished for.

#include "messages/control_failures.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/overloaded.h"
#include "controls/control_wishes.h"
#include "settings/control_setter.h"

namespace v4l2gst {
namespace {

using v4l2::ControlEnd;
using v4l2::ControlInfo;
using v4l2::ControlOutcome;
using v4l2::ControlRefusal;

/// Returns the value as the user wrote it.
std::string asked_text(const ControlOutcome& outcome) {
  return std::visit(Overloaded{
                        [](std::int64_t number) { return std::to_string(number); },
                        [](const std::string& text) { return "'" + text + "'"; },
                        [&](const std::vector<std::int64_t>& numbers) {
                          return v4l2::value_text(outcome.control.value_or(ControlInfo{}), numbers);
                        },
                    },
                    outcome.wish.value);
}

std::string actual_text(const ControlOutcome& outcome) {
  if (!outcome.actual || !outcome.control) return {};
  return v4l2::value_text(*outcome.control, *outcome.actual);
}

const char* reason_name(const ControlOutcome& outcome) {
  if (outcome.end == ControlEnd::clamped) return "clamped";
  switch (outcome.refusal) {
    case ControlRefusal::unknown:
      return "unknown";
    case ControlRefusal::wrong_type:
      return "type";
    case ControlRefusal::out_of_range:
      return "range";
    case ControlRefusal::wrong_length:
      return "length";
    case ControlRefusal::no_such_label:
      return "label";
    case ControlRefusal::ambiguous_label:
      return "ambiguous";
    case ControlRefusal::read_only:
      return "read-only";
    case ControlRefusal::inactive:
      return "inactive";
    case ControlRefusal::grabbed:
      return "busy";
    case ControlRefusal::none:
    case ControlRefusal::device_error:
      break;
  }
  return "device";
}

/// Returns why the wish was refused, and what the user can do.
std::string reason_text(const ControlOutcome& outcome, std::string_view governor) {
  switch (outcome.refusal) {
    case ControlRefusal::wrong_type:
      return "that is of another type.";
    case ControlRefusal::out_of_range:
      return "that is out of its range.";
    case ControlRefusal::wrong_length:
      return "that has another number of elements.";
    case ControlRefusal::no_such_label:
      return "its menu has no such entry.";
    case ControlRefusal::ambiguous_label:
      return "several entries of its menu begin so (" + list_of(outcome.suggestions) + ").";
    case ControlRefusal::read_only:
      return "it is read-only.";
    case ControlRefusal::inactive:
      if (governor.empty())
        return "it is inactive, since an automatic mode decides on it. Switch that mode off.";
      return "it is inactive while " + std::string{governor} + ". Set that one too.";
    case ControlRefusal::grabbed:
      return "it can't be changed now. Some controls can't while the device streams, so set it "
             "before the start.";
    default:
      break;
  }
  return std::string{"the driver answers '"} + std::strerror(outcome.code) + "'.";
}

std::string unknown_text(const std::string& path, const ControlOutcome& outcome) {
  auto text =
      "There is no control '" + outcome.wish.name + "' on the device at " + quoted(path) + ".";
  if (!outcome.suggestions.empty()) text += " It has " + list_of(outcome.suggestions) + ".";
  return text + " 'v4l2-ctl -d " + path + " --list-ctrls-menus' shows all.";
}

std::string text_of(const std::string& path, const ControlOutcome& outcome,
                    std::string_view governor) {
  if (!outcome.control) return unknown_text(path, outcome);
  const auto takes = " It takes " + v4l2::range_text(*outcome.control) + ".";
  const auto actual = actual_text(outcome);
  const auto name =
      "The control '" + outcome.control->key + "' of the device at " + quoted(path) + " ";
  if (outcome.end == ControlEnd::clamped)
    return name + "is " + actual + ", not " + asked_text(outcome) +
           ": the driver has changed what was set." + takes;
  auto text = name + "can't be set to " + asked_text(outcome) + ": " +
              reason_text(outcome, governor) + takes;
  if (!actual.empty()) text += " Now it is " + actual + ".";
  return text;
}

}  // namespace

Report control_failure(const std::string& path, const ControlOutcome& outcome,
                       std::string_view governor) {
  auto report = resource(GST_RESOURCE_ERROR_SETTINGS, Cause::control, path,
                         text_of(path, outcome, governor), {});
  if (outcome.code != 0) report.debug = std::strerror(outcome.code);
  const auto add = [&](const char* name, std::string text) {
    if (!text.empty()) report.details.push_back({.name = name, .value = std::move(text)});
  };
  add("control", outcome.control ? outcome.control->key : outcome.wish.name);
  add("reason", reason_name(outcome));
  add("asked", asked_text(outcome));
  add("actual", actual_text(outcome));
  if (!outcome.suggestions.empty())
    report.details.push_back(
        {.name = outcome.control ? "labels" : "similar", .value = outcome.suggestions});
  if (!outcome.control) return report;
  add("range", v4l2::range_text(*outcome.control));
  add("governor", std::string{governor});
  std::vector<std::string> labels;
  for (const auto& entry : outcome.control->menu)
    labels.push_back(entry.label);
  if (!labels.empty() && outcome.suggestions.empty())
    report.details.push_back({.name = "labels", .value = std::move(labels)});
  return report;
}

Report unusable_control(const std::string& path, const UserWish& wish) {
  auto report =
      resource(GST_RESOURCE_ERROR_SETTINGS, Cause::control, path,
               "The field '" + wish.wish.name + "' of extra-controls is a " + wish.unusable +
                   ", which no control can have. Controls take whole numbers, booleans, "
                   "texts, and arrays of numbers.",
               {});
  report.details.push_back({.name = "control", .value = wish.wish.name});
  report.details.push_back({.name = "reason", .value = std::string{"type"}});
  return report;
}

Report no_diagonal(const std::string& path) {
  auto report = resource(GST_RESOURCE_ERROR_SETTINGS, Cause::control, path,
                         "The device at " + quoted(path) +
                             " can't mirror its picture at a diagonal (video-direction): V4L2 "
                             "does not say if a device rotates before it flips. Use videoflip.",
                         {});
  report.details.push_back({.name = "control", .value = std::string{"video-direction"}});
  report.details.push_back({.name = "reason", .value = std::string{"unknown"}});
  return report;
}

}  // namespace v4l2gst
