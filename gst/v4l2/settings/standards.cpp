#include "settings/standards.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel/node.h"

namespace v4l2 {
namespace {

constexpr std::array all{
    Standard{"NTSC", V4L2_STD_NTSC},           Standard{"NTSC-M", V4L2_STD_NTSC_M},
    Standard{"NTSC-M-JP", V4L2_STD_NTSC_M_JP}, Standard{"NTSC-M-KR", V4L2_STD_NTSC_M_KR},
    Standard{"NTSC-443", V4L2_STD_NTSC_443},   Standard{"PAL", V4L2_STD_PAL},
    Standard{"PAL-BG", V4L2_STD_PAL_BG},       Standard{"PAL-B", V4L2_STD_PAL_B},
    Standard{"PAL-B1", V4L2_STD_PAL_B1},       Standard{"PAL-G", V4L2_STD_PAL_G},
    Standard{"PAL-H", V4L2_STD_PAL_H},         Standard{"PAL-I", V4L2_STD_PAL_I},
    Standard{"PAL-DK", V4L2_STD_PAL_DK},       Standard{"PAL-D", V4L2_STD_PAL_D},
    Standard{"PAL-D1", V4L2_STD_PAL_D1},       Standard{"PAL-K", V4L2_STD_PAL_K},
    Standard{"PAL-M", V4L2_STD_PAL_M},         Standard{"PAL-N", V4L2_STD_PAL_N},
    Standard{"PAL-Nc", V4L2_STD_PAL_Nc},       Standard{"PAL-60", V4L2_STD_PAL_60},
    Standard{"SECAM", V4L2_STD_SECAM},         Standard{"SECAM-B", V4L2_STD_SECAM_B},
    Standard{"SECAM-G", V4L2_STD_SECAM_G},     Standard{"SECAM-H", V4L2_STD_SECAM_H},
    Standard{"SECAM-DK", V4L2_STD_SECAM_DK},   Standard{"SECAM-D", V4L2_STD_SECAM_D},
    Standard{"SECAM-K", V4L2_STD_SECAM_K},     Standard{"SECAM-K1", V4L2_STD_SECAM_K1},
    Standard{"SECAM-L", V4L2_STD_SECAM_L},     Standard{"SECAM-Lc", V4L2_STD_SECAM_LC}};

}  // namespace

std::span<const Standard> standards() {
  return all;
}

std::string name_of_standard(v4l2_std_id mask) {
  const auto* const found = std::ranges::find(all, mask, &Standard::mask);
  return found != all.end() ? found->name : std::string{};
}

std::vector<std::string> standards_within(v4l2_std_id possible) {
  std::vector<std::string> names;
  for (const auto& standard : all)
    if ((standard.mask & possible) == standard.mask) names.emplace_back(standard.name);
  return names;
}

Result<bool> set_standard(const Node& node, v4l2_std_id wanted) {
  v4l2_std_id current{};
  const auto known = node.ask_in_passing(request::g_std, current);
  if (!known) return std::unexpected{known.error()};
  if (*known && current == wanted) return true;
  const auto set = node.call(request::s_std, wanted);
  if (set) return true;
  if (set.error().gone() || set.error().code == EBUSY) return std::unexpected{set.error()};
  return false;
}

}  // namespace v4l2
