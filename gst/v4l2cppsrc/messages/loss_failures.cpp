#include "messages/loss_failures.h"

#include <array>
#include <utility>

#include "frames/frame_check.h"

namespace v4l2gst {
namespace {

std::string frames(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " frame" : " frames");
}

std::string with_one_digit(double number) {
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.1f", number);
  return digits.data();
}

}  // namespace

Report frames_lost(const std::string& path, const LostFrames& lost) {
  const bool starved = lost.kind == LossKind::starved;
  auto text = "The device at " + quoted(path) + " has lost " + frames(lost.count);
  if (starved)
    text += ", since it had no buffer to fill: downstream did not give its " +
            std::to_string(lost.buffer_count) +
            " buffers back in time. Raise min-buffers and max-buffers, make downstream faster, or "
            "put a queue behind the source. 'stats' counts such frames as lost-starved.";
  else
    text +=
        ", although it had buffers to fill: they were lost in the device, on its bus or in its "
        "driver. Check the cable, and on USB try another port, a smaller size or a lower rate. "
        "'stats' counts such frames as lost-device.";
  auto report =
      resource(GST_RESOURCE_ERROR_READ, starved ? Cause::lost_starved : Cause::lost_device, path,
               std::move(text), {});
  report.details = {{.name = "lost", .value = lost.count},
                    {.name = "sequence", .value = std::uint64_t{lost.sequence}}};
  return report;
}

Report frame_damaged(const std::string& path, const DamagedFrame& frame) {
  std::string why{name_of(frame.damage)};
  if (frame.needed > frame.bytes && frame.damage != Damage::impossible)
    why += ", " + std::to_string(frame.bytes) + " of " + std::to_string(frame.needed) + " bytes";
  auto report = resource(
      GST_RESOURCE_ERROR_READ, Cause::damaged_frame, path,
      "The device at " + quoted(path) + " has sent a damaged frame (" + why +
          "), which is left out. Check the cable, and on USB try another port, a smaller size or a "
          "lower rate. 'stats' counts such frames as damaged.",
      {});
  report.details = {{.name = "sequence", .value = std::uint64_t{frame.sequence}}};
  return report;
}

Report rate_not_kept(const std::string& path, const OtherRate& rate) {
  auto text = "The device at " + quoted(path) + " gives " + with_one_digit(rate.measured) +
              " frames per second, but its mode says " + with_one_digit(rate.nominal) + ".";
  if (rate.measured < rate.nominal)
    text +=
        rate.dynamic
            ? " Its control exposure_dynamic_framerate is on: it takes longer exposures in the "
              "dark. Give it more light, or set extra-controls=\"c,exposure_dynamic_framerate="
              "0\"."
            : " A camera may take longer exposures in the dark, or have too little bandwidth on "
              "its bus.";
  auto report = resource(GST_RESOURCE_ERROR_READ, Cause::other_rate, path, std::move(text), {});
  report.details = {{.name = "fps", .value = rate.measured},
                    {.name = "fps-nominal", .value = rate.nominal}};
  return report;
}

}  // namespace v4l2gst
