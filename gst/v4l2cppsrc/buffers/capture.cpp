#include "buffers/capture.h"

#include <type_traits>
#include <utility>

#include "buffers/lent_buffers.h"
#include "buffers/pool_buffers.h"
#include "buffers/read_buffers.h"
#include "common/settings.h"
#include "device/device.h"

namespace v4l2gst {

static_assert(std::is_nothrow_move_constructible_v<Capture>, "the state that owns it is moved");

Capture::Capture(Memory memory, const Settings& settings)
    : memory_{std::make_unique<Memory>(std::move(memory))},
      leaky_{settings.leaky == Leaky::newest},
      on_corrupt_{settings.on_corrupt} {}

Capture::Capture(Capture&& other) noexcept = default;
Capture& Capture::operator=(Capture&& other) noexcept = default;
Capture::~Capture() = default;

void Capture::free() {
  memory_.reset();
}

v4l2::Result<> Capture::start(const v4l2::Device& device) {
  return std::visit([&](auto& memory) { return memory.start(device); }, *memory_);
}

void Capture::stop() {
  std::visit([](auto& memory) { memory.stop(); }, *memory_);
}

bool Capture::streaming() const {
  return std::visit([](const auto& memory) { return memory.streaming(); }, *memory_);
}

v4l2::Result<v4l2::Arrival> Capture::next(std::optional<std::chrono::milliseconds> timeout) {
  return std::visit([&](auto& memory) { return memory.next(timeout); }, *memory_);
}

std::optional<v4l2::Result<v4l2::Arrival>> Capture::ready() {
  return std::visit([](auto& memory) { return memory.ready(); }, *memory_);
}

v4l2::Result<BufferPtr> Capture::wrap(v4l2::Frame&& frame) {
  return std::visit([&](auto& memory) { return memory.wrap(std::move(frame)); }, *memory_);
}

bool Capture::copy_always() {
  return std::visit([](auto& memory) { return memory.copy_always(); }, *memory_);
}

bool Capture::always_copies() const {
  return std::visit([](const auto& memory) { return memory.always_copies(); }, *memory_);
}

bool Capture::suits(const Downstream& downstream, const v4l2::Device& device) {
  const bool reserves_buffers = device.reserves_buffers();
  return std::visit([&](auto& memory) { return memory.suits(downstream, reserves_buffers); },
                    *memory_);
}

GstBufferPool* Capture::pool() const {
  return std::visit([](const auto& memory) { return memory.pool(); }, *memory_);
}

guint Capture::size() const {
  return std::visit([](const auto& memory) { return memory.size(); }, *memory_);
}

std::uint32_t Capture::buffer_count() const {
  return queue().buffer_count();
}

std::uint32_t Capture::waiting() const {
  return queue().waiting();
}

std::uint32_t Capture::held() const {
  return queue().on_loan();
}

bool Capture::oversized() const {
  return queue().retired_count() > 0;
}

bool Capture::uses_read() const {
  return std::holds_alternative<ReadBuffers>(*memory_);
}

std::uint32_t Capture::most() const {
  return std::visit([](const auto& memory) { return memory.most(); }, *memory_);
}

bool Capture::pinned() const {
  const auto* const lent = std::get_if<LentBuffers>(memory_.get());
  return lent != nullptr && lent->pinned();
}

const char* Capture::io_method() const {
  return std::visit([](const auto& memory) { return memory.io_method(); }, *memory_);
}

std::span<const std::byte> Capture::look(const v4l2::Frame& frame) const {
  const auto plane =
      std::visit([&](const auto& memory) { return memory.readable(frame.index()); }, *memory_);
  const auto& payload = frame.payloads()[0];
  if (payload.offset > plane.size() || payload.length > plane.size() - payload.offset) return {};
  return plane.subspan(payload.offset, payload.length);
}

const v4l2::BufferQueue& Capture::queue() const {
  return std::visit([](const auto& memory) -> const v4l2::BufferQueue& { return memory.queue(); },
                    *memory_);
}

}  // namespace v4l2gst
