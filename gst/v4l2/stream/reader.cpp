#include "stream/reader.h"

#include <utility>

#include "device/capability.h"
#include "kernel/node.h"
#include "kernel/waker.h"
#include "stream/buffer_queue.h"
#include "stream/wait.h"

namespace v4l2 {
namespace {

/// Makes poll() answer a reader of v4l2loopback before 0.13. That driver's poll() answers no
/// descriptor but those of VIDIOC_STREAMON, also where they read. Newer ones refuse that call and
/// do not need it.
void make_it_poll(const Node& node, BufferType type) {
  Capability capability{};
  if (!node.call<v4l2_capability>(request::querycap, capability)) return;
  if (capability.reserves_buffers()) return;
  auto argument = static_cast<int>(to_wire(type));
  static_cast<void>(node.call(request::streamon, argument));
}

}  // namespace

Reader::Reader(std::shared_ptr<const Node> node, Waker& waker, std::shared_ptr<BufferQueue> queue,
               const Slots& slots, BufferType type)
    : node_{std::move(node)},
      waker_{&waker},
      queue_{std::move(queue)},
      slots_{&slots},
      wire_{type, Memory::mmap, 1} {}

Result<Reader> Reader::start(Kernel& kernel, const std::string& path, Waker& waker,
                             std::shared_ptr<BufferQueue> queue, const Slots& slots,
                             BufferType type) {
  auto node = Node::open(kernel, path);
  if (!node) return std::unexpected{node.error()};
  make_it_poll(**node, type);
  Reader reader{std::move(*node), waker, std::move(queue), slots, type};
  static_cast<void>(reader.queue_->start());  // no driver, no VIDIOC_QBUF, no failure
  return reader;
}

Reader::~Reader() {
  if (queue_) queue_->stop();
}

Result<Arrival> Reader::next(std::optional<std::chrono::milliseconds> timeout) {
  // v4l2loopback's poll() answers no descriptor that has not read yet.
  if (!has_read_ && !waker_->raised())
    if (auto end = fetch(false)) return std::move(*end);
  for (;;) {
    auto wake = wait(*node_, *waker_, *queue_, timeout);
    if (!wake) return std::unexpected{wake.error()};
    if (auto arrival = arrival_of(*wake)) return std::move(*arrival);
    if (auto end = fetch(std::get<Ready>(*wake).in_trouble)) return std::move(*end);
  }
}

std::optional<Result<Arrival>> Reader::fetch(bool device_in_trouble) {
  const auto index = queue_->take_idle();
  if (!index) {
    if (!device_in_trouble) return std::nullopt;
    const auto failure = failure_of(*node_, {.code = EIO, .call = "poll"}, true);
    return failure ? std::visit([](const auto& what) -> Arrival { return what; }, *failure)
                   : std::optional<Result<Arrival>>{};
  }
  const auto slot = (*slots_)[*index];
  has_read_ = true;
  const auto got = node_->read(slot);
  if (!got) {
    queue_->requeue(*index);
    const auto& error = got.error();
    if (error.code == EAGAIN && !device_in_trouble) return std::nullopt;
    const auto failure = failure_of(*node_, error, device_in_trouble || in_trouble(*node_));
    if (!failure) return std::unexpected{error};
    // A device answers these if it cannot do read(), or not now. poll() reports an error then too.
    const bool refused = error.code == EINVAL || error.code == EBUSY || error.code == ENOSPC;
    if (refused && std::holds_alternative<Broken>(*failure)) return std::unexpected{error};
    return std::visit([](const auto& what) -> Arrival { return what; }, *failure);
  }
  wire_.clear();
  wire_.fill(*index, static_cast<std::uint32_t>(*got), sequence_++);
  const BufferPlane plane{.length = static_cast<std::uint32_t>(slot.size()), .map_offset = 0};
  return Frame{queue_, wire_, std::span{&plane, 1}};
}

}  // namespace v4l2
