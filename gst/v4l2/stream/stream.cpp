#include "stream/stream.h"

#include <algorithm>
#include <array>

namespace v4l2 {

Stream::Stream(const Buffers& buffers)
    : node_{buffers.node()},
      waker_{&buffers.waker()},
      desk_{buffers.desk()},
      wire_{buffers.type(), Memory::mmap, buffers.plane_count()} {
  for (std::uint32_t index = 0; index < buffers.count(); ++index)
    for (const auto& plane : buffers.planes(index))
      plane_lengths_.push_back(plane.length);
}

Result<Stream> Stream::start(const Buffers& buffers) {
  Stream stream{buffers};  // from here on its destructor undoes what was done
  const auto queued = stream.desk_->open();
  if (!queued) return std::unexpected{queued.error()};
  auto type = static_cast<int>(to_wire(buffers.type()));
  const auto started = stream.node_->call(request::streamon, type);
  if (!started) return std::unexpected{started.error()};
  return stream;
}

Stream::~Stream() {
  if (!desk_) return;
  desk_->shut();
  // Takes back all that is queued, also where streaming never began (V4L2 specification,
  // VIDIOC_STREAMOFF). It can fail only when the device is gone.
  auto type = static_cast<int>(to_wire(wire_.type()));
  static_cast<void>(node_->call(request::streamoff, type));
}

Result<Arrival> Stream::next(std::optional<std::chrono::milliseconds> timeout) {
  constexpr int for_ever = -1;
  const int patience = timeout ? static_cast<int>(timeout->count()) : for_ever;
  for (;;) {
    // With nothing queued there is nothing to read, and after a restart vb2 even answers POLLERR to
    // whoever asks for POLLIN before the first buffer is queued (vb2_core_poll()). Asked for
    // nothing, it still tells when the device is gone.
    const bool starving = desk_->all_out();
    std::array waits{
        pollfd{
            .fd = node_->descriptor(), .events = starving ? short{0} : short{POLLIN}, .revents = 0},
        pollfd{.fd = waker_->descriptor(), .events = POLLIN, .revents = 0}};
    const int ready = node_->kernel().poll(waits, patience);
    if (ready < 0) {
      if (errno == EINTR) continue;
      return std::unexpected{Error{.code = errno, .call = "poll"}};
    }
    if (ready == 0) {
      if (starving) return Starved{};
      return Stalled{};
    }
    if (waits[1].revents != 0)
      if (auto end = woken()) return std::move(*end);
    if (waits[0].revents != 0)
      if (auto end = dequeue((waits[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0))
        return std::move(*end);
  }
}

std::optional<Result<Arrival>> Stream::woken() {
  waker_->lower(Waker::homecoming);
  if (waker_->raised(Waker::trouble)) {
    const auto complaint = desk_->complaint();
    if (complaint && complaint->code == ENODEV) return Lost{*complaint};
    if (complaint) return std::unexpected{*complaint};
  }
  if (waker_->raised(Waker::flush) || waker_->raised(Waker::pause)) return Interrupted{};
  return std::nullopt;
}

std::optional<Result<Arrival>> Stream::dequeue(bool device_in_trouble) {
  wire_.clear();
  const auto done = node_->call(request::dqbuf, wire_.wire());
  if (!done) {
    const auto& error = done.error();
    // A frame that poll() saw may be gone again; only if the device is well is that no news.
    if (error.code == EAGAIN && !device_in_trouble) return std::nullopt;
    // A device that was unplugged answers ENODEV or EINVAL, by driver and moment.
    if (device_in_trouble || error.code == ENODEV) return Lost{error};
    return std::unexpected{error};
  }
  const auto index = wire_.index();
  const auto planes = wire_.plane_count();
  if (wire_.announced_planes() > planes)
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::dqbuf.name,
                                 .hint = "more planes than the format has",
                                 .value = wire_.announced_planes()}};
  if (!desk_->lend(index))
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::dqbuf.name,
                                 .hint = "a buffer that was not queued, index",
                                 .value = index}};
  return Frame{
      desk_, wire_,
      std::span<const std::uint32_t>{plane_lengths_}.subspan(std::size_t{index} * planes, planes)};
}

}  // namespace v4l2
