#include "messages/holder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "device/text.h"
#include "kernel/kernel.h"

namespace v4l2gst {
namespace {

constexpr std::size_t most_processes = 8192;
constexpr std::size_t most_links = 65536;
constexpr std::size_t most_named = 3;

std::optional<pid_t> pid_in(const std::string& name) {
  pid_t pid{};
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (problem != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

std::string link_at(const std::string& path) {
  std::array<char, 256> target{};
  const auto length = readlink(path.c_str(), target.data(), target.size());
  return {target.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

/// A device, and how its open descriptors are recognised.
struct Wanted {
  std::string path;    // without links
  std::string number;  // of a device file

  /// Returns whether a link of /proc/PID/fd leads to the device. In a container its name may be
  /// another, but it is under /dev. Other paths are not touched, because they may be on a disk that
  /// does not answer.
  [[nodiscard]] bool is(const std::string& link) const {
    const auto target = link_at(link);
    if (target == path) return true;
    return !number.empty() && target.starts_with("/dev/") &&
           v4l2::system_kernel().device_number(link.c_str()) == number;
  }
};

}  // namespace

std::vector<Holder> holders_of(const std::string& path, unsigned ours, const std::string& proc) {
  auto& kernel = v4l2::system_kernel();
  std::vector<Holder> holders;
  const Wanted wanted{.path = kernel.real_path(path.c_str()),
                      .number = kernel.device_number(path.c_str())};
  if (wanted.path.empty()) return holders;
  std::vector<pid_t> pids;
  for (const auto& name : kernel.list(proc.c_str()))
    if (const auto pid = pid_in(name)) pids.push_back(*pid);
  std::ranges::sort(pids);
  pids.resize(std::min(pids.size(), most_processes));
  std::size_t links{};
  for (const auto pid : pids) {
    const auto process = proc + "/" + std::to_string(pid);
    const auto directory = process + "/fd/";
    const bool here = pid == getpid();
    unsigned count{};
    for (const auto& name : kernel.list(directory.c_str())) {
      if (++links > most_links) return holders;
      if (wanted.is(directory + name)) ++count;
    }
    if (count <= (here ? ours : 0)) continue;
    const auto name = kernel.read_text((process + "/comm").c_str());
    std::vector<std::uint8_t> bytes{name.begin(), name.end()};
    holders.push_back({.pid = pid, .name = v4l2::text_of(bytes), .here = here});
  }
  return holders;
}

std::string names_of(std::span<const Holder> holders) {
  std::string text;
  for (const auto& holder : holders.first(std::min(holders.size(), most_named)))
    text += (text.empty() ? "" : ", ") + holder.name + " (pid " + std::to_string(holder.pid) + ")";
  if (holders.size() > most_named)
    text += " and " + std::to_string(holders.size() - most_named) + " more";
  return text;
}

}  // namespace v4l2gst
