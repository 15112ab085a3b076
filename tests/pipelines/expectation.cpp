#include "pipelines/expectation.h"

#include <algorithm>
#include <ios>
#include <sstream>

namespace pipelines {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream stream{text};
  for (std::string word; std::getline(stream, word, separator);)
    words.push_back(word);
  return words;
}

template <class Value>
std::string text_of(const std::optional<Value>& value) {
  std::ostringstream text;
  if (value)
    text << *value;
  else
    text << "unknown";
  return text.str();
}

std::string format_text(const std::optional<DeviceState::Format>& format) {
  return format ? format->fourcc + " " + format->size : "unknown";
}

/// Returns what the device has instead of the wanted alternative, or nothing.
std::string instead_of(const std::string& wanted, const DeviceState& device) {
  const auto words = split(wanted, ' ');
  const auto kind = words.empty() ? std::string{} : words[0];
  if (kind == "fmt") {
    const auto has = device.format();
    const bool good = has && words.size() > 1 && has->fourcc == words[1] &&
                      (words.size() < 3 || has->size == words[2]);
    return good ? "" : format_text(has);
  }
  if (words.size() == 1 && kind.find('x') != std::string::npos) {
    const auto has = device.format();
    return has && has->size == kind ? "" : format_text(has);
  }
  if (kind == "crop") {
    const auto has = device.crop();
    return has && "crop " + *has == wanted ? "" : text_of(has);
  }
  if (words.size() != 2) return "no answer: the row's part is not understood";
  if (kind == "rate") {
    const auto has = device.rate();
    return has == words[1] ? "" : text_of(has);
  }
  if (kind == "std") {
    const auto has = device.standard();
    std::ostringstream text;
    text << "0x" << std::hex << has.value_or(0);
    return has == std::stoull(words[1], nullptr, 0) ? "" : text.str();
  }
  const auto equals = words[1].find('=');
  if (kind != "ctrl" || equals == std::string::npos)
    return "no answer: the row's part is not understood";
  const auto has = device.control(words[1].substr(0, equals));
  return has == std::stoll(words[1].substr(equals + 1)) ? "" : text_of(has);
}

}  // namespace

std::vector<std::string> differences(const std::string& expectation, const DeviceState& device) {
  std::vector<std::string> all;
  if (expectation == "-") return all;
  for (const auto& part : split(expectation, ';')) {
    if (part.starts_with('!')) continue;
    std::string has;
    const auto alternatives = split(part, '|');
    const bool good = std::ranges::any_of(alternatives, [&](const auto& wanted) {
      has = instead_of(wanted, device);
      return has.empty();
    });
    if (!good) {
      std::string text{"the device should have "};
      all.push_back(text.append(part).append(", and has ").append(has));
    }
  }
  return all;
}

void forget(const std::string& expectation, const DeviceState& device) {
  // The automatic control of a manual one may come later. So all are reset twice.
  for (int turn = 0; turn < 2; ++turn)
    for (const auto& part : split(expectation, ';')) {
      const auto words = split(part, ' ');
      if (words.size() < 2) continue;
      if (words[0] == "std") device.leave_standard(std::stoull(words[1], nullptr, 0));
      if (words[0] == "crop") device.reset_crop();
      if (words[0] == "ctrl") device.reset_control(words[1].substr(0, words[1].find('=')));
    }
}

bool has_part(const std::string& expectation, const std::string& part) {
  const auto parts = split(expectation, ';');
  return std::ranges::find(parts, part) != parts.end();
}

}  // namespace pipelines
