#include "stream/stream.h"

#include "stream/wait.h"

namespace v4l2 {

Stream::Stream(const Buffers& buffers)
    : buffers_{&buffers},
      node_{buffers.node()},
      desk_{buffers.desk()},
      wire_{buffers.type(), buffers.memory(), buffers.plane_count()} {}

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
  for (;;) {
    auto wake = wait(*node_, buffers_->waker(), *desk_, timeout);
    if (!wake) return std::unexpected{wake.error()};
    if (const auto* const ready = std::get_if<Ready>(&*wake)) {
      if (auto end = dequeue(ready->in_trouble)) return std::move(*end);
      continue;
    }
    if (auto* const lost = std::get_if<Lost>(&*wake)) return *lost;
    if (std::holds_alternative<Stalled>(*wake)) return Stalled{};
    if (std::holds_alternative<Starved>(*wake)) return Starved{};
    return Interrupted{};
  }
}

std::optional<Frame> Stream::another() {
  auto end = dequeue(false);
  if (!end || !*end || !std::holds_alternative<Frame>(**end)) return std::nullopt;
  return std::move(std::get<Frame>(**end));
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
  if (wire_.announced_planes() > wire_.plane_count())
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::dqbuf.name,
                                 .hint = "more planes than the format has",
                                 .value = wire_.announced_planes()}};
  if (!desk_->lend(index))
    return std::unexpected{Error{.code = EPROTO,
                                 .call = request::dqbuf.name,
                                 .hint = "a buffer that was not queued, index",
                                 .value = index}};
  return Frame{desk_, wire_, buffers_->planes(index)};
}

}  // namespace v4l2
