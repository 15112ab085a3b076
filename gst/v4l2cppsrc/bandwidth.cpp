#include "bandwidth.h"

#include <algorithm>
#include <array>

#include "layout.h"
#include "refusal.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_shown = 3;
/// What is hardly less is no remedy.
constexpr double clearly_less = 0.8;
/// Of compressed formats only the order matters: they take less than any raw one of that size.
constexpr double compressed_bits_per_pixel = 2;

double bits_per_pixel(const FormatRow& row, v4l2::Size size) {
  if (row.bits_per_pixel != 0) return row.bits_per_pixel;
  if (!row.has_lines()) return compressed_bits_per_pixel;
  const auto info = video_info_of(row, size);
  return 8.0 * static_cast<double>(GST_VIDEO_INFO_SIZE(&info)) / size.width / size.height;
}

/// About how many bits a second.
double cost_of(const Choice& choice) {
  if (choice.size.width == 0 || choice.size.height == 0) return 0;
  const double rate = choice.interval.known() ? rate_of(choice.interval) : fluent;
  return bits_per_pixel(*choice.row, choice.size) * choice.size.width * choice.size.height * rate;
}

/// One for each interval, so that the slower ones are choices too.
std::vector<Offer> taken_apart(std::span<const Offer> offers) {
  std::vector<Offer> all;
  for (const auto& offer : offers) {
    if (offer.intervals.size() < 2) {
      all.push_back(offer);
      continue;
    }
    for (const auto& interval : offer.intervals) {
      all.push_back(offer);
      all.back().intervals = {interval};
    }
  }
  return all;
}

Offer offer_of(const Choice& choice) {
  Offer offer{.row = choice.row,
              .sizes = {.smallest = choice.size, .largest = choice.size},
              .intervals = {},
              .dmabuf_caps = choice.dmabuf_caps,
              .alternate = choice.field == V4L2_FIELD_ALTERNATE};
  if (choice.interval.known())
    offer.intervals = {{.shortest = choice.interval, .longest = choice.interval}};
  return offer;
}

}  // namespace

std::uint64_t bytes_per_second(const v4l2::Format& format, v4l2::Interval interval) {
  if (!interval.known()) return 0;
  std::uint64_t frame{};
  for (const auto& plane : format.memory_planes())
    frame += plane.size_image;
  return static_cast<std::uint64_t>(static_cast<double>(frame) * rate_of(interval));
}

std::string megabytes(std::uint64_t bytes_per_second) {
  std::array<char, 32> digits{};
  g_ascii_formatd(digits.data(), digits.size(), "%.1f",
                  static_cast<double>(bytes_per_second) / 1e6);
  return std::string{digits.data()} + " MB/s";
}

std::vector<std::string> cheaper_modes(std::span<const Offer> offers, const GstCaps* wanted,
                                       const Choice& taken, const Preference& preference) {
  const auto apart = taken_apart(offers);
  const auto affordable = clearly_less * cost_of(taken);
  std::vector<std::string> modes;
  for (const auto& choice : choices(apart, wanted, preference)) {
    if (cost_of(choice) > affordable) continue;
    auto text = shown(offer_of(choice), nullptr);
    if (std::ranges::find(modes, text) == modes.end()) modes.push_back(std::move(text));
    if (modes.size() == most_shown) break;
  }
  return modes;
}

}  // namespace v4l2gst
