#include "stream/wait.h"

#include <array>
#include <cerrno>
#include <type_traits>

#include "device/events.h"

namespace v4l2 {
namespace {

constexpr short complaints = POLLERR | POLLHUP | POLLNVAL;

/// Why the waker was raised, where that ends the wait. A returner's VIDIOC_QBUF may be the first to
/// be told that the device is gone or has given up; it is the same news as VIDIOC_DQBUF's then.
std::optional<Result<Wake>> woken(const Node& node, Waker& waker, ReturnDesk& desk) {
  waker.lower(Waker::homecoming);
  if (waker.raised(Waker::trouble)) {
    const auto complaint = desk.complaint();
    if (complaint && (complaint->code == ENODEV || in_trouble(node))) return Lost{*complaint};
    if (complaint) return std::unexpected{*complaint};
  }
  if (waker.raised(Waker::flush) || waker.raised(Waker::pause) || waker.raised(Waker::errand))
    return Interrupted{};
  return std::nullopt;
}

}  // namespace

std::optional<Arrival> arrival_of(const Wake& wake) {
  return std::visit(
      []<class What>(const What& what) -> std::optional<Arrival> {
        if constexpr (std::is_same_v<What, Ready>)
          return std::nullopt;
        else
          return what;
      },
      wake);
}

bool in_trouble(const Node& node) {
  std::array asked{pollfd{.fd = node.descriptor(), .events = POLLIN, .revents = 0}};
  return node.kernel().poll(asked, 0) > 0 && (asked[0].revents & complaints) != 0;
}

Result<Wake> wait(const Node& node, Waker& waker, ReturnDesk& desk,
                  std::optional<std::chrono::milliseconds> timeout) {
  constexpr int for_ever = -1;
  const int patience = timeout ? static_cast<int>(timeout->count()) : for_ever;
  // A driver that says POLLPRI and has no event would have this go round for ever.
  constexpr int most_empty = 8;
  int empty{};
  for (;;) {
    const short priority = empty < most_empty ? POLLPRI : 0;
    // With nothing queued there is nothing to read, and after a restart vb2 even answers POLLERR to
    // whoever asks for POLLIN before the first buffer is queued (vb2_core_poll()). Asked for
    // nothing else than events, it still tells when the device is gone.
    const bool dry = desk.dry();
    std::array waits{pollfd{.fd = node.descriptor(),
                            .events = dry ? priority : static_cast<short>(POLLIN | priority),
                            .revents = 0},
                     pollfd{.fd = waker.descriptor(), .events = POLLIN, .revents = 0}};
    const int ready = node.kernel().poll(waits, patience);
    if (ready < 0) {
      // EAGAIN is for want of memory and passes, says poll(2): to be treated as EINTR.
      if (errno == EINTR || errno == EAGAIN) continue;
      return std::unexpected{Error{.code = errno, .call = "poll"}};
    }
    if (ready == 0) {
      if (dry) return Starved{};
      return Stalled{};
    }
    if (waits[1].revents != 0)
      if (auto end = woken(node, waker, desk)) return std::move(*end);
    const bool in_trouble = (waits[0].revents & complaints) != 0;
    if ((waits[0].revents & POLLPRI) != 0 && !in_trouble) {
      bool any{};
      const auto event = next_event(node, &any);
      if (!any) ++empty;
      if (!event) return std::unexpected{event.error()};
      if (const auto& news = *event)
        return std::visit([](const auto& change) -> Wake { return change; }, *news);
    }
    if ((waits[0].revents & ~POLLPRI) != 0) return Ready{.in_trouble = in_trouble};
  }
}

bool rest(Kernel& kernel, const Waker& waker, std::chrono::milliseconds patience) {
  std::array waits{pollfd{.fd = waker.descriptor(), .events = POLLIN, .revents = 0}};
  return kernel.poll(waits, static_cast<int>(patience.count())) > 0;
}

}  // namespace v4l2
