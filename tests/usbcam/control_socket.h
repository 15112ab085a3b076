#pragma once

#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

#include "kernel/unique_fd.h"
#include "usbcam/error.h"

namespace usbcam {

/// A ControlSocket is a UNIX stream socket. Clients send one command per line and get one line for
/// each.
class ControlSocket {
public:
  static Result<ControlSocket> listen(const std::string& path);

  ControlSocket(ControlSocket&&) = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();

  /// Adds the descriptors of this socket that the server polls.
  void add_to(std::vector<pollfd>& polled) const;

  /// Accepts clients and answers their lines with `run`, without waiting.
  void serve(const std::function<std::string(std::string_view)>& run);

private:
  struct Client {
    v4l2::UniqueFd socket;
    std::string received;
  };

  ControlSocket(v4l2::UniqueFd socket, std::string path);
  static bool serve_client(Client& client, const std::function<std::string(std::string_view)>& run);

  v4l2::UniqueFd socket_;
  std::string path_;
  std::list<Client> clients_;
};

}  // namespace usbcam
