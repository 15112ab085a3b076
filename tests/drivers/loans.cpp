// Lends the buffers of a device for some time, while four threads return them in random order. Each
// frame is lent once and each buffer comes back, and the driver writes to no buffer on loan. Prints
// TAP.
//
//   loans DEVICE SECONDS

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <list>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "device/device.h"
#include "kernel/waker.h"
#include "rigs/tap.h"
#include "stream/buffer_queue.h"
#include "stream/buffers.h"
#include "stream/stream.h"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t wanted_buffers = 16;
constexpr unsigned returners = 4;
/// So many frames are held at most, so that the driver always has a buffer.
constexpr std::size_t most_held = 12;

/// The device streams, and its buffers are mapped.
struct Camera {
  explicit Camera(const char* path) : device{*v4l2::Device::open(v4l2::system_kernel(), path)} {
    v4l2::Format wanted;
    wanted.fourcc = {V4L2_PIX_FMT_YUYV};
    wanted.size = {.width = 320, .height = 180};
    const auto format = *device.set_format(wanted);
    buffers.emplace(*v4l2::Buffers::request(device.node(), waker,
                                            {.type = device.buffer_type(),
                                             .plane_count = format.plane_count,
                                             .count = wanted_buffers}));
    for (std::uint32_t index = 0; index < buffers->count(); ++index)
      mappings.push_back(*buffers->map_node(index));
    stream.emplace(*v4l2::Stream::start(*buffers));
  }

  /// Returns the next frame. nullopt if none came.
  std::optional<v4l2::Frame> take() {
    auto arrival = stream->next(10s);
    if (!arrival || !std::holds_alternative<v4l2::Frame>(*arrival)) return std::nullopt;
    return std::move(std::get<v4l2::Frame>(*arrival));
  }

  [[nodiscard]] std::span<const std::byte> bytes(std::uint32_t index) const {
    return mappings[index][0].bytes();
  }

  v4l2::Waker waker;
  v4l2::Device device;
  std::optional<v4l2::Buffers> buffers;
  std::vector<std::vector<v4l2::Mapping>> mappings;
  std::optional<v4l2::Stream> stream;
};

/// Returns a hash of the lines of the picture in which vivid shows the time and the number of the
/// frame, so that any other frame has another.
std::uint64_t hash_of(std::span<const std::byte> bytes) {
  constexpr std::size_t line = 640;
  constexpr std::size_t text_begins = 16 * line;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const auto byte : bytes.subspan(text_begins, 16 * line))
    hash = (hash ^ static_cast<std::uint64_t>(byte)) * 1099511628211U;
  return hash;
}

/// A frame, its memory, and what that was when the frame was lent.
struct Held {
  v4l2::Frame frame;
  std::span<const std::byte> bytes;
  std::uint64_t hash;

  [[nodiscard]] bool is_unchanged() const { return hash == hash_of(bytes); }
};

/// Holds the frames that are lent. One thread lends, any may return.
class Loans {
public:
  void lend(Held held) {
    const std::lock_guard lock{mutex_};
    const auto bit = 1U << held.frame.index();
    doubled_ += (out_ & bit) != 0 ? 1U : 0U;
    out_ |= bit;
    held_.push_back(std::move(held));
    ++lent_;
    changed_.notify_all();
  }

  /// Returns frames at random until end().
  void run(unsigned seed) {
    std::mt19937 random{seed};
    for (;;) {
      auto held = pick(random);
      if (!held) return;
      const bool is_unchanged = held->is_unchanged();
      {
        const std::lock_guard lock{mutex_};
        out_ &= ~(1U << held->frame.index());
        overwritten_ += is_unchanged ? 0U : 1U;
        ++returned_;
      }
      held.reset();  // outside of the lock, as with the elements of a pipeline
    }
  }

  /// Has run() return all frames, and end.
  void end() {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    changed_.notify_all();
  }

  // Valid after all run() have ended.
  [[nodiscard]] unsigned lent() const { return lent_; }

  [[nodiscard]] unsigned returned() const { return returned_; }

  [[nodiscard]] unsigned doubled() const { return doubled_; }

  [[nodiscard]] unsigned overwritten() const { return overwritten_; }

private:
  std::optional<Held> pick(std::mt19937& random) {
    const auto keep = std::uniform_int_distribution<std::size_t>{0, most_held - 1}(random);
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return ended_ || held_.size() > keep; });
    if (held_.empty()) return std::nullopt;
    const auto any = std::uniform_int_distribution<std::size_t>{0, held_.size() - 1}(random);
    const auto at = std::next(held_.begin(), static_cast<std::ptrdiff_t>(any));
    std::optional<Held> held{std::move(*at)};
    held_.erase(at);
    return held;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Held> held_;  // a Frame can't be assigned, so no vector
  std::uint32_t out_{};   // a bit for each buffer
  unsigned lent_{};
  unsigned returned_{};
  unsigned doubled_{};
  unsigned overwritten_{};
  bool ended_{};
};

struct Outcome {
  std::string trouble;  ///< why it ended early; empty otherwise
  unsigned lost{};      ///< frames that the driver had no buffer for
};

/// Lends for so long.
Outcome lend(Camera& camera, Loans& loans, std::chrono::seconds duration) {
  Outcome outcome;
  std::optional<std::uint32_t> last;
  for (const auto end = Clock::now() + duration; Clock::now() < end;) {
    auto frame = camera.take();
    if (!frame) return {.trouble = "no frame came", .lost = outcome.lost};
    const auto sequence = frame->sequence();
    if (last) {
      const std::uint32_t step = sequence - *last;
      if (step == 0 || step > 1000)
        return {.trouble = "frame " + std::to_string(sequence) + " came twice",
                .lost = outcome.lost};
      outcome.lost += step - 1;
    }
    last = sequence;
    const auto bytes = camera.bytes(frame->index());
    loans.lend({.frame = std::move(*frame), .bytes = bytes, .hash = hash_of(bytes)});
  }
  return outcome;
}

/// Returns how many different buffers the next frames have.
std::size_t buffers_in_use(Camera& camera) {
  std::set<std::uint32_t> seen;
  for (std::uint32_t i = 0; i < 4 * camera.buffers->count(); ++i)
    if (const auto frame = camera.take()) seen.insert(frame->index());
  return seen.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: loans DEVICE SECONDS\n");
    return 2;
  }
  real::Tap tap;
  Camera camera{argv[1]};
  Loans loans;
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= returners; ++seed)
    threads.emplace_back([&loans, seed] { loans.run(seed); });
  const auto [trouble, lost] = lend(camera, loans, std::chrono::seconds{std::stoi(argv[2])});
  loans.end();
  for (auto& thread : threads)
    thread.join();
  real::Tap::explain(std::to_string(loans.lent()) + " frames; the driver lost " +
                     std::to_string(lost));
  tap.point(trouble.empty() && loans.lent() > 100,
            "each frame came once" + (trouble.empty() ? "" : ": " + trouble));
  tap.point(loans.doubled() == 0, "no buffer was lent twice at a time");
  tap.point(loans.overwritten() == 0, "the driver wrote to no buffer on loan");
  tap.point(loans.returned() == loans.lent(), "each frame was returned once");
  tap.point(camera.buffers->queue()->on_loan() == 0, "no loan is left");
  tap.point(camera.buffers->queue()->waiting() == camera.buffers->count(),
            "each buffer is with the driver");
  tap.point(buffers_in_use(camera) == camera.buffers->count(), "the driver fills each of them");
  return tap.end();
}
