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

/// About how many frames in a row must do with one buffer less before there is one less.
constexpr std::uint32_t calm_frames = 120;

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
  const auto most = std::max(settings_.max_buffers, settings_.min_buffers);
  const Supply supply{.waiting = desk().waiting(),
                      .count = buffer_count() - desk().parked_count(),
                      .most = most,
                      .can_grow = can_grow_,
                      .can_copy = copier_.has_value()};
  switch (relief(settings_.on_starved, supply)) {
    case Relief::lend:
      break;
    case Relief::grow: {
      const auto grown = grow();
      if (!grown) return std::unexpected{grown.error()};
      if (!can_grow_) return wrap(std::move(frame));
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

/// One buffer more. Where that is impossible, can_grow_ says so from now on.
v4l2::Result<> Capture::grow() {
  calm_ = 0;
  if (const auto parked = desk().parked()) return desk().enlist(*parked);
  if (travel_ == Travel::import) {
    can_grow_ = false;  // how much of downstream's memory it may have was settled with it
    return {};
  }
  auto index =
      buffers_ ? buffers_->grow(agreement_->format) : v4l2::Result<std::uint32_t>{desk().vacant()};
  if (!index) {
    can_grow_ = false;
    GST_INFO_OBJECT(element_, "no more than %u buffers: %s", buffer_count(),
                    g_strerror(index.error().code));
    return {};
  }
  auto memories = maker_(*index);
  if (!memories) {
    can_grow_ = false;
    if (buffers_) desk().park(*index);
    return {};
  }
  shelf_->put(*index, std::move(*memories));
  if (!buffers_) desk().add(*index);
  GST_DEBUG_OBJECT(element_, "downstream holds so many that there are %u buffers now",
                   buffer_count());
  return desk().enlist(*index);
}

/// One buffer less, once a number of frames in a row would have done without it. A driver that
/// can't free it leaves it unused at least, and frees it with the others.
void Capture::consider_shrinking() {
  const auto parked = desk().parked_count();
  if (buffer_count() <= first_count_) return;  // on most frames
  if (parked > 0 && can_shrink_) free_parked();
  if (buffer_count() - parked <= first_count_) return;
  calm_ = desk().waiting() > 2 ? calm_ + 1 : 0;
  if (calm_ < calm_frames) return;
  calm_ = 0;
  desk().park(desk().highest());
}

void Capture::free_parked() {
  const auto index = desk().parked_at_home();
  if (!index) return;
  if (buffers_ && !buffers_->shrink(*index)) {
    can_shrink_ = false;
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
  if (settings_.on_starved != OnStarved::grow || travel_ == Travel::pool) return buffer_count();
  return std::max(buffer_count(), settings_.max_buffers);
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
