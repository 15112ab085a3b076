#include "fake/camera.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iterator>
#include <limits>
#include <utility>

#include <linux/uvcvideo.h>
#include <poll.h>

#include "stream/wire_buffer.h"

namespace fake {
namespace {

void put_text(std::span<std::uint8_t> field, const std::string& text) {
  std::memcpy(field.data(), text.data(), std::min(text.size(), field.size() - 1));
}

/// Writes the SOI and the EOI of a JPEG at the ends of a frame.
void frame_jpeg(std::span<std::byte> frame) {
  if (frame.size() < 4) return;
  const auto put = [](std::span<std::byte> where, unsigned char code) {
    where[0] = std::byte{0xff};
    where[1] = std::byte{code};
  };
  put(frame.first(2), 0xd8);
  put(frame.last(2), 0xd9);
}

}  // namespace

Camera::Camera(Model model, std::shared_ptr<const Clock> clock)
    : model_{std::move(model)}, clock_{std::move(clock)} {
  std::ranges::sort(model_.controls, {}, &ModelControl::id);
  for (const auto& control : model_.controls)
    controls_.push_back(initial_state(control));
  extensions_ = model_.extensions;
  if (model_.metadata_size > 0) planes_ = {{.bytes_per_line = 0, .size = model_.metadata_size}};
  if (!model_.formats.empty()) set_first_format();
}

void Camera::set_first_format() {
  v4l2::Format first;
  first.fourcc = {model_.formats.front().fourcc};
  first.size = model_.formats.front().modes.front().size;
  set_format(nearest(first));
  crop_ = bounds();
  compose_ = whole_frame();
  if (!model_.scales) fit_rectangles();
}

// ---- calls of the test --------------------------------------------------------------------------

bool Camera::fill(const FrameOptions& options) {
  const std::lock_guard lock{mutex_};
  return fill_locked(options);
}

void Camera::fill_when_queued(const FrameOptions& options) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock,
                [this] { return queue_.next_to_fill() != nullptr || unplugged_ || interrupted_; });
  if (!std::exchange(interrupted_, false)) fill_locked(options);
}

void Camera::fill_at_once(unsigned count) {
  const std::lock_guard lock{mutex_};
  for (unsigned i = 0; i < count; ++i)
    fill_locked({});
}

void Camera::interrupt() {
  const std::lock_guard lock{mutex_};
  interrupted_ = true;
  changed_.notify_all();
}

bool Camera::fill_locked(const FrameOptions& options) {
  if (options.sequence) sequence_ = *options.sequence;
  const auto sequence = queue_.streaming() ? sequence_++ : sequence_;
  auto* const buffer = queue_.next_to_fill();
  if (buffer == nullptr || unplugged_) return false;
  buffer->sequence = sequence;
  buffer->flags = options.flags;
  buffer->timestamps = options.timestamps;
  buffer->timestamp = options.timestamp ? *options.timestamp : time_of_next();
  for (std::size_t plane = 0; plane < buffer->where.size(); ++plane) {
    const auto bytes = buffer->where[plane];
    if (!options.content.empty()) {
      std::ranges::copy(options.content, bytes.begin());
      buffer->bytes_used[plane] = static_cast<std::uint32_t>(options.content.size());
      continue;
    }
    buffer->bytes_used[plane] = options.bytes_used.value_or(planes_[plane].size);
    const auto painted = std::min<std::size_t>(planes_[plane].size, bytes.size());
    for (std::size_t offset = 0; paints_ && offset < painted; ++offset)
      bytes[offset] = expected_byte(sequence, plane, offset);
    if (format_.fourcc == v4l2::Fourcc{V4L2_PIX_FMT_MJPEG})
      frame_jpeg(bytes.first(std::min<std::size_t>(buffer->bytes_used[plane], bytes.size())));
  }
  if (metadata_ && options.with_metadata) fill_metadata(sequence, buffer->timestamp);
  queue_.filled();
  changed();
  return true;
}

