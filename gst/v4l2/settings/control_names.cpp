#include "settings/control_names.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <linux/videodev2.h>

#include "settings/control_info.h"

namespace v4l2 {
namespace {

struct Alias {
  std::string_view key;
  std::uint32_t id;
};

// Linux 5.16 gave uvcvideo's controls the names of the control framework (commit 70fa906d6fce,
// "media: uvcvideo: Use control names from framework"). Users have scripts with either. The other
// names are those of the macros V4L2_CID_*, and short ones.
constexpr std::array aliases{
    Alias{"exposure_auto", V4L2_CID_EXPOSURE_AUTO},
    Alias{"auto_exposure", V4L2_CID_EXPOSURE_AUTO},
    Alias{"exposure_absolute", V4L2_CID_EXPOSURE_ABSOLUTE},
    Alias{"exposure_time_absolute", V4L2_CID_EXPOSURE_ABSOLUTE},
    Alias{"exposure_time", V4L2_CID_EXPOSURE_ABSOLUTE},
    Alias{"exposure_auto_priority", V4L2_CID_EXPOSURE_AUTO_PRIORITY},
    Alias{"exposure_dynamic_framerate", V4L2_CID_EXPOSURE_AUTO_PRIORITY},
    Alias{"focus_auto", V4L2_CID_FOCUS_AUTO},
    Alias{"auto_focus", V4L2_CID_FOCUS_AUTO},
    Alias{"focus_automatic_continuous", V4L2_CID_FOCUS_AUTO},
    Alias{"focus", V4L2_CID_FOCUS_ABSOLUTE},
    Alias{"focus_absolute", V4L2_CID_FOCUS_ABSOLUTE},
    Alias{"hue_auto", V4L2_CID_HUE_AUTO},
    Alias{"hue_automatic", V4L2_CID_HUE_AUTO},
    Alias{"white_balance_temperature_auto", V4L2_CID_AUTO_WHITE_BALANCE},
    Alias{"white_balance_component_auto", V4L2_CID_AUTO_WHITE_BALANCE},
    Alias{"white_balance_automatic", V4L2_CID_AUTO_WHITE_BALANCE},
    Alias{"white_balance_auto", V4L2_CID_AUTO_WHITE_BALANCE},
    Alias{"auto_white_balance", V4L2_CID_AUTO_WHITE_BALANCE},
    Alias{"white_balance_blue_component", V4L2_CID_BLUE_BALANCE},
    Alias{"blue_balance", V4L2_CID_BLUE_BALANCE},
    Alias{"white_balance_red_component", V4L2_CID_RED_BALANCE},
    Alias{"red_balance", V4L2_CID_RED_BALANCE},
    Alias{"autogain", V4L2_CID_AUTOGAIN},
    Alias{"auto_gain", V4L2_CID_AUTOGAIN},
    Alias{"gain_auto", V4L2_CID_AUTOGAIN},
    Alias{"gain_automatic", V4L2_CID_AUTOGAIN},
    Alias{"autobrightness", V4L2_CID_AUTOBRIGHTNESS},
    Alias{"brightness_automatic", V4L2_CID_AUTOBRIGHTNESS},
    Alias{"analog_gain", V4L2_CID_ANALOGUE_GAIN},
    Alias{"analogue_gain", V4L2_CID_ANALOGUE_GAIN},
    Alias{"hflip", V4L2_CID_HFLIP},
    Alias{"horizontal_flip", V4L2_CID_HFLIP},
    Alias{"vflip", V4L2_CID_VFLIP},
    Alias{"vertical_flip", V4L2_CID_VFLIP},
    Alias{"pan", V4L2_CID_PAN_ABSOLUTE},
    Alias{"pan_absolute", V4L2_CID_PAN_ABSOLUTE},
    Alias{"tilt", V4L2_CID_TILT_ABSOLUTE},
    Alias{"tilt_absolute", V4L2_CID_TILT_ABSOLUTE},
    Alias{"zoom", V4L2_CID_ZOOM_ABSOLUTE},
    Alias{"zoom_absolute", V4L2_CID_ZOOM_ABSOLUTE},
    Alias{"powerline_frequency", V4L2_CID_POWER_LINE_FREQUENCY},
    Alias{"power_line_frequency", V4L2_CID_POWER_LINE_FREQUENCY},
    Alias{"bitrate", V4L2_CID_MPEG_VIDEO_BITRATE},
    Alias{"video_bitrate", V4L2_CID_MPEG_VIDEO_BITRATE},
};

/// Returns how many letters must be changed, added or removed to make one text of the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const auto change = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string control_key(std::string_view name) {
  std::string key;
  bool gap{};
  for (const char letter : name) {
    const bool capital = letter >= 'A' && letter <= 'Z';
    if (!capital && (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9')) {
      gap = true;
      continue;
    }
    if (gap && !key.empty()) key += '_';
    gap = false;
    key += capital ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return key;
}

std::optional<std::uint32_t> id_of_alias(std::string_view key) {
  const auto* const found = std::ranges::find(aliases, key, &Alias::key);
  return found != aliases.end() ? std::optional{found->id} : std::nullopt;
}

std::vector<std::string> most_similar(std::string_view key, std::vector<std::string> keys,
                                      std::size_t most) {
  // The names of the kernel's structs have 32 letters at most. A longer one is like none.
  constexpr std::size_t longest = 64;
  constexpr std::size_t fewest_letters = 3;
  if (key.size() < fewest_letters || key.size() > longest) return {};

  struct Rated {
    std::size_t distance;
    std::string key;
  };

  std::vector<Rated> rated;
  for (auto& each : keys) {
    if (each.size() > longest) continue;
    const bool part = each.contains(key) || (each.size() >= fewest_letters && key.contains(each));
    const auto far = distance(key, each);
    if (part || far <= std::max<std::size_t>(2, key.size() / 3))
      rated.push_back({.distance = far, .key = std::move(each)});
  }
  std::ranges::stable_sort(rated, {}, &Rated::distance);
  std::vector<std::string> best;
  for (auto& each : rated) {
    if (best.size() == most) break;
    best.push_back(std::move(each.key));
  }
  return best;
}

}  // namespace v4l2
