#include "stream/stream.h"

#include <algorithm>

#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/buffer_queue.h"
#include "stream/wait.h"

namespace v4l2 {

Stream::Stream(const Buffers& buffers)
    : buffers_{&buffers},
      node_{buffers.node()},
      queue_{buffers.queue()},
      wire_{buffers.type(), buffers.memory(), buffers.plane_count()} {}

Result<Stream> Stream::start(const Buffers& buffers) {
  Stream stream{buffers};  // from here on its destructor undoes what was done
  const auto queued = stream.queue_->start();
  if (!queued) return std::unexpected{queued.error()};
  auto type = static_cast<int>(to_wire(buffers.type()));
  const auto started = stream.node_->call(request::streamon, type);
  if (!started) return std::unexpected{started.error()};
  return stream;
}

Stream::~Stream() {
  if (!queue_) return;
  queue_->stop();
  // VIDIOC_STREAMOFF takes back all queued buffers, also if streaming never began (V4L2
  // specification, VIDIOC_STREAMOFF). It can fail only when the device is gone.
  auto type = static_cast<int>(to_wire(wire_.type()));
  static_cast<void>(node_->call(request::streamoff, type));
}

Result<Arrival> Stream::next(std::optional<std::chrono::milliseconds> timeout) {
  if (auto end = dequeue_before_poll()) return std::move(*end);
  for (;;) {
    auto wake = wait(*node_, buffers_->waker(), *queue_, timeout);
    if (!wake) return std::unexpected{wake.error()};
    if (auto arrival = arrival_of(*wake)) return std::move(*arrival);
    if (auto end = dequeue(std::get<Ready>(*wake).in_trouble)) return std::move(*end);
  }
}

/// Dequeues without poll() where frames are waiting. Frames wait if downstream is slower than the
/// device, and poll() is a call too many then. Only a try shows whether they wait. A try in vain
/// makes the next one come later. One that succeeds makes the next frame be tried as well. poll()
/// is called now and then all the same, since it may have something else to report.
std::optional<Result<Arrival>> Stream::dequeue_before_poll() {
  constexpr std::uint32_t longest = 64;
  if (polls_to_go_ > 0) {
    --polls_to_go_;
    return std::nullopt;
  }
  if (buffers_->waker().raised() || queue_->waiting() == 0) return std::nullopt;
  auto end = ready();
  if (!end) {
    misses_ = std::min(2 * misses_, longest);
    polls_to_go_ = misses_;
    hits_ = 0;
    return std::nullopt;
  }
  misses_ = 1;
  if (++hits_ == longest) {
    hits_ = 0;
    polls_to_go_ = 1;
  }
  return end;
}

std::optional<Result<Arrival>> Stream::ready() {
  return dequeue(false);
}

std::optional<Result<Arrival>> Stream::dequeue(bool device_in_trouble) {
  wire_.clear();
  const auto done = node_->call(request::dqbuf, wire_.wire());
  if (!done) {
    const auto& error = done.error();
    // A frame that poll() saw may be gone again. That is no failure if the device is well.
    if (error.code == EAGAIN && !device_in_trouble) return std::nullopt;
    // The frame before was marked as the last one (vb2 answers EPIPE from then on). The source has
    // changed, and nothing is broken.
    if (error.code == EPIPE && saw_last_) return SourceChanged{};
    if (const auto failure = failure_of(*node_, error, device_in_trouble || in_trouble(*node_)))
      return std::visit([](const auto& what) -> Arrival { return what; }, *failure);
    return std::unexpected{error};
  }
  const auto index = wire_.index();
  if (wire_.announced_planes() > wire_.plane_count())
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::dqbuf.name,
                                 .hint = "more planes than the format has",
                                 .value = wire_.announced_planes()}};
  if (!queue_->mark_dequeued(index)) return overwritten(index);
  saw_last_ = (wire_.peek().flags & V4L2_BUF_FLAG_LAST) != 0;
  return Frame{queue_, wire_, buffers_->planes(index)};
}

/// Requeues a buffer that the driver has filled although it was on loan. v4l2loopback does so, as
/// its VIDIOC_QBUF reserves nothing.
Result<Arrival> Stream::overwritten(std::uint32_t index) {
  const auto requeued = queue_->requeue_again(index);
  if (!requeued) return std::unexpected{requeued.error()};
  if (*requeued) return Overwritten{};
  return std::unexpected{Error{.code = EPROTO,
                               .call = request::dqbuf.name,
                               .hint = "a buffer that was not queued, index",
                               .value = index}};
}

}  // namespace v4l2
