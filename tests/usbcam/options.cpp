#include "usbcam/options.h"

#include <algorithm>
#include <array>

#include "usbcam/text.h"

namespace usbcam {
namespace {

/// Stores a parsed value, or returns the error of the parser.
template <class T, class U>
Result<> store(T& place, Result<U> value) {
  if (!value) return std::unexpected{value.error()};
  place = *std::move(value);
  return {};
}

template <class T>
Result<std::vector<T>> parse_list(std::string_view text, Result<T> (*parse)(std::string_view)) {
  std::vector<T> list;
  for (auto word : split(text, ',')) {
    auto value = parse(word);
    if (!value) return std::unexpected{value.error()};
    list.push_back(*value);
  }
  if (list.empty()) return failure("an empty list");
  return list;
}

Result<Interval> parse_rate(std::string_view text) {
  auto rate = parse_number<unsigned>(text);
  if (!rate) return std::unexpected{rate.error()};
  if (*rate < 1 || *rate > 1000) return failure("a rate is from 1 to 1000");
  return Interval{Interval::period::den / *rate};
}

Result<Interval> parse_interval(std::string_view text) {
  auto count = parse_number<std::uint32_t>(text);
  if (!count) return std::unexpected{count.error()};
  if (*count < 10'000) return failure("an interval is from 10000, in 100 ns");
  return Interval{*count};
}

/// A string descriptor holds 126 characters.
Result<std::string> parse_name(std::string_view text) {
  constexpr std::size_t longest = 126;
  bool is_ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (text.empty() || text.size() > longest || !is_ascii) {
    return failure("expected up to 126 ASCII characters");
  }
  return std::string{text};
}

Result<Pattern> parse_pattern(std::string_view text) {
  if (text == "counter") return Pattern::counter;
  if (text == "static") return Pattern::fixed;
  return failure("there are the patterns counter and static");
}

using Apply = Result<> (*)(Options& options, std::string_view value);

struct Option {
  std::string_view name;
  Apply apply;
};

constexpr std::array options_with_value{
    Option{"--serial",
           [](Options& o, std::string_view v) {
             return store(o.identity.serial, parse_name(v));
           }},
    Option{"--name",
           [](Options& o, std::string_view v) {
             return store(o.identity.product, parse_name(v));
           }},
    Option{"--vendor-id",
           [](Options& o, std::string_view v) {
             return store(o.identity.vendor_id, parse_number<std::uint16_t>(v));
           }},
    Option{"--product-id",
           [](Options& o, std::string_view v) {
             return store(o.identity.product_id, parse_number<std::uint16_t>(v));
           }},
    Option{"--port",
           [](Options& o, std::string_view v) {
             return store(o.port, parse_number<unsigned>(v));
           }},
    Option{"--formats",
           [](Options& o, std::string_view v) {
             return store(o.codecs, parse_list<Codec>(v, parse_codec));
           }},
    Option{"--sizes",
           [](Options& o, std::string_view v) {
             return store(o.sizes, parse_list<Size>(v, parse_size));
           }},
    Option{"--rates",
           [](Options& o, std::string_view v) {
             return store(o.intervals, parse_list<Interval>(v, parse_rate));
           }},
    Option{"--intervals",
           [](Options& o, std::string_view v) {
             return store(o.intervals, parse_list<Interval>(v, parse_interval));
           }},
    Option{"--pattern",
           [](Options& o, std::string_view v) {
             return store(o.content.pattern, parse_pattern(v));
           }},
    Option{"--gop",
           [](Options& o, std::string_view v) {
             return store(o.content.gop, parse_number<unsigned>(v));
           }},
    Option{"--mjpeg",
           [](Options& o, std::string_view v) {
             return store(o.content.mjpeg, load_mjpeg(std::string{v}));
           }},
    Option{"--h264",
           [](Options& o, std::string_view v) {
             return store(o.content.h264, load_h264(std::string{v}));
           }},
    Option{"--control",
           [](Options& o, std::string_view v) -> Result<> {
             o.control = v;
             return {};
           }},
};

struct Switch {
  std::string_view name;
  void (*apply)(Options& options);
};

constexpr std::array switches{
    Switch{"--bulk",
           [](Options& options) {
             options.transfer = Transfer::bulk;
           }},
    Switch{"--isoc",
           [](Options& options) {
             options.transfer = Transfer::isochronous;
           }},
    Switch{"--no-status",
           [](Options& options) {
             options.identity.status_endpoint = false;
           }},
    Switch{"--stepped",
           [](Options& options) {
             options.stepped = true;
           }},
    Switch{"--unplugged",
           [](Options& options) {
             options.unplugged = true;
           }},
};

}  // namespace

Result<Options> parse_options(const std::vector<std::string_view>& words) {
  Options options;
  for (auto word = words.begin(); word != words.end(); ++word) {
    std::string name{*word};
    if (const auto* found = std::ranges::find(switches, *word, &Switch::name);
        found != switches.end()) {
      found->apply(options);
      continue;
    }
    const auto* found = std::ranges::find(options_with_value, *word, &Option::name);
    if (found == options_with_value.end()) return failure("unknown option " + name);
    if (++word == words.end()) return failure(name + " needs a value");
    if (auto applied = found->apply(options, *word); !applied) {
      return failure(name + " " + std::string{*word} + ": " + applied.error().what);
    }
  }
  return options;
}

}  // namespace usbcam
