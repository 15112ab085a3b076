#include "provider/feature_rank.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <gst/gst.h>

namespace v4l2gst {
namespace {

std::optional<guint> rank_of(const std::string& text) {
  constexpr std::array names{
      std::pair{"NONE", GST_RANK_NONE}, std::pair{"MARGINAL", GST_RANK_MARGINAL},
      std::pair{"SECONDARY", GST_RANK_SECONDARY}, std::pair{"PRIMARY", GST_RANK_PRIMARY}};
  for (const auto& [name, rank] : names)
    if (g_ascii_strcasecmp(text.c_str(), name) == 0) return rank;
  if (g_ascii_strcasecmp(text.c_str(), "MAX") == 0) return G_MAXINT;
  guint number{};
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || number > G_MAXINT) return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  constexpr auto spaces = " \t\n";
  const auto first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) + 1 - first);
}

}  // namespace

guint feature_rank(const char* value, std::string_view name, guint otherwise) {
  auto rank = otherwise;
  for (std::string_view rest = value != nullptr ? value : ""; !rest.empty();) {
    const auto entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos || trimmed(entry.substr(0, colon)) != name) continue;
    rank = rank_of(std::string{trimmed(entry.substr(colon + 1))}).value_or(rank);
  }
  return rank;
}

}  // namespace v4l2gst
