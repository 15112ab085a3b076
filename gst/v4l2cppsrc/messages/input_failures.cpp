#include "messages/input_failures.h"

#include "settings/signal.h"

namespace v4l2gst {
namespace {

std::string listed(std::vector<std::string> texts) {
  for (auto& text : texts)
    text = quoted(text);
  return list_of(texts);
}

constexpr auto goes_on = "It goes on by itself when there is a signal.";

std::string text_of(const std::string& path, const std::string& input, v4l2::Signal signal) {
  const auto at = "the input " + quoted(input) + " of the device at " + quoted(path);
  switch (signal) {
    case v4l2::Signal::no_cable:
      return "Nothing is plugged in at " + at +
             ", or it is switched off. Check the cable and the "
             "source. " +
             goes_on;
    case v4l2::Signal::unstable:
      return "The signal at " + at +
             " can't be locked to. Check the cable, or set the source to a "
             "usual mode. " +
             goes_on;
    case v4l2::Signal::out_of_range:
      return "The signal at " + at +
             " is a mode that the device can't do. Set the source to "
             "another one; 'v4l2-ctl --get-dv-timings-cap' shows the limits. " +
             goes_on;
    case v4l2::Signal::unknown:
    case v4l2::Signal::present:
    case v4l2::Signal::none:
      break;
  }
  return "Nothing comes in at " + at + ". Check the cable and the source. " + goes_on;
}

}  // namespace

Report refused_input(const std::string& path, const RefusedInput& refused) {
  auto text = refused.subject + " at " + quoted(path) +
              " stays as it is: " + std::string{refused.property} + "=" + quoted(refused.wanted) +
              " " + refused.why + ".";
  if (!refused.possible.empty()) text += " Possible: " + listed(refused.possible) + ".";
  auto report = resource(GST_RESOURCE_ERROR_SETTINGS, Cause::input, path, std::move(text), {});
  report.details = {{.name = "property", .value = std::string{refused.property}},
                    {.name = "asked", .value = refused.wanted},
                    {.name = "possible", .value = refused.possible}};
  return report;
}

Report no_picture(const std::string& path, const std::string& input, v4l2::Signal signal) {
  return resource(GST_RESOURCE_ERROR_READ, Cause::no_signal, path, text_of(path, input, signal),
                  {});
}

}  // namespace v4l2gst
