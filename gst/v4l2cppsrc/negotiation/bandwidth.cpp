#include "negotiation/bandwidth.h"

#include <algorithm>
#include <array>
#include <limits>

#include "camera/camera.h"
#include "common/settings.h"
#include "device/modes.h"
#include "formats/format_row.h"
#include "formats/frame_rate.h"
#include "formats/layout.h"
#include "formats/offered_mode.h"
#include "messages/failures.h"
#include "negotiation/nearness.h"
#include "negotiation/offers.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_shown = 3;
constexpr double enough_less = 0.8;
/// Compressed formats take less than any raw format of that size. Only this order matters.
constexpr double compressed_bits_per_pixel = 2;

double bits_per_pixel(const FormatRow& row, v4l2::Size size) {
  if (row.bits_per_pixel != 0) return row.bits_per_pixel;
  if (!row.has_lines()) return compressed_bits_per_pixel;
  const auto info = video_info_of(row, size);
  return 8.0 * static_cast<double>(GST_VIDEO_INFO_SIZE(&info)) / size.width / size.height;
}

/// Returns some rates of a range of intervals. These are the highest, half of it, a quarter and so
/// on, and the lowest.
std::vector<v4l2::IntervalRange> taken_apart(const v4l2::IntervalRange& range) {
  constexpr std::size_t most = 8;
  std::vector<v4l2::IntervalRange> rates;
  auto interval = range.shortest;
  while (interval.known() && rate_of(interval) > rate_of(range.longest) && rates.size() < most) {
    rates.push_back({.shortest = interval, .longest = interval});
    if (interval.denominator % 2 == 0)
      interval.denominator /= 2;
    else if (interval.numerator <= std::numeric_limits<std::uint32_t>::max() / 2)
      interval.numerator *= 2;
    else
      break;
  }
  rates.push_back({.shortest = range.longest, .longest = range.longest});
  return rates;
}

/// Returns one offer for each rate, so that the lower rates are candidates too.
std::vector<OfferedMode> taken_apart(std::span<const OfferedMode> offers) {
  std::vector<OfferedMode> all;
  for (const auto& offer : offers) {
    if (offer.intervals.empty()) all.push_back(offer);
    for (const auto& range : offer.intervals)
      for (const auto& rate : taken_apart(range)) {
        all.push_back(offer);
        all.back().intervals = {rate};
      }
  }
  return all;
}

OfferedMode offer_of(const Candidate& candidate) {
  OfferedMode offer{.row = candidate.row,
                    .sizes = {.smallest = candidate.size, .largest = candidate.size},
                    .intervals = {},
                    .dmabuf_caps = candidate.dmabuf_caps,
                    .alternate = candidate.field == V4L2_FIELD_ALTERNATE};
  if (candidate.interval.known())
    offer.intervals = {{.shortest = candidate.interval, .longest = candidate.interval}};
  return offer;
}

}  // namespace

double demand_of(const Candidate& candidate) {
  if (candidate.size.width == 0 || candidate.size.height == 0) return 0;
  const double rate = candidate.interval.known() ? rate_of(candidate.interval) : smooth_rate;
  return bits_per_pixel(*candidate.row, candidate.size) / 8 * candidate.size.width *
         candidate.size.height * rate;
}

bool clearly_less(const Candidate& candidate, double demand) {
  return demand > 0 && demand_of(candidate) <= enough_less * demand;
}

std::vector<Candidate> cheaper_candidates(std::span<const OfferedMode> offers,
                                          const GstCaps* wanted, double demand,
                                          const Preference& preference) {
  auto cheaper = ranked_candidates(taken_apart(offers), wanted, preference);
  std::erase_if(cheaper,
                [demand](const Candidate& candidate) { return !clearly_less(candidate, demand); });
  return cheaper;
}

Outcome<std::vector<Candidate>> cheaper_modes_of(const Camera& camera, const Settings& settings,
                                                 const GstCaps* wanted, double demand) {
  const auto native = camera.native_size();
  if (!native) return std::unexpected{native.error()};
  const auto offers =
      offers_within(*camera.device.modes(), wanted, camera.caps_kinds(settings.io_mode), *native);
  if (!offers) return std::unexpected{failed(camera.path(), offers.error(), "to list its modes")};
  return cheaper_candidates(*offers, wanted, demand,
                            {.prefer = settings.prefer, .native = *native});
}

std::string caps_text_of(const Candidate& candidate) {
  return shown(offer_of(candidate), nullptr);
}

std::uint64_t bytes_per_second(const v4l2::Format& format, v4l2::Interval interval) {
  if (!interval.known()) return 0;
  std::uint64_t frame{};
  for (const auto& plane : format.memory_planes())
    frame += plane.size_image;
  return static_cast<std::uint64_t>(static_cast<double>(frame) * rate_of(interval));
}

std::vector<std::string> cheaper_modes(std::span<const OfferedMode> offers, const GstCaps* wanted,
                                       const Candidate& taken, const Preference& preference) {
  std::vector<std::string> modes;
  for (const auto& candidate : cheaper_candidates(offers, wanted, demand_of(taken), preference)) {
    auto text = caps_text_of(candidate);
    if (std::ranges::find(modes, text) == modes.end()) modes.push_back(std::move(text));
    if (modes.size() == most_shown) break;
  }
  return modes;
}

}  // namespace v4l2gst
