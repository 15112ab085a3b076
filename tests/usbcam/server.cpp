#include "usbcam/server.h"

#include <csignal>
#include <vector>

#include <poll.h>
#include <sys/signalfd.h>

#include "kernel/unique_fd.h"
#include "usbcam/commands.h"
#include "usbcam/deadline_timer.h"

namespace usbcam {
namespace {

/// Returns a descriptor for SIGINT and SIGTERM.
Result<v4l2::UniqueFd> catch_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  v4l2::UniqueFd descriptor{::signalfd(-1, &signals, SFD_CLOEXEC)};
  if (!descriptor) return call_failure("signalfd");
  return descriptor;
}

}  // namespace

Result<> run_server(Camera& camera, ControlSocket* control) {
  auto signals = catch_signals();
  if (!signals) return std::unexpected{signals.error()};
  DeadlineTimer timer;
  bool quitting = false;
  auto run = [&](std::string_view line) -> std::string {
    if (line != "quit") return run_command(camera, line);
    quitting = true;
    return "ok";
  };

  std::vector<pollfd> polled;
  while (!quitting) {
    camera.pump();
    timer.set(camera.deadline());
    // poll() skips a negative descriptor. So the kernel's entry exists even while unplugged.
    polled = {{.fd = signals->get(), .events = POLLIN, .revents = 0},
              {.fd = timer.descriptor(), .events = POLLIN, .revents = 0},
              {.fd = camera.descriptor().value_or(-1), .events = POLLIN, .revents = 0}};
    auto own_count = polled.size();
    if (control != nullptr) control->add_to(polled);
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return call_failure("poll");
    if (polled[0].revents != 0) break;
    if (polled[2].revents != 0) camera.serve();
    for (auto place = own_count; place < polled.size(); ++place) {
      if (polled[place].revents == 0) continue;
      control->serve(run);
      break;
    }
  }
  return {};
}

}  // namespace usbcam
