#include "negotiation/explanation.h"

#include <algorithm>
#include <utility>

#include "device/media_mend.h"
#include "device/media_topology.h"
#include "device/modes.h"
#include "formats/colorimetry.h"
#include "formats/format_table.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "messages/failures.h"
#include "negotiation/nearness.h"
#include "negotiation/offers.h"
#include "negotiation/refusal.h"
#include "negotiation/refusal_text.h"

namespace v4l2gst {
namespace {

/// Returns true if downstream takes only raw video, at any rate. If downstream takes something
/// else, or names a rate, it has chosen.
bool asks_for_raw_video(const GstCaps* wanted) {
  if (gst_caps_is_any(wanted) != FALSE) return false;
  for (guint i = 0; i < gst_caps_get_size(wanted); ++i) {
    const auto* const structure = gst_caps_get_structure(wanted, i);
    if (gst_structure_has_name(structure, "video/x-raw") == FALSE) return false;
    const auto* const asked = gst_structure_get_value(structure, "framerate");
    if (asked != nullptr && GST_VALUE_HOLDS_FRACTION(asked)) return false;
  }
  return true;
}

v4l2::Interval shortest_of(std::span<const v4l2::IntervalRange> offered) {
  v4l2::Interval shortest{};
  for (const auto& range : offered)
    if (rate_of(range.shortest) > rate_of(shortest)) shortest = range.shortest;
  return shortest;
}

v4l2::Target target_of(const Candidate& candidate) {
  v4l2::Target target{.fourcc = {candidate.row->fourcc}, .size = candidate.size};
  if (candidate.field != V4L2_FIELD_ANY) target.field = candidate.field;
  if (candidate.field == V4L2_FIELD_ALTERNATE) target.size.height /= 2;
  if (!candidate.colorimetry.empty())
    if (const auto colours = parse_colorimetry(candidate.colorimetry))
      target.colorimetry = wire_colorimetry(*colours);
  return target;
}

/// Returns the commands by which the media graph sends a mode that `wanted` takes. Empty if there
/// is no graph, or no such commands.
std::vector<std::string> commands_for(const Camera& camera, const Settings& settings,
                                      const GstCaps* wanted) {
  const auto& device = camera.device;
  const auto delivered = device.delivered();
  if (!delivered) return {};
  const auto& node = device.node();
  const auto graph = v4l2::read_media_graph(*node, v4l2::Extent::all);
  if (!graph) return {};
  // These are all modes that the node could capture. Formats that the graph sends now come first.
  v4l2::Modes any{node, device.buffer_type()};
  const auto now = device.modes()->formats();
  const auto offers =
      offers_within(any, wanted, camera.caps_kinds(settings.io_mode), delivered->size);
  if (!now || !offers) return {};
  auto best =
      ranked_candidates(*offers, wanted, {.prefer = settings.prefer, .native = delivered->size});
  std::ranges::stable_partition(best, [&](const Candidate& candidate) {
    return std::ranges::find(*now, v4l2::Fourcc{candidate.row->fourcc},
                             &v4l2::OfferedFormat::fourcc) != now->end();
  });
  constexpr std::size_t most_tries = 8;
  best.resize(std::min(best.size(), most_tries));
  // Another source is another camera as a rule. Another mode of this source is better.
  for (const auto sources : {v4l2::Sources::current, v4l2::Sources::other})
    for (const auto& candidate : best)
      if (auto commands = commands_to_set_up(*graph, *node, target_of(candidate), sources);
          !commands.empty())
        return commands;
  return {};
}

}  // namespace

Outcome<std::optional<Report>> find_smoother_mode(const Camera& camera, const Candidate& candidate,
                                                  v4l2::Interval interval, const GstCaps* wanted) {
  const auto& device = camera.device;
  const auto rate = rate_of(interval);
  if (!candidate.row->raw() || rate == 0 || rate >= smooth_rate || !asks_for_raw_video(wanted))
    return std::nullopt;
  const auto formats = device.modes()->formats();
  if (!formats)
    return std::unexpected{failed(camera.path(), formats.error(), "to list its formats")};
  for (const auto& format : *formats) {
    const auto* const row = row_of(format.fourcc.code);
    if (row == nullptr || row->has_lines()) continue;
    const auto intervals = device.modes()->intervals(format.fourcc, candidate.size);
    if (!intervals)
      return std::unexpected{failed(camera.path(), intervals.error(), "to list its frame rates")};
    const auto shortest = shortest_of(*intervals);
    if (rate_of(shortest) < smooth_rate) continue;
    const Candidate better{
        .row = row, .size = candidate.size, .interval = shortest, .colorimetry = {}};
    const OfferedMode offer{.row = row,
                            .sizes = {.smallest = candidate.size, .largest = candidate.size},
                            .intervals = {{.shortest = shortest, .longest = shortest}}};
    return raw_video_is_slow(camera.path(), describe(candidate), describe(better),
                             shown(offer, nullptr));
  }
  return std::nullopt;
}

Outcome<Report> explain_refusal(const Camera& camera, const Settings& settings,
                                const GstCaps* wanted, const std::optional<DriverAnswer>& given) {
  constexpr std::size_t near_enough = 8;
  auto& modes = *camera.device.modes();
  const auto cannot_list = [&](const v4l2::Error& error) {
    return std::unexpected{failed(camera.path(), error, "to list its modes")};
  };
  const auto all = all_offers(modes);
  if (!all) return cannot_list(all.error());
  auto inexpressible = inexpressible_formats(modes);
  if (!inexpressible) return cannot_list(inexpressible.error());
  auto near = nearest_offers(*all, wanted, near_enough);
  for (auto& offer : near) {
    const auto size = size_within(offer, nullptr, std::nullopt);
    const auto intervals = modes.intervals({offer.row->fourcc}, size.value_or(offer.sizes.largest));
    if (!intervals) return cannot_list(intervals.error());
    offer.intervals.assign(intervals->begin(), intervals->end());
  }
  auto why = given ? refuse_given(given->caps,
                                  {.field = given->field,
                                   .has = given->has,
                                   .rate_answer = given->rate_answer,
                                   .format_answer = given->format_answer},
                                  *all, near, std::move(*inexpressible), wanted)
                   : refuse(*all, near, std::move(*inexpressible), wanted);
  auto commands = commands_for(camera, settings, wanted);
  if (!commands.empty())
    why.advice = "Its media graph sends nothing else. " + advice_to_run(commands);
  auto report = not_negotiated(camera.path(), std::move(why));
  report.commands = std::move(commands);
  return report;
}

}  // namespace v4l2gst
