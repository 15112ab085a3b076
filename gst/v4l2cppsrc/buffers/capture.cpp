#include "buffers/capture.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "common/log.h"
#include "stream/wait.h"

namespace v4l2gst {
namespace {

/// How often a pool that has no buffer to give is asked again: it can't say by itself when one is
/// back.
constexpr std::chrono::milliseconds pool_patience{4};

/// The same while the driver has enough to go on, though not all that it could.
constexpr std::chrono::milliseconds calm_patience{100};
constexpr std::uint32_t enough_to_go_on = 2;

}  // namespace

// ---- how frames travel --------------------------------------------------------------------------

Capture::Capture(GstElement* element, const v4l2::Device& device, v4l2::Waker& waker,
                 Agreement& agreement, Settings settings, Counters& counters)
    : element_{element},
      device_{&device},
      waker_{&waker},
      agreement_{&agreement},
      settings_{std::move(settings)},
      counters_{&counters} {}

Capture::Outcome<std::unique_ptr<Capture>> Capture::allocate(
    GstElement* element, const v4l2::Device& device, v4l2::Waker& waker, Agreement& agreement,
    const Settings& settings, const Downstream& downstream, Counters& counters) {
  std::unique_ptr<Capture> capture{
      new Capture{element, device, waker, agreement, settings, counters}};
  const auto settled = capture->settle(downstream);
  if (!settled) {
    const auto& error = settled.error();
    if (means_unsupported(error) || error.code == EFAULT)
      return std::unexpected{
          no_such_io_mode(device.path(), settings.io_mode, agreement.format, error)};
    return std::unexpected{failed(device.path(), error, "to get its buffers")};
  }
  return capture;
}

// ---- streaming ----------------------------------------------------------------------------------

v4l2::Result<> Capture::start() {
  if (travel_ == Travel::read) {
    device_->release_format();
    auto reader = v4l2::Reader::start(device_->node()->kernel(), device_->path(), *waker_, desk_,
                                      slots_, device_->buffer_type());
    if (!reader) return std::unexpected{reader.error()};
    stream_.emplace<v4l2::Reader>(std::move(*reader));
    return {};
  }
  if (importer_) {
    const auto filled = importer_->refill();
    if (!filled) return filled;
  }
  auto stream = v4l2::Stream::start(*buffers_);
  if (!stream) return std::unexpected{stream.error()};
  stream_.emplace<v4l2::Stream>(std::move(*stream));
  return {};
}

void Capture::stop() {
  stream_.emplace<std::monostate>();
  if (importer_) importer_->recall();
}

v4l2::Result<v4l2::Arrival> Capture::next(std::optional<std::chrono::milliseconds> timeout) {
  if (auto* const reader = std::get_if<v4l2::Reader>(&stream_)) return reader->next(timeout);
  auto* const stream = std::get_if<v4l2::Stream>(&stream_);
  if (stream == nullptr) return v4l2::Interrupted{};
  if (!importer_) return stream->next(timeout);
  for (std::chrono::milliseconds waited{};;) {
    if (const auto filled = importer_->refill(); !filled) {
      // Its VIDIOC_QBUF may be the first to fail.
      const auto failure = v4l2::failure_of(*device_->node(), filled.error(), false);
      if (!failure) return std::unexpected{filled.error()};
      return std::visit([](const auto& what) -> v4l2::Arrival { return what; }, *failure);
    }
    const auto rest = timeout ? std::optional{*timeout - waited} : std::nullopt;
    if (desk().at_home() == 0) return stream->next(rest);
    auto patience = desk().waiting() < enough_to_go_on ? pool_patience : calm_patience;
    if (rest) patience = std::min(patience, *rest);
    auto arrival = stream->next(patience);
    waited += patience;
    if (!arrival || (!std::holds_alternative<v4l2::Starved>(*arrival) &&
                     !std::holds_alternative<v4l2::Stalled>(*arrival)))
      return arrival;
    if (timeout && waited >= *timeout) return arrival;
  }
}

std::optional<v4l2::Result<v4l2::Arrival>> Capture::ready() {
  if (auto* const reader = std::get_if<v4l2::Reader>(&stream_)) return reader->ready();
  auto* const stream = std::get_if<v4l2::Stream>(&stream_);
  return stream != nullptr ? stream->ready() : std::nullopt;
}

v4l2::Result<BufferPtr> Capture::wrap(v4l2::Frame&& frame) {
  if (importer_) return importer_->take(std::move(frame));
  if (always_copies_) return copy_of(std::move(frame));
  switch (supply_.relief(desk().waiting(), buffer_count() - desk().parked_count(),
                         copier_.has_value())) {
    case Relief::lend:
      break;
    case Relief::grow: {
      const auto grown = grow();
      if (!grown) return std::unexpected{grown.error()};
      if (!*grown) return wrap(std::move(frame));
      break;
    }
    case Relief::copy:
      return copy_of(std::move(frame));
    case Relief::drop: {
      const v4l2::Frame ended{std::move(frame)};  // and its end requeues it
      Counters::add(counters_->starved);
      return BufferPtr{};
    }
  }
  consider_shrinking();
  return v4l2gst::wrap(pool_.get(), std::move(frame));
}

bool Capture::copy_always() {
  if (always_copies_) return false;
  if (!may_copy()) return true;
  if (!copier_) copier_.emplace(agreement_->layout, agreement_->caps.get(), room(), PoolPtr{});
  always_copies_ = true;
  return true;
}

BufferPtr Capture::copy_of(v4l2::Frame&& frame) {
  auto original = v4l2gst::wrap(pool_.get(), std::move(frame));
  if (!original) return {};
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): nobody asks for copies without it
  auto copy = copier_->copy(original.get());
  if (copy)
    Counters::add(counters_->copied);
  else
    Counters::add(counters_->starved);
  return copy;
}

