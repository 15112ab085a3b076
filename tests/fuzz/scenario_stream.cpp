// These steps use buffers and frames, and check them.

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <limits>
#include <variant>

#include "fuzz/scenario.h"
#include "kernel/dmabuf.h"
#include "stream/wait.h"

namespace fuzz {
namespace {

constexpr std::uint32_t longest_plane = 1U
                                        << 16U;  // the limit of memory that the program allocates

/// Writes to memory, so that AddressSanitizer finds a mistake.
void touch(std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  bytes.front() = std::byte{1};
  bytes.back() = std::byte{2};
}

constexpr std::uint32_t bit(std::uint32_t index) {
  return 1U << index;
}

}  // namespace

v4l2::BufferQueue* Scenario::queue() const {
  if (buffers_) return buffers_->queue().get();
  return read_queue_.get();
}

void Scenario::request(std::uint8_t how) {
  if (!device_) open(how);
  if (!device_) return;
  free(0);
  constexpr std::array memories{v4l2::Memory::mmap, v4l2::Memory::userptr, v4l2::Memory::dmabuf,
                                v4l2::Memory::mmap};
  const v4l2::BufferWish wish{
      .type = device_->buffer_type(),
      .plane_count = format_.plane_count,
      .count = (how >> 2U) % 8 == 7 ? 40U : 1U + (how >> 2U) % 8,
      .memory = memories[how % memories.size()],
      .on_requeue = (how & 0x20) != 0 ? v4l2::OnRequeue::keep : v4l2::OnRequeue::queue,
      .non_coherent = (how & 0x40) != 0,
      .queue_flags = (how & 0x80) != 0 ? std::uint32_t{V4L2_BUF_FLAG_NO_CACHE_CLEAN} : 0U};
  auto requested = v4l2::Buffers::request(device_->node(), waker_, wish);
  if (!good(requested)) return;
  buffers_.emplace(std::move(*requested));
  keeps_ = wish.on_requeue == v4l2::OnRequeue::keep;
  check(buffers_->count() > 0, "an allocation has buffers");
  targets_.assign(v4l2::BufferQueue::most_buffers, {});
  for (std::uint32_t index = 0; index < buffers_->count(); ++index)
    set_targets(index);
}

/// Gives a buffer memory of the program, unless the driver has its own.
void Scenario::set_targets(std::uint32_t index) {
  auto& targets = targets_[index];
  targets.clear();
  for (const auto& plane : buffers_->planes(index)) {
    check(plane.length > 0, "a plane has room");
    if (buffers_->memory() == v4l2::Memory::mmap) return;
    const auto length = std::min(plane.length, longest_plane);
    v4l2::PlaneTarget target{.length = length};
    if (buffers_->memory() == v4l2::Memory::dmabuf) {
      shared_.emplace_back(kernel_.share_memory(length));
      target.descriptor = shared_.back().get();
    } else {
      // One block of memory serves all buffers, since the driver does not write.
      if (memories_.empty()) memories_.push_back(*v4l2::Mapping::anonymous(kernel_, longest_plane));
      target.address = reinterpret_cast<std::uintptr_t>(memories_.front().bytes().data()) + index;
    }
    targets.push_back(target);
  }
  buffers_->queue()->set_planes(index, targets);
}

void Scenario::check_queued(const v4l2_buffer& buffer) const {
  check(buffer.index < v4l2::BufferQueue::most_buffers, "what is queued is one of ours");
  check(receiving_ || (lent_ & bit(buffer.index)) == 0,
        "what is on loan is not queued, but for what the driver has filled all the same");
  const auto fits = [](const auto& plane, std::uint32_t memory, const v4l2::PlaneTarget& target) {
    if (plane.length != target.length) return false;
    return memory == V4L2_MEMORY_USERPTR ? plane.m.userptr == target.address
                                         : plane.m.fd == target.descriptor;
  };
  const auto& targets = targets_[buffer.index];
  const bool many = buffer.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
  const auto planes = std::span{buffer.m.planes, many ? buffer.length : 0};
  if (many) check(planes.size() == buffers_->plane_count(), "every plane is queued");
  for (std::size_t plane = 0; plane < targets.size(); ++plane)
    check(many ? fits(planes[plane], buffer.memory, targets[plane])
               : fits(buffer, buffer.memory, targets[0]),
          "what is queued has the memory that it was given");
}

void Scenario::free(std::uint8_t) {
  stop(0);
  buffers_.reset();
  read_queue_.reset();
  slots_.clear();
  ++generation_;
  lent_ = 0;
  memories_.clear();
  shared_.clear();
}

void Scenario::export_planes(std::uint8_t how) {
  if (!buffers_ || !queue()->exists(how % v4l2::BufferQueue::most_buffers)) return;
  const auto index = how % v4l2::BufferQueue::most_buffers;
  const auto exported = buffers_->export_planes(index);
  if (!good(exported)) return;
  check(exported->size() == buffers_->plane_count(), "every plane is exported");
  std::vector<v4l2::PlaneLocation> planes;
  for (std::size_t plane = 0; plane < exported->size(); ++plane) {
    const auto length = buffers_->planes(index)[plane].length;
    planes.push_back({.descriptor = (*exported)[plane].get(), .offset = 0, .length = length});
    // A second plane is in the same memory, and need not fit.
    if ((how & 0x80) != 0)
      planes.push_back({.descriptor = planes.back().descriptor, .offset = length, .length = 1});
    if ((how & 0x40) != 0) planes.back().offset = std::numeric_limits<std::size_t>::max() - length;
    v4l2::begin_cpu_access(planes.back().descriptor, v4l2::CpuAccess::read_write);
    v4l2::end_cpu_access(planes.back().descriptor, v4l2::CpuAccess::read);
    v4l2::end_cpu_access(planes.back().descriptor, v4l2::CpuAccess::write);
  }
  auto mapped = v4l2::MappedFrame::map(kernel_, planes);
  if (!good(mapped)) return;
  check(mapped->mapping_count() == exported->size(), "what is the same is mapped once");
  for (const auto plane : mapped->planes())
    touch(plane);
  constexpr std::size_t enough = 4;
  if (mapped_.size() == enough) mapped_.clear();
  mapped_.push_back(std::move(*mapped));
}

void Scenario::map_node(std::uint8_t how) {
  const auto index = how % v4l2::BufferQueue::most_buffers;
  if (!buffers_ || !queue()->exists(index)) return;
  const auto mapped = buffers_->map_node(index);
  if (!good(mapped)) return;
  for (std::size_t plane = 0; plane < mapped->size(); ++plane) {
    check((*mapped)[plane].bytes().size() == buffers_->planes(index)[plane].length,
          "a plane is mapped whole");
    touch((*mapped)[plane].bytes());
  }
}

void Scenario::grow(std::uint8_t how) {
  if (!buffers_) return;
  const auto before = buffers_->count();
  const auto index = buffers_->grow(format_);
  if (!good(index)) return;
  check(buffers_->count() == before + 1, "what is new was not there");
  set_targets(*index);
  if ((how & 1) != 0) queue()->retire(*index);
  if ((how & 2) != 0) static_cast<void>(good(queue()->reinstate(*index)));
}

void Scenario::shrink(std::uint8_t) {
  if (!buffers_) return;
  const auto index = queue()->retired_idle();
  if (!index) return;
  check((lent_ & bit(*index)) == 0, "what is idle is not on loan");
  const bool freed = good(buffers_->shrink(*index));
  check(freed != queue()->exists(*index), "what is freed is gone, and nothing else");
}

void Scenario::retire(std::uint8_t how) {
  const auto index = how % v4l2::BufferQueue::most_buffers;
  if (queue() != nullptr && queue()->exists(index)) queue()->retire(index);
}

void Scenario::reinstate(std::uint8_t) {
  if (queue() == nullptr) return;
  if (const auto index = queue()->retired()) static_cast<void>(good(queue()->reinstate(*index)));
}

void Scenario::queue(std::uint8_t) {
  if (!buffers_ || !keeps_) return;
  const auto idle = queue()->idle();
  check((idle & lent_) == 0, "what is on loan is not idle");
  if (idle == 0) return;
  const auto index = static_cast<std::uint32_t>(std::countr_zero(idle));
  static_cast<void>(good(queue()->queue(index)));
}

void Scenario::start(std::uint8_t how) {
  if (!buffers_) request(how);
  if (!buffers_) return;
  stop(how);
  auto stream = v4l2::Stream::start(*buffers_);
  if (good(stream)) stream_.emplace(std::move(*stream));
}

void Scenario::stop(std::uint8_t) {
  stream_.reset();
  reader_.reset();
}

void Scenario::read(std::uint8_t how) {
  if (buffers_ || !read_queue_ || (how & 1) != 0) {
    free(0);
    read_queue_ = std::make_shared<v4l2::BufferQueue>(
        nullptr, waker_, v4l2::WireBuffer{v4l2::BufferType::capture, v4l2::Memory::mmap, 1},
        v4l2::OnRequeue::queue);
    const auto length = std::clamp(format_.planes[0].size_image, 1U, longest_plane);
    for (std::uint32_t index = 0; index < 1U + how % 4; ++index) {
      auto memory = v4l2::Mapping::anonymous(kernel_, length);
      if (!good(memory)) return;
      memories_.push_back(std::move(*memory));
      slots_.push_back(memories_.back().bytes().first(length));
      read_queue_->add(index);
    }
  }
  stop(0);
  const auto type = (how & 2) != 0 ? v4l2::BufferType::capture_mplane : v4l2::BufferType::capture;
  auto reader = v4l2::Reader::start(kernel_, "/dev/video0", waker_, read_queue_, slots_, type);
  if (good(reader)) reader_.emplace(std::move(*reader));
}

void Scenario::next(std::uint8_t how) {
  constexpr std::array<std::optional<std::chrono::milliseconds>, 3> timeouts{
      std::nullopt, std::chrono::milliseconds{0}, std::chrono::milliseconds{1000}};
  const auto timeout = timeouts[how % timeouts.size()];
  if (!stream_ && !reader_) start(how);
  receiving_ = true;
  if (stream_) take(stream_->next(timeout));
  if (reader_) take(reader_->next(timeout));
  receiving_ = false;
}

void Scenario::try_next(std::uint8_t) {
  receiving_ = true;
  if (stream_)
    if (auto arrival = stream_->ready()) take(std::move(*arrival));
  if (reader_)
    if (auto arrival = reader_->ready()) take(std::move(*arrival));
  receiving_ = false;
}

void Scenario::take(v4l2::Result<v4l2::Arrival> arrival) {
  if (!good(arrival)) return;
  if (const auto* const lost = std::get_if<v4l2::Lost>(&*arrival))
    check(lost->error.code > 0, "a loss has a reason");
  if (const auto* const change = std::get_if<v4l2::ControlChanged>(&*arrival)) note(*change);
  if (std::holds_alternative<v4l2::Overwritten>(*arrival))
    check(lent_ != 0, "what is overwritten is on loan");
  auto* const frame = std::get_if<v4l2::Frame>(&*arrival);
  if (frame == nullptr) return;
  inspect(*frame);
  lent_ |= bit(frame->index());
  loans_.push_back({.frame = std::move(*frame), .generation = generation_});
}

void Scenario::inspect(const v4l2::Frame& frame) {
  check(queue()->exists(frame.index()), "a frame is in a buffer of ours");
  check((lent_ & bit(frame.index())) == 0, "no buffer is lent twice");
  check(frame.timestamp().count() >= 0, "no frame is from before time");
  const auto payloads = frame.payloads();
  check(payloads.size() == (buffers_ ? buffers_->plane_count() : 1U), "a frame has all its planes");
  for (std::size_t plane = 0; plane < payloads.size(); ++plane) {
    const std::uint64_t length =
        buffers_ ? buffers_->planes(frame.index())[plane].length : slots_[frame.index()].size();
    const auto& payload = payloads[plane];
    check(std::uint64_t{payload.offset} + payload.length <= length, "a picture is in its buffer");
    check(std::uint64_t{payload.offset} + payload.room == length, "its room ends with the buffer");
    if (!buffers_) touch(slots_[frame.index()].subspan(payload.offset, payload.length));
  }
}

void Scenario::stretch(std::uint8_t how) {
  if (loans_.empty()) return;
  auto& frame = std::next(loans_.begin(), how % std::ssize(loans_))->frame;
  const auto room = frame.payloads()[0].room;
  check(frame.set_length(0, room) && !frame.set_length(0, std::size_t{room} + 1),
        "a picture grows as far as its room");
}

/// Destroys frames in any order, also after their buffers are gone.
void Scenario::give_back(std::uint8_t how) {
  if (loans_.empty()) return;
  const auto which = std::next(loans_.begin(), (how >> 1U) % std::ssize(loans_));
  const bool current = which->generation == generation_;
  if (current) lent_ &= ~bit(which->frame.index());
  const auto before = kernel_.calls();
  loans_.erase(which);
  check(current || kernel_.calls() == before, "what nobody wants any more goes nowhere");
}

void Scenario::raise(std::uint8_t how) {
  constexpr std::array reasons{v4l2::Waker::flush, v4l2::Waker::pause, v4l2::Waker::command};
  waker_.raise(reasons[how % reasons.size()]);
}

void Scenario::lower(std::uint8_t) {
  for (const auto reason : {v4l2::Waker::flush, v4l2::Waker::pause, v4l2::Waker::command})
    waker_.lower(reason);
}

void Scenario::rest(std::uint8_t) {
  static_cast<void>(v4l2::rest(kernel_, waker_, std::chrono::milliseconds{1000}));
}

}  // namespace fuzz
