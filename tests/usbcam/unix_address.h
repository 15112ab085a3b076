#pragma once

#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "usbcam/error.h"

namespace usbcam {

/// Returns the address of a UNIX socket at a path.
inline Result<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return failure(path + ": too long for a socket");
  path.copy(static_cast<char*>(address.sun_path), path.size());
  return address;
}

/// Returns the address as bind() and connect() take it.
inline const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace usbcam
