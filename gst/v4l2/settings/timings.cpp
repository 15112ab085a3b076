#include "settings/timings.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "kernel/node.h"

namespace v4l2 {
namespace {

/// Receivers measure the pixel clock, and no two measurements are the same. In Hz, this is what
/// their drivers allow for when they compare timings (v4l2_match_dv_timings() in adv7604.c, for
/// digital inputs).
constexpr std::uint64_t clock_tolerance = 250'000;

/// This limit is for a driver that never says "no more".
constexpr std::uint32_t most_timings = 1024;

/// The parts of a name such as "1920x1080p60".
struct Named {
  std::uint32_t width{};
  std::uint32_t height{};
  bool interlaced{};
  double rate{};
};

/// Reads a number off the front of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<Named> parse(std::string_view text) {
  const auto take = [&text](std::string_view one_of) -> char {
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return '\0';
    const char taken = text.front();
    text.remove_prefix(1);
    return taken;
  };
  const auto width = take_number<std::uint32_t>(text);
  if (!width || take("xX") == '\0') return std::nullopt;
  const auto height = take_number<std::uint32_t>(text);
  const char scan = take("pPiI");
  if (!height || scan == '\0') return std::nullopt;
  const auto rate = take_number<double>(text);
  if (!rate || !text.empty() || !std::isfinite(*rate)) return std::nullopt;
  return Named{
      .width = *width, .height = *height, .interlaced = scan == 'i' || scan == 'I', .rate = *rate};
}

/// Returns the timings of that size and scan whose rate is nearest. With `frames` the rate is one
/// of whole frames.
std::optional<v4l2_dv_timings> nearest(const std::vector<v4l2_dv_timings>& listed,
                                       const Named& wanted, bool frames) {
  std::optional<v4l2_dv_timings> best;
  double least = 1.0;
  for (const auto& timings : listed) {
    const auto& bt = timings.bt;
    if (bt.width != wanted.width || bt.height != wanted.height ||
        (bt.interlaced != 0) != wanted.interlaced)
      continue;
    const auto off = std::abs(rate_of(timings) / (frames ? 2 : 1) - wanted.rate);
    if (off >= least) continue;
    least = off;
    best = timings;
  }
  return best;
}

}  // namespace

bool same(const v4l2_dv_timings& one, const v4l2_dv_timings& other) {
  const auto& a = one.bt;
  const auto& b = other.bt;
  // Copies, since the struct is packed: a reference to the member may be misaligned.
  const std::uint64_t clock = a.pixelclock;
  const std::uint64_t other_clock = b.pixelclock;
  return a.width == b.width && a.height == b.height && a.interlaced == b.interlaced &&
         std::max(clock, other_clock) - std::min(clock, other_clock) <= clock_tolerance &&
         a.hfrontporch == b.hfrontporch && a.hsync == b.hsync && a.hbackporch == b.hbackporch &&
         a.vfrontporch == b.vfrontporch && a.vsync == b.vsync && a.vbackporch == b.vbackporch;
}

double rate_of(const v4l2_dv_timings& timings) {
  const auto& bt = timings.bt;
  const auto sum = [](auto... parts) {
    return (0.0 + ... + static_cast<double>(parts));
  };
  const double columns = sum(bt.width, bt.hfrontporch, bt.hsync, bt.hbackporch);
  double lines = sum(bt.height, bt.vfrontporch, bt.vsync, bt.vbackporch);
  const bool interlaced = bt.interlaced != 0;
  if (interlaced) lines += sum(bt.il_vfrontporch, bt.il_vsync, bt.il_vbackporch);
  if (columns <= 0 || lines <= 0) return 0;
  const std::uint64_t clock = bt.pixelclock;
  return static_cast<double>(clock) / (columns * lines) * (interlaced ? 2 : 1);
}

std::string name_of_timings(const v4l2_dv_timings& timings) {
  const auto& bt = timings.bt;
  return std::to_string(std::uint32_t{bt.width}) + "x" + std::to_string(std::uint32_t{bt.height}) +
         (bt.interlaced != 0 ? "i" : "p") + std::to_string(std::lround(rate_of(timings)));
}

Result<std::vector<v4l2_dv_timings>> list_timings(const Node& node) {
  std::vector<v4l2_dv_timings> found;
  for (std::uint32_t index = 0; index < most_timings; ++index) {
    v4l2_enum_dv_timings wire{};
    wire.index = index;
    const auto more = node.ask_in_passing(request::enum_dv_timings, wire);
    if (!more) return std::unexpected{more.error()};
    if (!*more) break;
    found.push_back(wire.timings);
  }
  return found;
}

std::optional<v4l2_dv_timings> find_timings(const std::vector<v4l2_dv_timings>& listed,
                                            std::string_view name) {
  const auto wanted = parse(name);
  if (!wanted) return std::nullopt;
  auto found = nearest(listed, *wanted, false);
  if (!found && wanted->interlaced) found = nearest(listed, *wanted, true);
  return found;
}

Result<bool> set_timings(const Node& node, v4l2_dv_timings wanted) {
  v4l2_dv_timings current{};
  const auto known = node.ask_in_passing(request::g_dv_timings, current);
  if (!known) return std::unexpected{known.error()};
  if (*known && same(current, wanted)) return true;
  const auto set = node.call(request::s_dv_timings, wanted);
  if (set) return true;
  if (set.error().gone() || set.error().code == EBUSY) return std::unexpected{set.error()};
  return false;
}

}  // namespace v4l2