void Camera::give_metadata_to(std::shared_ptr<Camera> node) {
  const std::lock_guard lock{mutex_};
  metadata_ = std::move(node);
}

/// Writes what uvcvideo writes for the first payload of a frame: struct uvc_meta_buf, PTS and SCR.
void Camera::fill_metadata(std::uint32_t sequence, std::chrono::nanoseconds timestamp) {
  constexpr std::uint8_t with_pts_and_scr = 0x8c;
  constexpr std::uint8_t length = 12;
  std::array<std::byte, sizeof(uvc_meta_buf) + length - 2> block{};
  const uvc_meta_buf head{.ns = static_cast<std::uint64_t>(timestamp.count()),
                          .sof = static_cast<std::uint16_t>(sequence & 0x7ffU),
                          .length = length,
                          .flags = with_pts_and_scr};
  const auto pts = uvc_pts(sequence);
  const auto stc = pts + 500;
  std::memcpy(block.data(), &head, sizeof head);
  std::memcpy(block.data() + sizeof head, &pts, sizeof pts);
  std::memcpy(block.data() + sizeof head + sizeof pts, &stc, sizeof stc);
  std::memcpy(block.data() + sizeof head + sizeof pts + sizeof stc, &head.sof, sizeof head.sof);
  metadata_->fill({.timestamp = timestamp, .content = block, .sequence = sequence});
}

int Camera::g_meta_fmt(v4l2_format& answer) const {
  if (answer.type != V4L2_BUF_TYPE_META_CAPTURE) return EINVAL;
  answer.fmt.meta = {};
  answer.fmt.meta.dataformat = model_.metadata_format;
  answer.fmt.meta.buffersize = model_.metadata_size;
  return 0;
}

/// No driver stamps two frames alike, so a clock that stands still moves a little.
std::chrono::nanoseconds Camera::time_of_next() {
  const auto now = clock_->now();
  const bool still = now <= last_time_ && last_time_ - now < std::chrono::seconds{1};
  last_time_ = still ? last_time_ + std::chrono::microseconds{1} : now;
  return last_time_;
}

std::byte Camera::expected_byte(std::uint32_t sequence, std::size_t plane, std::size_t offset) {
  return static_cast<std::byte>(sequence * 29U + static_cast<std::uint32_t>(plane) * 101U +
                                static_cast<std::uint32_t>(offset));
}

void Camera::lose(std::uint32_t count) {
  const std::lock_guard lock{mutex_};
  sequence_ += count;
}

void Camera::always_ready(bool paint) {
  const std::lock_guard lock{mutex_};
  always_ready_ = true;
  paints_ = paint;
  changed();
}

void Camera::unplug() {
  const std::lock_guard lock{mutex_};
  unplugged_ = true;
  changed();
}

void Camera::fail_stream() {
  const std::lock_guard lock{mutex_};
  queue_.fail();
  changed();
}

void Camera::lose_device(int code) {
  const std::lock_guard lock{mutex_};
  constexpr unsigned for_ever = 1000000;
  faults_.fail(VIDIOC_DQBUF, code, for_ever);
  faults_.fail(VIDIOC_QUERYCAP, ENODEV, for_ever);
  queue_.fail();
  changed();
}

bool Camera::streaming() {
  const std::lock_guard lock{mutex_};
  return queue_.streaming();
}

bool Camera::single_open() {
  const std::lock_guard lock{mutex_};
  return model_.single_open;
}

std::size_t Camera::queued_count() {
  const std::lock_guard lock{mutex_};
  return queue_.queued_count();
}

std::size_t Camera::buffer_count() {
  const std::lock_guard lock{mutex_};
  return queue_.buffer_count();
}

std::uint32_t Camera::memory_flags() {
  const std::lock_guard lock{mutex_};
  return queue_.memory_flags();
}

std::uint32_t Camera::queue_flags() {
  const std::lock_guard lock{mutex_};
  return queue_.queue_flags();
}

void Camera::wait_streaming(bool on) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this, on] { return queue_.streaming() == on; });
}

