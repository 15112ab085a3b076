// How a Capture settles on the way in which its frames travel.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "buffers/capture.h"
#include "common/log.h"
#include "formats/frame_rate.h"
#include "frames/key_frame.h"

namespace v4l2gst {
namespace {

const char* nick_of(Capture::Travel travel) {
  switch (travel) {
    case Capture::Travel::dmabuf:
      return "the driver's buffers as DMABuf";
    case Capture::Travel::mmap:
      return "the driver's buffers as plain memory";
    case Capture::Travel::userptr:
      return "plain memory of our own (userptr)";
    case Capture::Travel::pool:
      return "the buffers of downstream's pool";
    case Capture::Travel::import:
      return "the DMABuf memory of downstream's allocator";
    case Capture::Travel::read:
      break;
  }
  return "plain memory by read()";
}

}  // namespace

v4l2::Result<> Capture::settle(const Downstream& downstream) {
  const auto most = std::max(settings_.max_buffers, settings_.min_buffers);
  const auto count = std::clamp(downstream.least + 2, settings_.min_buffers, most);
  if (const auto aligned = align(downstream.alignment); !aligned) return aligned;
  const auto settled = [&]() -> v4l2::Result<> {
    switch (settings_.io_mode) {
      case IoMode::rw:
        return settle_read(count);
      case IoMode::userptr: {
        const auto pooled = settle_pool(downstream, count, v4l2::Memory::userptr);
        if (!pooled) return std::unexpected{pooled.error()};
        return *pooled ? v4l2::Result<>{} : settle_userptr(count);
      }
      case IoMode::dmabuf_import: {
        const auto pooled = settle_pool(downstream, count, v4l2::Memory::dmabuf);
        if (!pooled) return std::unexpected{pooled.error()};
        if (*pooled) return {};
        const auto imported = settle_allocator(downstream, count);
        if (!imported) return std::unexpected{imported.error()};
        if (*imported) return {};
        warning_ = fallback(device_->path(), "dmabuf-import");
        return settle_mapped(count);
      }
      case IoMode::automatic:
        if (!device_->capability().has(V4L2_CAP_STREAMING)) return settle_read(count);
        if (const auto mapped = settle_mapped(count);
            mapped || !means_unsupported(mapped.error()) || agreement_->dmabuf_caps)
          return mapped;
        GST_DEBUG_OBJECT(element_, "the driver refuses to give buffers of its own");
        shelf_.reset();
        buffers_.reset();
        if (device_->capability().has(V4L2_CAP_READWRITE)) return settle_read(count);
        return settle_userptr(count);
      case IoMode::mmap:
      case IoMode::dmabuf:
        break;
    }
    return settle_mapped(count);
  }();
  if (!settled) return settled;
  supply_ = SupplyPolicy{{.on_starved = settings_.on_starved,
                          .first = buffer_count(),
                          .min_buffers = settings_.min_buffers,
                          .max_buffers = settings_.max_buffers,
                          // How much of downstream's memory it may have was agreed on.
                          .can_grow = travel_ != Travel::import}};
  arrange_copies(downstream);
  if (shelf_) pool_ = make_pool(shelf_, agreement_->caps.get(), size(), buffer_count(), most);
  tell(nick_of(travel_));
  return {};
}

v4l2::Result<> Capture::request(std::uint32_t count, v4l2::Memory memory,
                                v4l2::OnReturn on_return) {
  v4l2::BufferWish wish{.type = device_->buffer_type(),
                        .plane_count = agreement_->format.plane_count,
                        .count = count,
                        .memory = memory,
                        .on_return = on_return};
  if (memory == v4l2::Memory::mmap) {
    wish.non_coherent = settings_.cache_hints != CacheHints::off;
    // Only DMABuf memory is told when a CPU maps it.
    if (settings_.cache_hints == CacheHints::lazy && settings_.io_mode != IoMode::mmap)
      wish.queue_flags = V4L2_BUF_FLAG_NO_CACHE_CLEAN | V4L2_BUF_FLAG_NO_CACHE_INVALIDATE;
  }
  auto buffers = v4l2::Buffers::request(device_->node(), *waker_, wish);
  if (!buffers) return std::unexpected{buffers.error()};
  buffers_ = std::make_unique<v4l2::Buffers>(std::move(*buffers));
  desk_ = buffers_->desk();
  return {};
}

bool Capture::looks_into_frames() const {
  const auto& row = *agreement_->row;
  return (row.jpeg() && settings_.on_corrupt != OnCorrupt::pass) ||
         (settings_.start_on_keyframe && shows_units(row.fourcc));
}

v4l2::Result<> Capture::stock_up(MemoryMaker maker) {
  maker_ = std::move(maker);
  if (looks_into_frames()) {
    maker_ = [make = std::move(maker_)](std::uint32_t index) {
      auto made = make(index);
      if (made)
        for (const auto& memory : *made)
          map_ahead(memory.get());
      return made;
    };
  }
  shelf_ = Shelf::make(agreement_->format.plane_count, agreement_->layout);
  for (std::uint32_t index = 0; index < buffer_count(); ++index) {
    auto memories = maker_(index);
    if (!memories) return std::unexpected{memories.error()};
    shelf_->put(index, std::move(*memories));
  }
  return {};
}

v4l2::Result<> Capture::settle_mapped(std::uint32_t count) {
  const auto granted = request(count, v4l2::Memory::mmap, v4l2::OnReturn::queue);
  if (!granted) return granted;
  if (settings_.io_mode != IoMode::mmap) {
    const bool lazy = settings_.cache_hints == CacheHints::lazy && buffers_->cache_hints();
    const auto exported = stock_up(exported_memory(*buffers_, lazy));
    travel_ = Travel::dmabuf;
    if (exported || settings_.io_mode == IoMode::dmabuf || agreement_->dmabuf_caps ||
        exported.error().code == EPROTO)
      return exported;
    GST_INFO_OBJECT(element_, "io-mode=auto: the driver exports no DMABuf (%s)",
                    g_strerror(exported.error().code));
    if (lazy) {
      // Plain memory is not told when a CPU maps it, so the kernel has to synchronise it.
      settings_.cache_hints = CacheHints::cached;
      shelf_.reset();
      buffers_.reset();
      return settle_mapped(count);
    }
  }
  travel_ = Travel::mmap;
  return stock_up(mapped_memory(*buffers_));
}

v4l2::Result<> Capture::settle_userptr(std::uint32_t count) {
  const auto granted = request(count, v4l2::Memory::userptr, v4l2::OnReturn::queue);
  if (!granted) return granted;
  travel_ = Travel::userptr;
  return stock_up(own_memory(*buffers_));
}

v4l2::Result<> Capture::settle_read(std::uint32_t count) {
  // vb2 reads one plane only, and what can't be read says so with EINVAL.
  if (!device_->capability().has(V4L2_CAP_READWRITE) || agreement_->format.plane_count != 1)
    return std::unexpected{v4l2::Error{.code = EINVAL, .call = "read"}};
  travel_ = Travel::read;
  desk_ = std::make_shared<v4l2::ReturnDesk>(
      nullptr, *waker_, v4l2::WireBuffer{device_->buffer_type(), v4l2::Memory::mmap, 1},
      v4l2::OnReturn::queue);
  for (std::uint32_t index = 0; index < count; ++index)
    desk_->add(index);
  slots_.resize(v4l2::ReturnDesk::most_buffers);
  return stock_up(read_memory(slots_, agreement_->format.planes[0].size_image));
}

/// False when downstream has no pool that this driver could fill.
v4l2::Result<bool> Capture::settle_pool(const Downstream& downstream, std::uint32_t count,
                                        v4l2::Memory memory) {
  importer_ = Importer::make(downstream, agreement_->caps.get(), count);
  if (!importer_) return false;
  const auto asked = ask_for_stride(importer_->stride(agreement_->layout));
  if (!asked) return std::unexpected{asked.error()};
  if (!importer_->fits(agreement_->format, agreement_->layout, memory)) {
    GST_INFO_OBJECT(element_, "downstream's pool has another layout than the driver");
    importer_.reset();
    return false;
  }
  const auto granted = request(count, memory, v4l2::OnReturn::keep);
  if (!granted) {
    importer_.reset();
    // What the driver refuses here it may still do with memory of ours, or of its own.
    if (!means_unsupported(granted.error())) return std::unexpected{granted.error()};
    GST_DEBUG_OBJECT(element_, "the driver refuses the memory of downstream's pool (%s)",
                     g_strerror(granted.error().code));
    return false;
  }
  importer_->attach(*buffers_);
  travel_ = Travel::pool;
  return true;
}

/// False when downstream has no allocator of DMABufs.
v4l2::Result<bool> Capture::settle_allocator(const Downstream& downstream, std::uint32_t count) {
  if (!downstream.allocator) return false;
  const auto granted = request(count, v4l2::Memory::dmabuf, v4l2::OnReturn::queue);
  if (!granted) {
    if (!means_unsupported(granted.error())) return std::unexpected{granted.error()};
    GST_DEBUG_OBJECT(element_, "the driver refuses the memory of downstream's allocator (%s)",
                     g_strerror(granted.error().code));
    return false;
  }
  const auto stocked =
      stock_up(allocated_memory(*buffers_, downstream.allocator.get(), downstream.params));
  if (stocked) {
    travel_ = Travel::import;
    return true;
  }
  shelf_.reset();
  buffers_.reset();
  if (stocked.error().code != EINVAL) return std::unexpected{stocked.error()};
  GST_DEBUG_OBJECT(element_, "downstream's allocator gives no DMABufs that will do");
  return false;
}

/// Asks the driver for longer lines. What it makes of that is what counts.
v4l2::Result<> Capture::ask_for_stride(std::uint32_t stride) {
  const auto& planes = agreement_->format.planes;
  // What is in tiles has no stride to ask for.
  if (!agreement_->layout || agreement_->layout->tiled || stride <= planes[0].bytes_per_line)
    return {};
  auto wanted = agreement_->format;
  for (auto& plane : wanted.planes)
    plane = {};
  wanted.planes[0].bytes_per_line = stride;
  const auto format = device_->set_format(wanted);
  if (!format || format->fourcc != wanted.fourcc || format->size != wanted.size) {
    GST_DEBUG_OBJECT(element_, "the driver refuses lines of %u bytes", stride);
    static_cast<void>(device_->set_format(agreement_->format));
  }
  return confirm_mode();
}

/// What VIDIOC_S_FMT has changed besides lines: that of uvcvideo sets the format's default rate.
v4l2::Result<> Capture::confirm_mode() {
  auto& agreed = agreement_->format;
  auto& layout = agreement_->layout;
  if (!layout) return {};
  const auto lie = [](const char* call, const char* hint, std::int64_t value) {
    return std::unexpected{v4l2::Error{.code = EPROTO, .call = call, .hint = hint, .value = value}};
  };
  const auto interval = agreement_->interval;
  // A driver that only tells its interval is not asked to set it, since it may round what it takes.
  const auto now = device_->interval();
  const bool kept = now && same_rate(*now, interval);
  if (interval.known() && !kept) {
    const auto rate = device_->set_interval(interval);
    if (!rate) return std::unexpected{rate.error()};
    if (rate->interval.known() && !same_rate(rate->interval, interval))
      return lie(v4l2::request::s_parm.name, "another interval than before, with the denominator",
                 rate->interval.denominator);
  }
  const auto format = device_->format();
  if (!format) return std::unexpected{format.error()};
  if (!same_picture(*format, agreed))
    return lie(v4l2::request::g_fmt.name, "another format than before, of width",
               format->size.width);
  if (const auto wrong = lie_in(*format, *agreement_->row)) return std::unexpected{*wrong};
  const auto asked = std::exchange(agreed, *format);
  agreed.convert = asked.convert;
  agreed.from_pad = asked.from_pad;
  auto renewed =
      layout_of(*format, *agreement_->row, video_info_of(*agreement_->row, format->size));
  renewed.format = layout->format;
  renewed.height = layout->height;
  layout = renewed;
  return {};
}

/// GstVideoAlignment's rule for the first plane's line; no V4L2 driver pads elsewhere at our wish.
v4l2::Result<> Capture::align(const GstVideoAlignment& alignment) {
  if (!agreement_->layout || agreement_->row->shape() == GST_VIDEO_FORMAT_UNKNOWN) return {};
  auto info = video_info_of(*agreement_->row, agreement_->format.size);
  auto wished = alignment;
  if (gst_video_info_align(&info, &wished) == FALSE) return {};
  const auto stride = static_cast<std::uint32_t>(GST_VIDEO_INFO_PLANE_STRIDE(&info, 0));
  const bool cares =
      alignment.padding_left != 0 || alignment.padding_right != 0 || alignment.stride_align[0] != 0;
  return cares ? ask_for_stride(stride) : v4l2::Result<>{};
}

/// Frames in downstream's own memory are its own, layout and all; and where DMABuf memory was
/// promised a copy would be in other memory.
bool Capture::may_copy() const {
  return travel_ != Travel::pool && !agreement_->dmabuf_caps;
}

void Capture::arrange_copies(const Downstream& downstream) {
  if (!may_copy()) return;
  const auto& layout = agreement_->layout;
  const bool unreadable = layout && !layout->usual && !downstream.video_meta;
  // What read() has filled is ours.
  const bool unsafe = travel_ != Travel::read && !device_->reserves_buffers();
  always_copies_ = unreadable || unsafe;
  auto pool = unreadable && downstream.pool
                  ? PoolPtr{GST_BUFFER_POOL(gst_object_ref(downstream.pool.get()))}
                  : PoolPtr{};
  if (always_copies_ || settings_.on_starved != OnStarved::drop)
    copier_.emplace(layout, agreement_->caps.get(), room(), std::move(pool));
}

/// What the longest frame may take: buffers may hold more than the format says.
guint Capture::room() const {
  if (!buffers_) return static_cast<guint>(slots_.front().size());
  guint room{};
  for (const auto& plane : buffers_->planes(0))
    room += plane.length;
  return std::max(room, size());
}

void Capture::tell(const std::string& how) const {
  GST_INFO_OBJECT(element_, "frames travel in %s: %u buffers%s", how.c_str(), buffer_count(),
                  !always_copies_ ? ""
                  : device_->reserves_buffers()
                      ? ", each copied because downstream does not know GstVideoMeta"
                      : ", each copied because the driver fills buffers on loan");
}

}  // namespace v4l2gst