// ---- more buffers and fewer ---------------------------------------------------------------------

/// One buffer more. False where that is impossible, and from now on.
v4l2::Result<bool> Capture::grow() {
  const auto enlist = [this](std::uint32_t index) -> v4l2::Result<bool> {
    supply_.has_grown();
    const auto enlisted = desk().enlist(index);
    if (!enlisted) return std::unexpected{enlisted.error()};
    return true;
  };
  if (const auto parked = desk().parked()) return enlist(*parked);
  auto index =
      buffers_ ? buffers_->grow(agreement_->format) : v4l2::Result<std::uint32_t>{desk().vacant()};
  if (!index) {
    supply_.cannot_grow();
    GST_INFO_OBJECT(element_, "no more than %u buffers: %s", buffer_count(),
                    g_strerror(index.error().code));
    return false;
  }
  auto memories = maker_(*index);
  if (!memories) {
    supply_.cannot_grow();
    if (buffers_) desk().park(*index);
    return false;
  }
  shelf_->put(*index, std::move(*memories));
  if (!buffers_) desk().add(*index);
  GST_DEBUG_OBJECT(element_, "downstream holds so many that there are %u buffers now",
                   buffer_count());
  return enlist(*index);
}

/// One buffer less, once the policy says so. A driver that can't free it leaves it unused at least,
/// and frees it with the others.
void Capture::consider_shrinking() {
  const auto parked = desk().parked_count();
  if (!supply_.has_extra(buffer_count())) return;  // on most frames
  if (parked > 0 && can_free_) free_parked();
  if (supply_.shrinks(desk().waiting(), buffer_count() - parked)) desk().park(desk().highest());
}

void Capture::free_parked() {
  const auto index = desk().parked_at_home();
  if (!index) return;
  if (buffers_ && !buffers_->shrink(*index)) {
    can_free_ = false;
    return;
  }
  if (!buffers_) desk().remove(*index);
  shelf_->discard(*index);
}

// ---- what it tells ------------------------------------------------------------------------------

GstBufferPool* Capture::pool() const {
  return importer_ ? importer_->pool() : pool_.get();
}

guint Capture::size() const {
  if (importer_) return importer_->size();
  guint size{};
  for (const auto& plane : agreement_->format.memory_planes())
    size += plane.size_image;
  return size;
}

std::uint32_t Capture::most() const {
  return travel_ == Travel::pool ? buffer_count() : supply_.announced(buffer_count());
}

std::uint32_t Capture::depth() const {
  return most();
}

bool Capture::suits(const Downstream& downstream) {
  if (importer_ && importer_->pool() != downstream.pool.get()) return false;
  copier_.reset();
  arrange_copies(downstream);
  return true;
}

std::span<const std::byte> Capture::look(const v4l2::Frame& frame) const {
  const auto plane =
      importer_ ? importer_->readable(frame.index()) : shelf_->readable(frame.index());
  const auto& payload = frame.payloads()[0];
  if (payload.offset > plane.size() || payload.length > plane.size() - payload.offset) return {};
  return plane.subspan(payload.offset, payload.length);
}

bool Capture::pinned() const {
  return buffers_ && buffers_->memory() == v4l2::Memory::mmap && !buffers_->orphans() &&
         desk().out() > 0;
}

}  // namespace v4l2gst
