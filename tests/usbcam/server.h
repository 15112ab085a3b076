#pragma once

#include "usbcam/camera.h"
#include "usbcam/control_socket.h"
#include "usbcam/error.h"

namespace usbcam {

/// Serves the kernel and the control socket. A client's "quit", SIGINT or SIGTERM ends it.
Result<> run_server(Camera& camera, ControlSocket* control);

}  // namespace usbcam