void Camera::wait_controls(unsigned count) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return calls_[VIDIOC_S_CTRL] >= count; });
}

void Camera::wait_control(std::uint32_t id, std::int64_t value) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] {
    const auto* const control = find_control(id);
    return control != nullptr && control->value.number == value;
  });
}

void Camera::wait_queued(std::size_t count) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this, count] { return queue_.queued_count() >= count; });
}

unsigned Camera::calls(unsigned long request) {
  const std::lock_guard lock{mutex_};
  return calls_[request];
}

unsigned Camera::all_calls() {
  const std::lock_guard lock{mutex_};
  unsigned sum{};
  for (const auto& [request, count] : calls_)
    sum += count;
  return sum;
}

v4l2::Format Camera::format() {
  const std::lock_guard lock{mutex_};
  return format_;
}

v4l2::Interval Camera::interval() {
  const std::lock_guard lock{mutex_};
  return interval_;
}

void Camera::changed() {
  changed_.notify_all();
  if (bus_ && (unplugged_ || !queue_.streaming())) bus_->release(this);
  const bool event = std::ranges::any_of(
      events_, [](const auto& subscriber) { return !subscriber.second.waiting.empty(); });
  if (listener_) listener_({.news = mask(POLLIN) != 0, .gone = unplugged_, .event = event});
}

void Camera::listen(std::function<void(Level)> listener) {
  const std::lock_guard lock{mutex_};
  listener_ = std::move(listener);
  changed();
}

// ---- calls of the kernel ------------------------------------------------------------------------

int Camera::ioctl(const Opener& opener, bool block, unsigned long request, void* argument) {
  std::unique_lock lock{mutex_};
  ++calls_[request];
  if (unplugged_) return ENODEV;
  if (const auto error = faults_.failure(request)) return *error;
  if (always_ready_ && request == VIDIOC_DQBUF && queue_.done_count() == 0) fill_locked({});
  auto error = dispatch(opener, request, argument);
  while (block && request == VIDIOC_DQBUF && error == EAGAIN) {
    changed_.wait(lock);
    error = unplugged_ ? ENODEV : dispatch(opener, request, argument);
  }
  if (error == 0) faults_.tell_lies(request, argument);
  return error;
}

void Camera::closed(const Opener& opener) {
  const std::lock_guard lock{mutex_};
  events_.erase(&opener);
  if (owner_ != &opener) return;
  queue_.free();
  owner_ = nullptr;
  reading_ = false;
  in_hand_.reset();
  changed();
}

short Camera::poll_mask(const Opener& opener, short wanted) {
  const std::lock_guard lock{mutex_};
  // A poll for POLLIN without buffers starts read(), as in vb2_core_poll().
  if ((wanted & POLLIN) != 0 && !unplugged_ && !queue_.busy() && model_.reserves)
    begin_reading(opener);
  const auto waiting = events_.find(&opener);
  const bool event =
      waiting != events_.end() && !waiting->second.waiting.empty() && (wanted & POLLPRI) != 0;
  return static_cast<short>(mask(wanted) | (event ? POLLPRI : 0));
}

/// Starts vb2's file I/O emulator. It allocates buffers of its own, queues all and streams.
int Camera::begin_reading(const Opener& opener) {
  if ((model_.device_caps & V4L2_CAP_READWRITE) == 0) return EINVAL;
  const auto multiplanar = buffer_type() == v4l2::BufferType::capture_mplane;
  if (planes_.size() != 1) return EBUSY;
  if (!finds_room()) return ENOSPC;
  v4l2_requestbuffers wanted{};
  wanted.count = 2;
  wanted.memory = V4L2_MEMORY_MMAP;
  if (const int error = queue_.request(wanted, model_, multiplanar, planes_)) {
    changed();
    return error;
  }
  owner_ = &opener;
  reading_ = true;
  for (std::uint32_t index = 0; index < wanted.count; ++index) {
    v4l2::WireBuffer wire{buffer_type(), v4l2::Memory::mmap, 1};
    wire.set_index(index);
    queue_.queue(wire.wire());
  }
  sequence_ = 0;
  queue_.stream_on();
  changed();
  return 0;
}

