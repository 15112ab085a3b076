#include "usbcam/control_socket.h"

#include <array>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "usbcam/unix_address.h"

namespace usbcam {

using v4l2::UniqueFd;

ControlSocket::ControlSocket(UniqueFd socket, std::string path)
    : socket_{std::move(socket)}, path_{std::move(path)} {}

ControlSocket::~ControlSocket() {
  if (socket_) ::unlink(path_.c_str());
}

Result<ControlSocket> ControlSocket::listen(const std::string& path) {
  auto address = unix_address(path);
  if (!address) return std::unexpected{address.error()};
  UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket) return call_failure("socket");
  ::unlink(path.c_str());
  if (::bind(socket.get(), generic(*address), sizeof *address) < 0 ||
      ::listen(socket.get(), SOMAXCONN) < 0) {
    return call_failure(path);
  }
  return ControlSocket{std::move(socket), path};
}

void ControlSocket::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({.fd = socket_.get(), .events = POLLIN, .revents = 0});
  for (const Client& client : clients_) {
    polled.push_back({.fd = client.socket.get(), .events = POLLIN, .revents = 0});
  }
}

void ControlSocket::serve(const std::function<std::string(std::string_view)>& run) {
  while (true) {
    UniqueFd socket{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket) break;
    clients_.push_back({.socket = std::move(socket), .received = {}});
  }
  std::erase_if(clients_, [&](Client& client) { return !serve_client(client, run); });
}

/// Returns false when the client has gone. Answers are short. An answer that does not fit into the
/// socket's buffer belongs to a client that does not read.
bool ControlSocket::serve_client(Client& client,
                                 const std::function<std::string(std::string_view)>& run) {
  std::array<char, 1024> buffer{};
  ssize_t count = 0;
  while ((count = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0)) > 0) {
    client.received.append(buffer.data(), count);
  }
  bool is_open = count < 0 && errno == EAGAIN;
  for (auto end = client.received.find('\n'); end != std::string::npos;
       end = client.received.find('\n')) {
    std::string answer = run(std::string_view{client.received}.substr(0, end)) + "\n";
    client.received.erase(0, end + 1);
    auto sent = ::send(client.socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(answer.size())) return false;
  }
  return is_open;
}

}  // namespace usbcam
