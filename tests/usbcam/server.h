#pragma once

#include "usbcam/camera.h"
#include "usbcam/control_socket.h"
#include "usbcam/error.h"

namespace usbcam {

/// Serves the kernel and the control socket until a client sends "quit", or SIGINT or SIGTERM
/// arrives.
Result<> run_server(Camera& camera, ControlSocket* control);

}  // namespace usbcam