ssize_t Camera::read_locked(std::span<std::byte> into) {
  if (always_ready_ && queue_.done_count() == 0) fill_locked({});
  v4l2::WireBuffer wire{buffer_type(), v4l2::Memory::mmap, 1};
  if (!in_hand_) {
    if (const int error = queue_.dequeue(wire.wire())) return -error;
    in_hand_ = {.index = wire.index(),
                .bytes = queue_.bytes_of(wire.index()).first(wire.bytes_used(0))};
  }
  // The next read() returns the bytes that do not fit.
  const auto part = in_hand_->bytes.first(std::min(in_hand_->bytes.size(), into.size()));
  std::ranges::copy(part, into.begin());
  in_hand_->bytes = in_hand_->bytes.subspan(part.size());
  if (in_hand_->bytes.empty()) {
    wire.set_index(in_hand_->index);
    queue_.queue(wire.wire());
    in_hand_.reset();
  }
  changed();
  return static_cast<ssize_t>(part.size());
}

ssize_t Camera::read(const Opener& opener, bool block, std::span<std::byte> into) {
  std::unique_lock lock{mutex_};
  if (unplugged_) return -ENODEV;
  if (const auto error = faults_.failure(fake_read)) return -*error;
  if ((model_.device_caps & V4L2_CAP_READWRITE) == 0) return -EINVAL;
  if (queue_.busy() && (!reading_ || owner_ != &opener)) return -EBUSY;
  if (!reading_)
    if (const int error = begin_reading(opener)) return -error;
  auto got = read_locked(into);
  while (block && got == -EAGAIN) {
    changed_.wait(lock);
    got = unplugged_ ? -ENODEV : read_locked(into);
  }
  return got;
}

short Camera::mask(short wanted) const {
  if (unplugged_) return POLLERR | POLLHUP | POLLPRI;  // v4l2_poll() on an unregistered device
  if (!model_.reserves && !queue_.streaming()) return 0;
  if (always_ready_ && queue_.done_count() == 0 && queue_.fillable())
    return static_cast<short>(wanted & POLLIN);
  return queue_.poll_mask(wanted);
}

v4l2::UniqueFd Camera::memory_at(std::uint32_t offset) {
  const std::lock_guard lock{mutex_};
  const auto* const plane = unplugged_ ? nullptr : queue_.plane_at(offset);
  return plane != nullptr ? plane->export_memory() : v4l2::UniqueFd{};
}

bool Camera::captures() const {
  return (model_.device_caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) != 0;
}

