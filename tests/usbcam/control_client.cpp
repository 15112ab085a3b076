#include "usbcam/control_client.h"

#include <array>
#include <fnmatch.h>
#include <thread>

#include <sys/socket.h>

#include "kernel/unique_fd.h"
#include "usbcam/unix_address.h"

namespace usbcam {

Result<std::string> send_command(const std::string& path, std::string_view command) {
  auto address = unix_address(path);
  if (!address) return std::unexpected{address.error()};
  v4l2::UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket) return call_failure("socket");
  if (::connect(socket.get(), generic(*address), sizeof *address) < 0) return call_failure(path);
  std::string line = std::string{command} + "\n";
  auto sent = ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(line.size())) return call_failure("send");
  std::string answer;
  while (!answer.ends_with('\n')) {
    std::array<char, 1024> buffer{};
    auto count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count < 0) return call_failure("recv");
    if (count == 0) return failure(path + ": no answer");
    answer.append(buffer.data(), count);
  }
  answer.pop_back();
  return answer;
}

Result<std::string> send_until(const std::string& path, std::string_view command,
                               const std::string& pattern, std::chrono::seconds limit) {
  auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    auto answer = send_command(path, command);
    if (answer && ::fnmatch(pattern.c_str(), answer->c_str(), 0) == 0) return answer;
    if (std::chrono::steady_clock::now() >= end) {
      return failure("still not \"" + pattern + "\" but \"" +
                     (answer ? *answer : answer.error().what) + "\"");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

}  // namespace usbcam
