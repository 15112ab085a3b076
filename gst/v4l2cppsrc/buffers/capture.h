#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "buffers/copier.h"
#include "buffers/downstream.h"
#include "buffers/gstv4l2cpppool.h"
#include "buffers/importer.h"
#include "buffers/shelf.h"
#include "buffers/stock.h"
#include "buffers/supply_policy.h"
#include "common/settings.h"
#include "device/device.h"
#include "formats/layout.h"
#include "formats/stream_config.h"
#include "kernel/waker.h"
#include "messages/report.h"
#include "stats/counters.h"
#include "stream/reader.h"
#include "stream/stream.h"

namespace v4l2gst {

/// What exists from the allocation to the next one or to stop: buffers, and the way in which their
/// frames travel. Streaming context only.
class Capture {
public:
  template <class T = void>
  using Outcome = std::expected<T, Report>;

  /// How frames travel, once that is settled.
  enum class Travel {
    dmabuf,   ///< the driver's buffers, as DMABuf
    mmap,     ///< the driver's buffers, as plain memory
    userptr,  ///< plain memory of ours
    pool,     ///< downstream's own buffers, by address or as DMABuf
    import,   ///< DMABuf memory of an allocator of downstream's
    read,     ///< plain memory of ours, by read()
  };

  /// Allocates what `settings` ask for and `downstream` takes. `agreement` outlives it; its strides
  /// are asked for anew where an importer or downstream's alignment wants others. `element` is who
  /// logs.
  static Outcome<std::unique_ptr<Capture>> allocate(GstElement* element, const v4l2::Device& device,
                                                    v4l2::Waker& waker, Agreement& agreement,
                                                    const Settings& settings,
                                                    const Downstream& downstream,
                                                    Counters& counters);

  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() = default;

  /// Starts the device.
  v4l2::Result<> start();
  /// Stops it; what is on loan stays so.
  void stop();

  [[nodiscard]] bool streaming() const { return !std::holds_alternative<std::monostate>(stream_); }

  /// Waits for the next frame, or for what there is instead; without a timeout for ever. While it
  /// streams.
  v4l2::Result<v4l2::Arrival> next(std::optional<std::chrono::milliseconds> timeout);
  /// What is there already, if anything. While it streams.
  std::optional<v4l2::Result<v4l2::Arrival>> ready();

  /// The GstBuffer that goes downstream for a frame; null when none shall, which is counted.
  v4l2::Result<BufferPtr> wrap(v4l2::Frame&& frame);

  /// From now on each frame goes downstream as a copy, where nothing else was promised. False when
  /// it was so already.
  bool copy_always();

  [[nodiscard]] Travel travel() const { return travel_; }

  /// Where it was not done as was asked: what a WARNING shall say.
  [[nodiscard]] const std::optional<Report>& warning() const { return warning_; }

  /// What to put into the ALLOCATION query: buffers of pool(), of size() bytes.
  [[nodiscard]] GstBufferPool* pool() const;
  [[nodiscard]] guint size() const;

  [[nodiscard]] std::uint32_t buffer_count() const { return desk().buffer_count(); }

  /// How many there may be.
  [[nodiscard]] std::uint32_t most() const;

  /// Whether it can go on although downstream now says this; if so, it heeds it.
  bool suits(const Downstream& downstream);

  /// Only the newest of the frames that wait goes downstream.
  [[nodiscard]] bool leaky() const { return settings_.leaky == Leaky::newest; }

  /// What is done with damaged frames.
  [[nodiscard]] OnCorrupt on_corrupt() const { return settings_.on_corrupt; }

  /// A frame's first plane as a CPU reads it, without a call. Empty where it can't: in DMABufs of
  /// downstream's, in memory whose caches each map synchronises (cache-hints=lazy), and in formats
  /// of which nobody asks to see anything.
  [[nodiscard]] std::span<const std::byte> look(const v4l2::Frame& frame) const;

  /// How many frames may be on their way before one is lost.
  [[nodiscard]] std::uint32_t depth() const;

  /// True when it has grown and the driver frees single buffers only all together.
  [[nodiscard]] bool oversized() const { return desk().parked_count() > 0; }

  /// True while downstream holds memory that the driver can't do without: until it is back, the
  /// driver takes neither another format nor other buffers.
  [[nodiscard]] bool pinned() const;

  /// How many frames are on loan.
  [[nodiscard]] std::uint32_t held() const { return desk().out(); }

private:
  Capture(GstElement* element, const v4l2::Device& device, v4l2::Waker& waker, Agreement& agreement,
          Settings settings, Counters& counters);

  v4l2::Result<> settle(const Downstream& downstream);
  v4l2::Result<> settle_mapped(std::uint32_t count);
  v4l2::Result<> settle_userptr(std::uint32_t count);
  v4l2::Result<> settle_read(std::uint32_t count);
  v4l2::Result<bool> settle_pool(const Downstream& downstream, std::uint32_t count,
                                 v4l2::Memory memory);
  v4l2::Result<bool> settle_allocator(const Downstream& downstream, std::uint32_t count);
  v4l2::Result<> request(std::uint32_t count, v4l2::Memory memory, v4l2::OnReturn on_return);
  v4l2::Result<> stock_up(MemoryMaker maker);
  v4l2::Result<> ask_for_stride(std::uint32_t stride);
  v4l2::Result<> confirm_mode();
  v4l2::Result<> align(const GstVideoAlignment& alignment);
  void arrange_copies(const Downstream& downstream);
  [[nodiscard]] guint room() const;
  [[nodiscard]] bool may_copy() const;
  void tell(const std::string& how) const;

  [[nodiscard]] bool looks_into_frames() const;

  [[nodiscard]] v4l2::ReturnDesk& desk() const { return *desk_; }

  v4l2::Result<bool> grow();
  void consider_shrinking();
  void free_parked();
  BufferPtr copy_of(v4l2::Frame&& frame);

  GstElement* element_;
  const v4l2::Device* device_;
  v4l2::Waker* waker_;
  Agreement* agreement_;
  Settings settings_;
  Counters* counters_;
  Travel travel_{Travel::mmap};
  std::unique_ptr<v4l2::Buffers> buffers_;  // but for Travel::read
  std::shared_ptr<v4l2::ReturnDesk> desk_;
  v4l2::Reader::Slots slots_;           // Travel::read
  MemoryMaker maker_;                   // but for Travel::pool
  std::shared_ptr<Shelf> shelf_;        // but for Travel::pool
  PoolPtr pool_;                        // but for Travel::pool
  std::unique_ptr<Importer> importer_;  // Travel::pool
  std::optional<Copier> copier_;
  std::optional<Report> warning_;
  bool always_copies_{};
  SupplyPolicy supply_;
  bool can_free_{true};
  std::variant<std::monostate, v4l2::Stream, v4l2::Reader> stream_;
};

}  // namespace v4l2gst