v4l2::BufferType Camera::buffer_type() const {
  if (model_.metadata_size > 0) return v4l2::BufferType::metadata;
  return (model_.device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0
             ? v4l2::BufferType::capture_mplane
             : v4l2::BufferType::capture;
}

int Camera::dispatch(const Opener& opener, unsigned long request, void* argument) {
  if (request == VIDIOC_QUERYCAP) return querycap(*static_cast<v4l2_capability*>(argument));
  if (model_.metadata_size > 0)
    return request == VIDIOC_G_FMT ? g_meta_fmt(*static_cast<v4l2_format*>(argument))
                                   : queue_ioctl(opener, request, argument);
  if (!captures()) return ENOTTY;
  if (model_.formats.empty()) {  // as v4l2loopback 0.12
    if (request == VIDIOC_G_FMT) return EINVAL;
    if (request == VIDIOC_TRY_FMT || request == VIDIOC_S_FMT) return EBUSY;
  }
  switch (request) {
    case VIDIOC_ENUMINPUT:
      return enum_input(*static_cast<v4l2_input*>(argument));
    case VIDIOC_G_INPUT:
      *static_cast<int*>(argument) = static_cast<int>(input_);
      return 0;
    case VIDIOC_S_INPUT:
      return s_input(*static_cast<const int*>(argument));
    case VIDIOC_ENUM_FMT:
      return enum_fmt(*static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_ENUM_FRAMESIZES:
      return enum_framesizes(*static_cast<v4l2_frmsizeenum*>(argument));
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return enum_frameintervals(*static_cast<v4l2_frmivalenum*>(argument));
    case VIDIOC_G_FMT:
      return g_fmt(*static_cast<v4l2_format*>(argument));
    case VIDIOC_TRY_FMT:
      return try_fmt(*static_cast<v4l2_format*>(argument));
    case VIDIOC_S_FMT:
      return s_fmt(opener, *static_cast<v4l2_format*>(argument));
    case VIDIOC_G_PARM:
      return g_parm(*static_cast<v4l2_streamparm*>(argument));
    case VIDIOC_S_PARM:
      return s_parm(*static_cast<v4l2_streamparm*>(argument));
    default:
      break;
  }
  int answered = control_ioctl(opener, request, argument);
  if (answered == ENOTTY) answered = extension_ioctl(request, argument);
  if (answered == ENOTTY) answered = source_ioctl(opener, request, argument);
  return answered == ENOTTY ? queue_ioctl(opener, request, argument) : answered;
}

int Camera::querycap(v4l2_capability& answer) const {
  answer = {};
  put_text(answer.driver, model_.driver);
  put_text(answer.card, model_.card);
  put_text(answer.bus_info, model_.bus);
  answer.version = 0x060100;
  answer.device_caps = model_.device_caps;
  answer.capabilities = model_.device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

void Camera::guard_start(std::function<int(const v4l2::Format&)> guard) {
  const std::lock_guard lock{mutex_};
  guard_ = std::move(guard);
}

void Camera::share(std::shared_ptr<Bus> bus) {
  const std::lock_guard lock{mutex_};
  bus_ = std::move(bus);
}

std::uint64_t Camera::demand() {
  const std::lock_guard lock{mutex_};
  return demand_locked();
}

std::uint64_t Camera::demand_locked() const {
  std::uint64_t bytes{};
  for (const auto& plane : planes_)
    bytes += plane.size;
  if (is_compressed(format_.fourcc.code))
    bytes = std::uint64_t{format_.size.width} * format_.size.height / 4;
  return bytes * interval_.denominator / interval_.numerator;
}

bool Camera::finds_room() {
  return !bus_ || bus_->reserve(this, demand_locked());
}

bool Camera::takes(std::uint32_t media_bus_code, std::uint32_t fourcc) const {
  return std::ranges::any_of(model_.formats, [&](const ModelFormat& format) {
    return format.media_bus_code == media_bus_code && format.fourcc == fourcc;
  });
}

int Camera::enum_fmt(v4l2_fmtdesc& answer) const {
  if (!model_.lists_formats) return ENOTTY;
  if (answer.type != to_wire(buffer_type())) return EINVAL;
  std::vector<std::uint32_t> fourccs;
  for (const auto& format : model_.formats)
    if (answer.mbus_code == 0 || answer.mbus_code == format.media_bus_code)
      fourccs.push_back(format.fourcc);
  if (answer.index >= fourccs.size()) return EINVAL;
  const auto index = answer.index;
  const auto code = answer.mbus_code;
  answer = {};
  answer.index = index;
  answer.mbus_code = code;
  answer.type = to_wire(buffer_type());
  answer.pixelformat = fourccs[index];
  if (is_compressed(answer.pixelformat))
    answer.flags = V4L2_FMT_FLAG_COMPRESSED;
  else if (model_.csc)
    answer.flags = V4L2_FMT_FLAG_CSC_COLORSPACE | V4L2_FMT_FLAG_CSC_XFER_FUNC |
                   V4L2_FMT_FLAG_CSC_YCBCR_ENC | V4L2_FMT_FLAG_CSC_QUANTIZATION;
  put_text(answer.description, v4l2::Fourcc{answer.pixelformat}.to_string());
  return 0;
}

int Camera::enum_framesizes(v4l2_frmsizeenum& answer) const {
  if (!model_.lists_sizes) return ENOTTY;
  const auto format = std::ranges::find(model_.formats, answer.pixel_format, &ModelFormat::fourcc);
  if (format == model_.formats.end() || answer.index >= format->modes.size()) return EINVAL;
  if (format->step != v4l2::Size{}) {
    if (answer.index > 0) return EINVAL;
    const auto& least = format->modes.front().size;
    const auto& most = format->modes.back().size;
    answer.type = format->step == v4l2::Size{1, 1} ? V4L2_FRMSIZE_TYPE_CONTINUOUS
                                                   : V4L2_FRMSIZE_TYPE_STEPWISE;
    answer.stepwise = {.min_width = least.width,
                       .max_width = most.width,
                       .step_width = format->step.width,
                       .min_height = least.height,
                       .max_height = most.height,
                       .step_height = format->step.height};
    return 0;
  }
  const auto& size = format->modes[answer.index].size;
  answer.type = V4L2_FRMSIZE_TYPE_DISCRETE;
  answer.discrete = {.width = size.width, .height = size.height};
  return 0;
}

int Camera::enum_frameintervals(v4l2_frmivalenum& answer) const {
  if (!model_.has_rates) return ENOTTY;
  const auto format = std::ranges::find(model_.formats, answer.pixel_format, &ModelFormat::fourcc);
  if (format == model_.formats.end()) return EINVAL;
  const v4l2::Size size{answer.width, answer.height};
  // Each size of a range has the intervals of the last mode.
  const auto mode = format->step != v4l2::Size{}
                        ? std::prev(format->modes.end())
                        : std::ranges::find(format->modes, size, &ModelMode::size);
  if (mode == format->modes.end() || answer.index >= mode->intervals.size()) return EINVAL;
  const auto& interval = mode->intervals[answer.index];
  answer.type = V4L2_FRMIVAL_TYPE_DISCRETE;
  answer.discrete = {.numerator = interval.numerator, .denominator = interval.denominator};
  return 0;
}

/// Returns the camera's colorimetry, or the requested one where the camera converts. DEFAULT
/// requests no change. Without a colorspace the kernel ignores the other fields.
v4l2::Colorimetry Camera::colorimetry(std::uint32_t fourcc, const v4l2::Format& wanted) const {
  if (is_compressed(fourcc)) return {.colorspace = V4L2_COLORSPACE_JPEG};
  auto colours = model_.colorimetry;
  // A node behind a media graph takes its user's colorimetry, as vimc's does.
  if ((model_.device_caps & V4L2_CAP_IO_MC) != 0 && wanted.colorimetry.colorspace != 0)
    return wanted.colorimetry;
  if (!model_.csc || !wanted.convert || wanted.colorimetry.colorspace == 0) return colours;
  const auto take = [](std::uint32_t& own, std::uint32_t asked) {
    if (asked != 0) own = asked;
  };
  take(colours.colorspace, wanted.colorimetry.colorspace);
  take(colours.transfer, wanted.colorimetry.transfer);
  take(colours.encoding, wanted.colorimetry.encoding);
  take(colours.quantization, wanted.colorimetry.quantization);
  return colours;
}

/// Returns the nearest format that the camera has. Drivers never refuse VIDIOC_S_FMT.
v4l2::Format Camera::nearest(const v4l2::Format& wanted) const {
  auto format = std::ranges::find(model_.formats, wanted.fourcc.code, &ModelFormat::fourcc);
  if (format == model_.formats.end()) format = model_.formats.begin();
  const auto distance = [&wanted](const ModelMode& mode) {
    const auto area = [](v4l2::Size size) {
      return std::int64_t{size.width} * size.height;
    };
    return std::abs(area(mode.size) - area(wanted.size));
  };
  const auto mode = std::ranges::min_element(format->modes, {}, distance);
  v4l2::Format actual;
  actual.fourcc = {format->fourcc};
  actual.size = mode->size;
  if (format->step != v4l2::Size{}) {
    const auto clamp = [](std::uint32_t asked, std::uint32_t least, std::uint32_t most,
                          std::uint32_t step) {
      return least + (std::clamp(asked, least, most) - least) / step * step;
    };
    const auto& least = format->modes.front().size;
    const auto& most = format->modes.back().size;
    actual.size = {clamp(wanted.size.width, least.width, most.width, format->step.width),
                   clamp(wanted.size.height, least.height, most.height, format->step.height)};
  }
  actual.field = std::ranges::find(model_.fields, wanted.field) != model_.fields.end()
                     ? wanted.field
                     : model_.field;
  actual.colorimetry = colorimetry(format->fourcc, wanted);
  const auto planes =
      planes_of(model_, format->fourcc, actual.size, wanted.planes[0].bytes_per_line);
  actual.plane_count = static_cast<std::uint32_t>(planes.size());
  for (std::size_t plane = 0; plane < planes.size(); ++plane)
    actual.planes[plane] = {.bytes_per_line = planes[plane].bytes_per_line,
                            .size_image = planes[plane].size};
  return actual;
}

/// to_wire() makes requests, which carry no colorimetry without a conversion.
v4l2_format Camera::answer_of(v4l2::Format format) const {
  format.convert = true;
  auto wire = to_wire(format, buffer_type());
  if (buffer_type() == v4l2::BufferType::capture_mplane)
    wire.fmt.pix_mp.flags = 0;
  else
    wire.fmt.pix.flags = 0;
  return wire;
}

int Camera::g_fmt(v4l2_format& answer) const {
  if (answer.type != to_wire(buffer_type())) return EINVAL;
  answer = answer_of(format_);
  return 0;
}

int Camera::try_fmt(v4l2_format& answer) const {
  if (answer.type != to_wire(buffer_type())) return EINVAL;
  auto wanted = v4l2::from_wire(answer);
  const auto flags = buffer_type() == v4l2::BufferType::capture_mplane ? answer.fmt.pix_mp.flags
                                                                       : answer.fmt.pix.flags;
  wanted.convert = (flags & V4L2_PIX_FMT_FLAG_SET_CSC) != 0;
  answer = answer_of(nearest(wanted));
  return 0;
}

int Camera::s_fmt(const Opener& opener, v4l2_format& answer) {
  if (!model_.reserves && answer.type == V4L2_BUF_TYPE_VIDEO_OUTPUT) {
    answer.fmt.pix = answer_of(format_).fmt.pix;  // a producer is given the reader's format
    return 0;
  }
  if (queue_.busy() || (owner_ != nullptr && owner_ != &opener)) return EBUSY;
  if (const auto error = try_fmt(answer)) return error;
  set_format(v4l2::from_wire(answer));
  fit_rectangles();
  if (const auto* const at = mode(); model_.default_rate && at != nullptr && !at->intervals.empty())
    interval_ = at->intervals.front();
  return 0;
}

void Camera::set_format(const v4l2::Format& format) {
  format_ = format;
  planes_ = planes_of(model_, format.fourcc.code, format.size, format.planes[0].bytes_per_line);
}

const ModelMode* Camera::mode() const {
  for (const auto& format : model_.formats) {
    if (format.fourcc != format_.fourcc.code) continue;
    if (format.step != v4l2::Size{}) return &format.modes.back();
    const auto found = std::ranges::find(format.modes, format_.size, &ModelMode::size);
    if (found != format.modes.end()) return &*found;
  }
  return nullptr;
}

int Camera::g_parm(v4l2_streamparm& answer) const {
  if (!model_.has_rates) return ENOTTY;
  if (answer.type != to_wire(buffer_type())) return EINVAL;
  answer.parm.capture = {};
  answer.parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  answer.parm.capture.capturemode = model_.capture_mode;
  answer.parm.capture.timeperframe = {.numerator = interval_.numerator,
                                      .denominator = interval_.denominator};
  return 0;
}

int Camera::s_parm(v4l2_streamparm& answer) {
  if (!model_.has_rates) return ENOTTY;
  if (answer.type != to_wire(buffer_type())) return EINVAL;
  if (answer.parm.capture.capturemode != model_.capture_mode) return EINVAL;
  const auto& wanted = answer.parm.capture.timeperframe;
  const auto* const at = mode();
  if (at != nullptr && !at->intervals.empty()) {
    const auto distance = [&wanted](const v4l2::Interval& offered) {
      const auto seconds = [](auto n, auto d) {
        return d == 0 ? 0.0 : 1.0 * n / d;
      };
      return std::abs(seconds(wanted.numerator, wanted.denominator) -
                      seconds(offered.numerator, offered.denominator));
    };
    interval_ = *std::ranges::min_element(at->intervals, {}, distance);
  }
  if (model_.sets.known()) interval_ = model_.sets;
  if (model_.rate_fourcc != 0) {
    v4l2::Format changed;
    changed.fourcc = {model_.rate_fourcc};
    changed.size = model_.rate_size;
    set_format(nearest(changed));
  }
  return g_parm(answer);
}

int Camera::queue_ioctl(const Opener& opener, unsigned long request, void* argument) {
  const auto multiplanar = buffer_type() == v4l2::BufferType::capture_mplane;
  const bool foreign = owner_ != nullptr && owner_ != &opener;
  if (reading_) return EBUSY;
  int error = ENOTTY;
  switch (request) {
    case VIDIOC_REQBUFS: {
      auto& wanted = *static_cast<v4l2_requestbuffers*>(argument);
      if (wanted.type != to_wire(buffer_type())) return EINVAL;
      if (foreign) return EBUSY;
      error = queue_.request(wanted, model_, multiplanar, planes_);
      if (error == 0) owner_ = queue_.busy() ? &opener : nullptr;
      break;
    }
    case VIDIOC_CREATE_BUFS:
      if (foreign) return EBUSY;
      error =
          queue_.create(*static_cast<v4l2_create_buffers*>(argument), model_, multiplanar, planes_);
      if (error == 0 && queue_.busy()) owner_ = &opener;
      break;
    case VIDIOC_REMOVE_BUFS: {
      const auto& unwanted = *static_cast<v4l2_remove_buffers*>(argument);
      if (!model_.removes) return ENOTTY;
      if (unwanted.type != to_wire(buffer_type())) return EINVAL;
      if (unwanted.count == 0) return 0;
      if (foreign) return EBUSY;
      error = queue_.remove(unwanted);
      break;
    }
    case VIDIOC_EXPBUF:
      if (foreign) return EBUSY;
      return queue_.export_plane(*static_cast<v4l2_exportbuffer*>(argument), model_);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF: {
      if (static_cast<std::uint32_t>(*static_cast<int*>(argument)) != to_wire(buffer_type()))
        return EINVAL;
      if (foreign) return EBUSY;
      const bool was_streaming = queue_.streaming();
      if (request == VIDIOC_STREAMON && guard_ && !was_streaming)
        if (const int refused = guard_(format_)) return refused;
      if (request == VIDIOC_STREAMON && lacks_producer()) return EIO;
      if (request == VIDIOC_STREAMON && !was_streaming && queue_.busy() && !finds_room())
        return ENOSPC;
      error = request == VIDIOC_STREAMON ? queue_.stream_on() : queue_.stream_off();
      if (!was_streaming && queue_.streaming()) sequence_ = 0;
      break;
    }
    case VIDIOC_QUERYBUF:
    case VIDIOC_QBUF:
    case VIDIOC_DQBUF:
      error = buffer_ioctl(opener, request, *static_cast<v4l2_buffer*>(argument));
      break;
    default:
      return ENOTTY;
  }
  changed();
  return error;
}

int Camera::buffer_ioctl(const Opener& opener, unsigned long request, v4l2_buffer& argument) {
  if (argument.type != to_wire(buffer_type())) return EINVAL;
  if (request == VIDIOC_QUERYBUF) return queue_.query(argument);
  if (owner_ != nullptr && owner_ != &opener) return EBUSY;
  return request == VIDIOC_QBUF ? queue_.queue(argument) : queue_.dequeue(argument);
}

}  // namespace fake
