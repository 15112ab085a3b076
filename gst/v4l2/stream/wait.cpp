#include "stream/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <type_traits>

#include "device/capability.h"
#include "device/events.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/buffer_queue.h"

namespace v4l2 {
namespace {

constexpr short complaints = POLLERR | POLLHUP | POLLNVAL;

/// Returns true if the driver says that the transfer failed, and not that the call was wrong. The
/// errors are vb2's EIO, and those that drivers without vb2 pass on from their bus.
bool means_broken(const Error& error) {
  constexpr std::array codes{EIO, EPROTO, EILSEQ, ETIME};
  // The core makes an Error with a hint itself, of an answer that cannot be true.
  return error.hint == nullptr && std::ranges::find(codes, error.code) != codes.end();
}

/// Returns why the waker was raised, if that ends the wait. The VIDIOC_QBUF of a thread that
/// requeues a buffer may fail first. That error means the same as VIDIOC_DQBUF's.
std::optional<Result<Wake>> woken(const Node& node, Waker& waker, BufferQueue& queue) {
  waker.lower(Waker::requeued);
  if (waker.raised(Waker::requeue_failed)) {
    if (const auto complaint = queue.take_error()) {
      if (const auto failure = failure_of(node, *complaint, false))
        return std::visit([](const auto& what) -> Wake { return what; }, *failure);
      return std::unexpected{*complaint};
    }
  }
  if (waker.raised(Waker::flush) || waker.raised(Waker::pause) || waker.raised(Waker::command))
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

std::optional<Failure> failure_of(const Node& node, const Error& error, bool in_trouble) {
  if (error.gone()) return Lost{error};
  if (!in_trouble && !means_broken(error)) return std::nullopt;
  Capability capability{};
  const auto answered = node.call<v4l2_capability>(request::querycap, capability);
  // A device that is gone may answer a buffer call with EINVAL or EIO as well, by driver and
  // moment.
  if (!answered) return Lost{answered.error().gone() ? answered.error() : error};
  // poll() has reported the trouble, and the call had nothing to add.
  if (error.code == EAGAIN) return Broken{{.code = EIO, .call = "poll"}};
  return Broken{error};
}

Result<Wake> wait(const Node& node, Waker& waker, BufferQueue& queue,
                  std::optional<std::chrono::milliseconds> timeout) {
  constexpr int for_ever = -1;
  const int patience = timeout ? static_cast<int>(timeout->count()) : for_ever;
  // A driver that answers POLLPRI and has no event would make this an endless loop.
  constexpr int most_empty = 8;
  int empty{};
  for (;;) {
    const short priority = empty < most_empty ? POLLPRI : 0;
    // Without a queued buffer there is nothing to read. After a restart vb2 even answers POLLERR to
    // a poll() for POLLIN before the first buffer is queued (vb2_core_poll()). A poll() for events
    // alone still tells when the device is gone.
    const bool dry = queue.none_queued();
    std::array waits{pollfd{.fd = node.descriptor(),
                            .events = dry ? priority : static_cast<short>(POLLIN | priority),
                            .revents = 0},
                     pollfd{.fd = waker.descriptor(), .events = POLLIN, .revents = 0}};
    const int ready = node.kernel().poll(waits, patience);
    if (ready < 0) {
      // EAGAIN means a want of memory, which passes. poll(2) says to treat it as EINTR.
      if (errno == EINTR || errno == EAGAIN) continue;
      return std::unexpected{Error{.code = errno, .call = "poll"}};
    }
    if (ready == 0) {
      if (dry) return Starved{};
      return Stalled{};
    }
    if (waits[1].revents != 0)
      if (auto end = woken(node, waker, queue)) return std::move(*end);
    const bool in_trouble = (waits[0].revents & complaints) != 0;
    if ((waits[0].revents & POLLPRI) != 0 && !in_trouble) {
      bool any{};
      const auto event = next_event(node, &any);
      if (!any) ++empty;
      if (!event) return Lost{event.error()};
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
