#include "rigs/usb_camera.h"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "kernel/unique_fd.h"

namespace real {

UsbCamera::UsbCamera(const std::string& variable) {
  const char* const path = std::getenv(variable.c_str());
  if (path == nullptr) g_error("%s must be set", variable.c_str());
  path_ = path;
}

std::string UsbCamera::ask(const std::string& words) const {
  const v4l2::UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(&address.sun_path[0], sizeof address.sun_path - 1);
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    g_error("no camera at %s", path_.c_str());
  const auto line = words + "\n";
  if (write(socket.get(), line.data(), line.size()) < 0) g_error("the camera does not listen");
  std::string answer;
  for (char byte{}; read(socket.get(), &byte, 1) == 1 && byte != '\n';)
    answer += byte;
  return answer;
}

void UsbCamera::tell(const std::string& words) const {
  static_cast<void>(answer_to(words));
}

std::string UsbCamera::answer_to(const std::string& words) const {
  const auto answer = ask(words);
  if (!answer.starts_with("ok")) g_error("%s: %s", words.c_str(), answer.c_str());
  return answer.size() > 3 ? answer.substr(3) : std::string{};
}

std::string UsbCamera::node() const {
  const auto answer = ask("node");
  return answer.starts_with("ok /") ? answer.substr(3) : std::string{};
}

bool UsbCamera::plugged() const {
  return ask("status").find("plugged=yes") != std::string::npos;
}

void UsbCamera::unplug() const {
  if (plugged()) tell("unplug");
}

void UsbCamera::plug(int port) const {
  if (!plugged()) tell("plug " + std::to_string(port));
  wait_for_node();
}

// The kernel makes the entry in /dev last. So each check follows a new entry there. Checks without
// a pause would cost more than waiting, in virtual time.
void UsbCamera::wait_for_node() const {
  const v4l2::UniqueFd watch{inotify_init1(IN_CLOEXEC)};
  if (inotify_add_watch(watch.get(), "/dev", IN_CREATE | IN_ATTRIB) < 0)
    g_error("/dev can't be watched: %s", g_strerror(errno));
  std::array<char, 4096> events{};
  while (node().empty())
    if (read(watch.get(), events.data(), events.size()) < 0 && errno != EINTR)
      g_error("/dev can't be watched: %s", g_strerror(errno));
}

}  // namespace real
