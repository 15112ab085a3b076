#include "corpus/mode_list.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>

#include <linux/videodev2.h>

#include "formats/format_table.h"
#include "formats/offered_mode.h"

namespace corpus {
namespace {

/// A Scanner reads one line from left to right. A mismatch does not move it.
class Scanner {
public:
  explicit Scanner(std::string_view line) : rest_{line} {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  [[nodiscard]] std::string_view rest() const { return rest_; }

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  std::optional<std::uint32_t> number() {
    const auto length = digits();
    if (length == 0 || length > 9) return std::nullopt;
    return static_cast<std::uint32_t>(std::stoul(take(length)));
  }

  /// Reads a number with three decimals. Returns it in thousandths.
  std::optional<std::uint64_t> thousandths() {
    const auto before = *this;
    const auto whole = number();
    if (whole && literal(".") && digits() == 3)
      return std::uint64_t{*whole} * 1000 + std::stoul(take(3));
    *this = before;
    return std::nullopt;
  }

  std::optional<v4l2::Size> size() {
    const auto before = *this;
    const auto width = number();
    if (width && literal("x"))
      if (const auto height = number()) return v4l2::Size{*width, *height};
    *this = before;
    return std::nullopt;
  }

  /// Reads 'YUYV' or 'Y16 -BE', with its quotes.
  std::optional<v4l2::Fourcc> fourcc() {
    const auto end = rest_.find('\'', 1);
    if (!rest_.starts_with('\'') || end == std::string_view::npos) return std::nullopt;
    const auto name = rest_.substr(1, end - 1);
    const bool big_endian = name.size() == 7 && name.ends_with("-BE");
    if (name.size() != 4 && !big_endian) return std::nullopt;
    rest_.remove_prefix(end + 1);
    const auto code = v4l2_fourcc(name[0], name[1], name[2], name[3]);
    return v4l2::Fourcc{big_endian ? code | 1U << 31U : code};
  }

private:
  [[nodiscard]] std::size_t digits() const {
    return std::min(rest_.find_first_not_of("0123456789"), rest_.size());
  }

  std::string take(std::size_t length) {
    std::string taken{rest_.substr(0, length)};
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
};

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const auto begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

v4l2::Interval reduced(std::uint64_t numerator, std::uint64_t denominator) {
  const auto divisor = std::gcd(numerator, denominator);
  return {static_cast<std::uint32_t>(numerator / divisor),
          static_cast<std::uint32_t>(denominator / divisor)};
}

/// Returns the interval of a rate in thousandths of frames per second.
v4l2::Interval interval_of_rate(std::uint64_t rate) {
  // Television's rates are a whole number times 1000/1001.
  const auto whole = (rate * 1001 + 500'000) / 1'000'000;
  if (rate % 1000 != 0 && (whole * 1'000'000 + 500) / 1001 == rate)
    return reduced(1001, whole * 1000);
  return reduced(1000, rate);
}

/// Returns an interval from thousandths of seconds, or an unknown one for 0.
v4l2::Interval interval_of_time(std::uint64_t time) {
  return time == 0 ? v4l2::Interval{} : reduced(time, 1000);
}

/// Parses "0.033s (30.000 fps)".
std::optional<v4l2::IntervalRange> discrete_interval(Scanner line) {
  if (!line.thousandths() || !line.literal("s (")) return std::nullopt;
  const auto rate = line.thousandths();
  if (!rate || *rate == 0 || !line.literal(" fps)") || !line.done()) return std::nullopt;
  const auto interval = interval_of_rate(*rate);
  return v4l2::IntervalRange{.shortest = interval, .longest = interval};
}

/// Parses "0.040s - 1.000s with step 0.040s (1.000-25.000 fps)". Continuous ranges have no step,
/// and old releases print no rates.
std::optional<v4l2::IntervalRange> interval_range(Scanner line, bool stepwise) {
  const auto shortest = line.thousandths();
  if (!shortest || !line.literal("s - ")) return std::nullopt;
  const auto longest = line.thousandths();
  if (!longest || !line.literal("s")) return std::nullopt;
  v4l2::IntervalRange range{.shortest = interval_of_time(*shortest),
                            .longest = interval_of_time(*longest)};
  if (stepwise) {
    if (!line.literal(" with step ")) return std::nullopt;
    const auto step = line.thousandths();
    if (!step || !line.literal("s")) return std::nullopt;
    range.step = interval_of_time(*step);
  }
  if (line.literal(" (")) {
    const auto lowest = line.thousandths();
    if (!lowest || !line.literal("-")) return std::nullopt;
    const auto highest = line.thousandths();
    if (!highest || *highest == 0 || !line.literal(" fps)")) return std::nullopt;
    range.shortest = interval_of_rate(*highest);
    if (*lowest != 0) range.longest = interval_of_rate(*lowest);
  }
  if (!line.done() || !range.shortest.known() || !range.longest.known()) return std::nullopt;
  return range;
}

std::optional<v4l2::IntervalRange> parse_interval(Scanner line) {
  if (line.literal("Discrete ")) return discrete_interval(line);
  if (line.literal("Stepwise ")) return interval_range(line, true);
  if (line.literal("Continuous ")) return interval_range(line, false);
  return std::nullopt;
}

/// Parses "Discrete 640x480", "Stepwise 32x32 - 2592x1944 with step 2/2" or "Continuous 16x16 -
/// 640x480".
std::optional<v4l2::SizeRange> parse_size(Scanner line) {
  const bool discrete = line.literal("Discrete ");
  const bool stepwise = !discrete && line.literal("Stepwise ");
  if (!discrete && !stepwise && !line.literal("Continuous ")) return std::nullopt;
  const auto smallest = line.size();
  if (!smallest) return std::nullopt;
  v4l2::SizeRange range{.smallest = *smallest, .largest = *smallest};
  if (!discrete) {
    if (!line.literal(" - ")) return std::nullopt;
    const auto largest = line.size();
    if (!largest) return std::nullopt;
    range.largest = *largest;
  }
  if (stepwise) {
    if (!line.literal(" with step ")) return std::nullopt;
    const auto across = line.number();
    if (!across || !line.literal("/")) return std::nullopt;
    const auto down = line.number();
    if (!down) return std::nullopt;
    range.step = {*across, *down};
  }
  if (!line.done()) return std::nullopt;
  return range;
}

/// Parses "[0]: 'MJPG' (Motion-JPEG, compressed)" or "Pixel Format: 'MJPG' (compressed)".
std::optional<v4l2::Fourcc> parse_format(Scanner line) {
  if (line.literal("[")) {
    if (!line.number() || !line.literal("]: ")) return std::nullopt;
  } else if (!line.literal("Pixel Format: ")) {
    return std::nullopt;
  }
  const auto fourcc = line.fourcc();
  const bool described = line.rest().starts_with(" (") && line.rest().ends_with(")");
  if (!line.done() && !described) return std::nullopt;
  return fourcc;
}

/// Whether the line has no modes.
bool is_heading(std::string_view line) {
  return line.empty() || line == "ioctl: VIDIOC_ENUM_FMT" || line == "Type: Video Capture" ||
         line == "Type: Video Capture Multiplanar" || line.starts_with("Index       : ") ||
         line.starts_with("Type        : ") || line.starts_with("Name        : ");
}

/// Adds one line of the list. Returns false for a line that it does not understand.
bool add_line(ModeList& modes, std::string_view line) {
  if (is_heading(line)) return true;
  if (const auto fourcc = parse_format(Scanner{line})) {
    modes.push_back({.fourcc = *fourcc, .sizes = {}});
    return true;
  }
  if (modes.empty()) return false;
  auto& sizes = modes.back().sizes;
  Scanner scanner{line};
  if (scanner.literal("Size: ")) {
    const auto size = parse_size(scanner);
    if (size) sizes.push_back({.sizes = *size, .intervals = {}});
    return size.has_value();
  }
  if (sizes.empty() || !scanner.literal("Interval: ")) return false;
  const auto interval = parse_interval(scanner);
  if (interval) sizes.back().intervals.push_back(*interval);
  return interval.has_value();
}

std::unexpected<std::string> not_understood(std::string_view line) {
  return std::unexpected{"not understood: \"" + std::string{line} + "\""};
}

bool single_and_discrete(const ListedSize& listed) {
  return listed.sizes.single() &&
         std::ranges::all_of(listed.intervals, &v4l2::IntervalRange::single);
}

}  // namespace

std::expected<ModeList, std::string> parse_mode_list(std::string_view text) {
  ModeList modes;
  for (const auto line : lines_of(text))
    if (!add_line(modes, trimmed(line))) return not_understood(line);
  return modes;
}

std::expected<Recording, std::string> parse_recording(std::string_view text) {
  Recording recording;
  while (text.starts_with("# ")) {
    const auto line = lines_of(text).front();
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto said = trimmed(line.substr(2));
    if (recording.summary.empty()) {
      recording.summary = said;
      continue;
    }
    const auto colon = said.find(": ");
    if (colon == std::string_view::npos) return not_understood(line);
    const std::string question{said.substr(0, colon)};
    if (!recording.answers.emplace(question, said.substr(colon + 2)).second)
      return std::unexpected{"two answers to \"" + question + "\""};
  }
  if (recording.summary.empty()) return std::unexpected{std::string{"no summary"}};
  auto modes = parse_mode_list(text);
  if (!modes) return std::unexpected{modes.error()};
  recording.modes = std::move(*modes);
  return recording;
}

std::vector<v4l2gst::OfferedMode> offers_of(const ModeList& modes) {
  static const std::vector<ListedSize> any_size{
      {.sizes = {.smallest = {1, 1}, .largest = {32768, 32768}}, .intervals = {}}};
  std::vector<v4l2gst::OfferedMode> offers;
  for (const auto& format : modes) {
    const auto* const row = v4l2gst::row_of(format.fourcc.code);
    if (row == nullptr || !row->has_system_caps()) continue;
    for (const auto& size : format.sizes.empty() ? any_size : format.sizes)
      offers.push_back({.row = row, .sizes = size.sizes, .intervals = size.intervals});
  }
  return offers;
}

fake::Model model_of(const ModeList& modes) {
  fake::Model model;
  model.has_rates = false;
  for (const auto& format : modes) {
    const auto fourcc = format.fourcc.code;
    if (fake::planes_of(model, fourcc, {16, 16}).size() != 1) continue;
    if (std::ranges::find(model.formats, fourcc, &fake::ModelFormat::fourcc) != model.formats.end())
      continue;
    fake::ModelFormat made{.fourcc = fourcc, .modes = {}};
    for (const auto& listed : format.sizes) {
      if (!single_and_discrete(listed)) continue;
      fake::ModelMode mode{.size = listed.sizes.largest, .intervals = {}};
      for (const auto& interval : listed.intervals)
        mode.intervals.push_back(interval.shortest);
      if (!mode.intervals.empty()) model.has_rates = true;
      made.modes.push_back(std::move(mode));
    }
    if (!made.modes.empty()) model.formats.push_back(std::move(made));
  }
  return model;
}

}  // namespace corpus
