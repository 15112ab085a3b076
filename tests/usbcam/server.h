#pragma once

#include "usbcam/camera.h"
#include "usbcam/control_socket.h"
#include "usbcam/error.h"

namespace usbcam {

/// The life of the program: serves the kernel and the control socket until somebody says "quit", or
/// SIGINT or SIGTERM comes.
Result<> run_server(Camera& camera, ControlSocket* control);

}  // namespace usbcam
