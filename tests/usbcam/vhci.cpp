#include "usbcam/vhci.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usbcam/text.h"

namespace usbcam {
namespace {

using v4l2::UniqueFd;

// The path names the first controller. Its 15 high-speed ports are enough for any test.
constexpr const char* attach_path = "/sys/devices/platform/vhci_hcd.0/attach";
constexpr const char* status_path = "/sys/devices/platform/vhci_hcd.0/status";
constexpr std::string_view port_free = "004";
constexpr std::string_view nobody = "0-0";
/// USB/IP's number of the device, which the caller chooses.
constexpr unsigned device_number = 0x10002;
/// This is USB_SPEED_HIGH.
constexpr int high_speed = 3;

struct PortStatus {
  unsigned port{};
  bool is_free{};
  std::string bus_id;
};

/// Parses lines of "hs 0000 006 003 00010002 000003 1-1". They have the speed class, port and
/// state, and for a port in use the speed, device number, socket and device name.
std::vector<PortStatus> port_states() {
  std::vector<PortStatus> states;
  std::ifstream file{status_path};
  for (std::string line; std::getline(file, line);) {
    auto words = split(line, ' ');
    if (words.size() < 7 || words[0] != "hs") continue;
    auto port = parse_number<unsigned>(words[1]);
    if (!port) continue;
    states.push_back({.port = *port,
                      .is_free = words[2] == port_free,
                      .bus_id = words[6] == nobody ? "" : std::string{words[6]}});
  }
  return states;
}

/// Passes the socket to the kernel. EBUSY means that another program has just taken the port.
Result<> hand_over(unsigned port, int socket) {
  UniqueFd file{::open(attach_path, O_WRONLY | O_CLOEXEC)};
  if (!file) return call_failure(attach_path);
  std::string text = std::to_string(port) + " " + std::to_string(socket) + " " +
                     std::to_string(device_number + port) + " " + std::to_string(high_speed);
  if (::write(file.get(), text.data(), text.size()) < 0) {
    return call_failure("attach to port " + std::to_string(port));
  }
  return {};
}

}  // namespace

Result<Attachment> attach(std::optional<unsigned> port) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0) {
    return call_failure("socketpair");
  }
  UniqueFd ours{ends[0]};
  UniqueFd theirs{ends[1]};
  auto states = port_states();
  if (states.empty())
    return failure(std::string{"no ports at "} + status_path + "; is vhci_hcd loaded?");
  Result<> handed = failure("no free port");
  for (const PortStatus& state : states) {
    if (port ? state.port != *port : !state.is_free) continue;
    handed = hand_over(state.port, theirs.get());
    if (handed) return Attachment{.port = state.port, .link = UsbIpLink{std::move(ours)}};
  }
  return std::unexpected{handed.error()};
}

std::string bus_id(unsigned port) {
  auto states = port_states();
  auto found = std::ranges::find(states, port, &PortStatus::port);
  return found == states.end() ? std::string{} : found->bus_id;
}

Result<std::string> video_node(const std::string& bus_id) {
  if (bus_id.empty()) return failure("the kernel has not found the camera yet");
  std::error_code error;
  std::filesystem::path nodes =
      "/sys/bus/usb/devices/" + bus_id + "/" + bus_id + ":1.0/video4linux";
  for (const auto& node : std::filesystem::directory_iterator{nodes, error}) {
    // The node of index 0 captures, that of index 1 gives metadata.
    std::string index;
    std::ifstream{node.path() / "index"} >> index;
    auto device = "/dev" / node.path().filename();
    if (index == "0" && std::filesystem::exists(device, error)) return device.string();
  }
  return failure("no video node yet");
}

Result<> wait_until_gone(unsigned port, const std::string& bus_id) {
  using std::chrono::steady_clock;
  auto limit = steady_clock::now() + std::chrono::seconds{10};
  auto device = std::filesystem::path{"/sys/bus/usb/devices"} / bus_id;
  while (steady_clock::now() < limit) {
    auto states = port_states();
    auto state = std::ranges::find(states, port, &PortStatus::port);
    bool port_gone = state != states.end() && state->is_free;
    std::error_code error;
    if (port_gone && (bus_id.empty() || !std::filesystem::exists(device, error))) return {};
    // sysfs sends no event for the removal, so this polls.
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return failure("the kernel still holds the camera after ten seconds");
}

}  // namespace usbcam
