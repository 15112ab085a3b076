#include "source.h"

#include <algorithm>
#include <utility>

#include "overloaded.h"

namespace v4l2gst {
namespace {

constexpr guint usual_buffers = 4;

GstClockTime duration_of(v4l2::Interval interval) {
  if (!interval.known()) return GST_CLOCK_TIME_NONE;
  // Asked for each frame. No 32-bit numerator overflows it, so the general scaling is not needed.
  return GST_SECOND * interval.numerator / interval.denominator;
}

std::string name_of(const Choice& choice) {
  return v4l2::Fourcc{choice.row->fourcc}.to_string() + " " + std::to_string(choice.size.width) +
         "x" + std::to_string(choice.size.height);
}

}  // namespace

// ---- settings and facts -------------------------------------------------------------------------

Settings Source::settings() const {
  const std::lock_guard lock{settings_mutex_};
  return settings_;
}

void Source::set_device(std::string device) {
  const std::lock_guard lock{settings_mutex_};
  settings_.device = std::move(device);
}

void Source::set_io_mode(IoMode mode) {
  const std::lock_guard lock{settings_mutex_};
  settings_.io_mode = mode;
}

Facts Source::facts() const {
  const std::lock_guard lock{settings_mutex_};
  return facts_;
}

void Source::update_facts() {
  Facts facts;
  if (device_) {
    facts.device = path();
    facts.device_name = device().capability().card_name();
    facts.device_fd = device().node()->descriptor();
    facts.capabilities = device().capability().bits();
    facts.modes = device().modes();
  }
  if (agreement_) facts.frame_duration = duration_of(agreement().interval);
  if (capture_) facts.buffer_count = capture().buffers.count();
  const std::lock_guard lock{settings_mutex_};
  facts_ = std::move(facts);
}

void Source::report(const Report& report) {
  reported_ = true;
  post(GST_ELEMENT(element_), report);
}

bool Source::redundant(GstMessage* message) const {
  return reported_ && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && !is_report(message);
}

// ---- opening and closing ------------------------------------------------------------------------

bool Source::open() {
  reported_ = false;
  auto opened = [this]() -> Outcome<> {
    const auto wanted = settings().device;
    auto device = open_device();
    if (!device) return std::unexpected{device.error()};
    const std::lock_guard lock{context_};
    device_.emplace(std::move(*device));
    opened_for_ = wanted;
    update_facts();
    return {};
  }();
  if (!opened) report(opened.error());
  return opened.has_value();
}

Source::Outcome<v4l2::Device> Source::open_device() const {
  const auto wanted = settings().device;
  if (wanted.empty()) return first_camera();
  auto device = v4l2::Device::open(*kernel_, wanted);
  if (!device) return std::unexpected{cannot_open(wanted, device.error())};
  const auto kind = device->capability().kind();
  if (kind != v4l2::NodeKind::capture)
    return std::unexpected{wrong_node(wanted, kind, sibling_of(*device))};
  return std::move(*device);
}

Source::Outcome<v4l2::Device> Source::first_camera() const {
  std::optional<Report> obstacle;
  for (const auto& node : v4l2::video_nodes(*kernel_)) {
    auto device = v4l2::Device::open(*kernel_, node);
    if (device && device->capability().kind() == v4l2::NodeKind::capture) return std::move(*device);
    // Of several, the first is the one that the user most likely means.
    if (!device && !obstacle) obstacle = cannot_open(node, device.error());
  }
  return std::unexpected{obstacle.value_or(no_camera())};
}

std::string Source::sibling_of(const v4l2::Device& device) const {
  const auto bus = device.capability().bus();
  for (const auto& node : v4l2::video_nodes(*kernel_)) {
    const auto other = v4l2::Device::open(*kernel_, node);
    if (other && other->capability().kind() == v4l2::NodeKind::capture &&
        other->capability().bus() == bus)
      return node;
  }
  return {};
}

void Source::close() {
  const std::lock_guard lock{context_};
  capture_.reset();
  agreement_.reset();
  device_.reset();
  update_facts();
}

Source::Outcome<> Source::io_mode_is_built() const {
  const auto refuse = [this](const char* nick) {
    return std::unexpected{unsupported(
        path(), std::string{"io-mode="} + nick +
                    " is not built into this version of v4l2cppsrc. Use io-mode=auto, mmap or "
                    "dmabuf.")};
  };
  switch (settings().io_mode) {
    case IoMode::rw:
      return refuse("rw");
    case IoMode::userptr:
      return refuse("userptr");
    case IoMode::dmabuf_import:
      return refuse("dmabuf-import");
    case IoMode::automatic:
    case IoMode::mmap:
    case IoMode::dmabuf:
      break;
  }
  if (!device().capability().has(V4L2_CAP_STREAMING))
    return std::unexpected{unsupported(
        path(), "The device at '" + path() +
                    "' offers read() only, which is not built into this version of v4l2cppsrc.")};
  return {};
}

bool Source::start() {
  reported_ = false;
  const bool other_device = [this] {
    const std::lock_guard lock{context_};
    return !device_ || opened_for_ != settings().device;
  }();
  // The property may be changed in READY.
  if (other_device && !open()) return false;
  const auto usable = [this] {
    const std::lock_guard lock{context_};
    continuity_.restart();
    running_time_.restart();
    return io_mode_is_built();
  }();
  if (!usable) report(usable.error());
  return usable.has_value();
}

void Source::stop() {
  const std::lock_guard lock{context_};
  capture_.reset();
  agreement_.reset();
  clock_.reset();
  waker_.lower(v4l2::Waker::pause);
  update_facts();
}

void Source::pause() {
  waker_.raise(v4l2::Waker::pause);
  const std::lock_guard lock{context_};
  if (capture_) capture().stream.reset();
}

void Source::resume() {
  waker_.lower(v4l2::Waker::pause);
}

void Source::unlock() {
  waker_.raise(v4l2::Waker::flush);
}

void Source::unlock_stop() {
  waker_.lower(v4l2::Waker::flush);
}

// ---- negotiation --------------------------------------------------------------------------------

bool Source::negotiate() {
  // Not filtered by our own caps: their order would pass for a preference of downstream's.
  const CapsPtr wanted{gst_pad_peer_query_caps(GST_BASE_SRC_PAD(element_), nullptr)};
  auto agreed = [&]() -> Outcome<CapsPtr> {
    const std::lock_guard lock{context_};
    // A change elsewhere in the pipeline that still takes what flows is no reason to stop the flow.
    if (agreement_ && capture_ && gst_caps_is_subset(agreement().caps.get(), wanted.get()) != FALSE)
      return CapsPtr{gst_caps_ref(agreement().caps.get())};
    return agree(wanted.get());
  }();
  if (!agreed) {
    report(agreed.error());
    return false;
  }
  return gst_base_src_set_caps(element_, agreed->get()) != FALSE;
}

Source::Outcome<CapsPtr> Source::agree(const GstCaps* wanted) {
  const auto offers = offers_within(*device().modes(), wanted);
  if (!offers) return std::unexpected{failed(path(), offers.error(), "to list its modes")};
  const auto best = choices(*offers, wanted);
  if (best.empty()) {
    const TextPtr text{gst_caps_to_string(wanted)};
    return std::unexpected{not_negotiated(
        path(), "The device at '" + path() +
                    "' has no mode that downstream takes. Downstream takes: " + text.get() +
                    ". 'v4l2-ctl -d " + path() +
                    " --list-formats-ext' shows what the device has.")};
  }
  // The driver refuses another format as long as buffers are allocated.
  capture_.reset();
  agreement_.reset();
  Outcome<> settled;
  for (const auto& choice : best) {
    settled = settle(choice, wanted);
    if (settled) return CapsPtr{gst_caps_ref(agreement().caps.get())};
    // Only what the driver changed is worth another try; a failed call is not.
    if (settled.error().cause != Cause::not_negotiated) break;
  }
  return std::unexpected{settled.error()};
}

Source::Outcome<> Source::settle(const Choice& choice, const GstCaps* wanted) {
  v4l2::Format asked;
  asked.fourcc = {choice.row->fourcc};
  asked.size = choice.size;
  asked.field = V4L2_FIELD_ANY;
  const auto format = device().set_format(asked);
  if (!format)
    return std::unexpected{failed(path(), format.error(), "to set the format " + name_of(choice))};
  auto interval = choice.interval;
  if (interval.known()) {
    const auto actual = device().set_interval(interval);
    if (!actual) return std::unexpected{failed(path(), actual.error(), "to set the frame rate")};
    // Where the driver knows no rates, what downstream asked for is as good as any.
    if (actual->known()) interval = *actual;
  } else if (const auto current = device().interval(); current) {
    interval = *current;
  }
  const auto* const row = row_of(format->fourcc.code);
  const auto changed = [&](const std::string& what) {
    return std::unexpected{not_negotiated(path(), "The device at '" + path() + "' was asked for " +
                                                      name_of(choice) + " and settled on " + what +
                                                      ", which downstream does not take.")};
  };
  if (row == nullptr) return changed(format->fourcc.to_string());
  GstVideoInfo info;
  gst_video_info_init(&info);
  const bool known = interval.known();
  auto caps = fixed_caps(*row, *format, &info, known ? static_cast<int>(interval.denominator) : 0,
                         known ? static_cast<int>(interval.numerator) : 1);
  if (gst_caps_can_intersect(caps.get(), wanted) == FALSE) {
    const TextPtr text{gst_caps_to_string(caps.get())};
    return changed(text.get());
  }
  agreement_.emplace(Agreement{.row = row,
                               .format = *format,
                               .interval = interval,
                               .caps = std::move(caps),
                               .layout = std::nullopt});
  if (row->raw()) agreement().layout = layout_of(*format, *row, info);
  return {};
}

// ---- allocation ---------------------------------------------------------------------------------

bool Source::decide_allocation(GstQuery* query) {
  guint size{};
  guint least{};
  guint most{};
  const bool proposed = gst_query_get_n_allocation_pools(query) > 0;
  if (proposed) gst_query_parse_nth_allocation_pool(query, 0, nullptr, &size, &least, &most);
  const auto allocated = [&]() -> Outcome<PoolPtr> {
    const std::lock_guard lock{context_};
    if (!agreement_) return PoolPtr{};
    if (!capture_) {
      const auto done = allocate(std::max(usual_buffers, least + 2));
      if (!done) return std::unexpected{done.error()};
    }
    const auto planes = agreement().format.memory_planes();
    size = 0;
    for (const auto& plane : planes)
      size += plane.size_image;
    most = capture().buffers.count();
    return PoolPtr{GST_BUFFER_POOL(gst_object_ref(capture().pool.get()))};
  }();
  if (!allocated) {
    report(allocated.error());
    return false;
  }
  if (proposed)
    gst_query_set_nth_allocation_pool(query, 0, allocated->get(), size, most, most);
  else
    gst_query_add_allocation_pool(query, allocated->get(), size, most, most);
  // The answer to LATENCY is known only now.
  gst_element_post_message(GST_ELEMENT(element_), gst_message_new_latency(GST_OBJECT(element_)));
  return true;
}

Source::Outcome<> Source::allocate(std::uint32_t count) {
  auto buffers = v4l2::Buffers::request(device().node(), waker_,
                                        {.type = device().buffer_type(),
                                         .plane_count = agreement().format.plane_count,
                                         .count = count});
  if (!buffers) return std::unexpected{failed(path(), buffers.error(), "to allocate its buffers")};
  auto shelf = stock(*buffers);
  if (!shelf) return std::unexpected{failed(path(), shelf.error(), "to map its buffers")};
  guint size{};
  for (const auto& plane : buffers->planes(0))
    size += plane.length;
  auto pool = make_pool(*shelf, agreement().caps.get(), size, buffers->count());
  capture_.emplace(Capture{.buffers = std::move(*buffers),
                           .shelf = std::move(*shelf),
                           .pool = std::move(pool),
                           .stream = std::nullopt});
  update_facts();
  return {};
}

v4l2::Result<std::shared_ptr<Shelf>> Source::stock(const v4l2::Buffers& buffers) const {
  const auto mode = settings().io_mode;
  if (mode == IoMode::mmap) return Shelf::stock(buffers, Shelf::Kind::system, agreement().layout);
  auto shelf = Shelf::stock(buffers, Shelf::Kind::dmabuf, agreement().layout);
  if (shelf || mode == IoMode::dmabuf) return shelf;
  GST_INFO_OBJECT(element_, "io-mode=auto takes plain memory: the driver exports no DMABuf (%s)",
                  g_strerror(shelf.error().code));
  return Shelf::stock(buffers, Shelf::Kind::system, agreement().layout);
}

// ---- data flow ----------------------------------------------------------------------------------

GstFlowReturn Source::create(GstBuffer** buffer) {
  for (;;) {
    const auto outcome = next_buffer(buffer);
    if (!outcome) {
      report(outcome.error());
      return GST_FLOW_ERROR;
    }
    if (*outcome != GST_FLOW_CUSTOM_SUCCESS) return *outcome;
    if (waker_.raised(v4l2::Waker::flush)) return GST_FLOW_FLUSHING;
    const auto playing = gst_base_src_wait_playing(element_);
    if (playing != GST_FLOW_OK) return playing;
  }
}

/// GST_FLOW_CUSTOM_SUCCESS: interrupted, and to be tried again once the pipeline plays.
Source::Outcome<GstFlowReturn> Source::next_buffer(GstBuffer** buffer) {
  const std::lock_guard lock{context_};
  if (!capture_) return GST_FLOW_NOT_NEGOTIATED;
  if (!capture().stream) {
    if (waker_.raised(v4l2::Waker::pause)) return GST_FLOW_CUSTOM_SUCCESS;
    auto stream = v4l2::Stream::start(capture().buffers);
    if (!stream) return std::unexpected{failed(path(), stream.error(), "to start streaming")};
    capture().stream.emplace(std::move(*stream));
    continuity_.stream_began();
  }
  for (;;) {
    auto arrival = stream().next();
    if (!arrival) return std::unexpected{failed(path(), arrival.error(), "to receive a frame")};
    auto flow = std::visit(
        Overloaded{[&](v4l2::Frame& frame) -> std::optional<Outcome<GstFlowReturn>> {
                     if (!complete(frame)) return std::nullopt;  // and its end requeues it
                     return deliver(std::move(frame), buffer);
                   },
                   [](v4l2::Interrupted) -> std::optional<Outcome<GstFlowReturn>> {
                     return GST_FLOW_CUSTOM_SUCCESS;
                   },
                   [&](const v4l2::Lost& lost) -> std::optional<Outcome<GstFlowReturn>> {
                     return std::unexpected{failed(path(), lost.error, "to receive a frame")};
                   },
                   // There is no timeout, so these do not come.
                   [](v4l2::Stalled) -> std::optional<Outcome<GstFlowReturn>> { return {}; },
                   [](v4l2::Starved) -> std::optional<Outcome<GstFlowReturn>> {
                     return {};
                   }},
        *arrival);
    if (flow) return std::move(*flow);
  }
}

bool Source::complete(const v4l2::Frame& frame) const {
  const auto& layout = agreement().layout;
  if (!layout) return frame.payloads()[0].length > 0;
  for (std::size_t plane = 0; plane < frame.payloads().size(); ++plane)
    if (frame.payloads()[plane].length < layout->needed[plane]) return false;
  return true;
}

GstFlowReturn Source::deliver(v4l2::Frame&& frame, GstBuffer** buffer) {
  const auto seen = continuity_.observe(frame.sequence());
  const bool monotonic =
      (frame.flags() & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  const auto timestamp = monotonic ? std::optional{frame.timestamp()} : std::nullopt;
  const bool key_frame = (frame.flags() & V4L2_BUF_FLAG_KEYFRAME) != 0;
  const bool partial_frame = (frame.flags() & (V4L2_BUF_FLAG_PFRAME | V4L2_BUF_FLAG_BFRAME)) != 0;
  const bool corrupted = (frame.flags() & V4L2_BUF_FLAG_ERROR) != 0;

  auto wrapped = wrap(capture().pool.get(), std::move(frame));
  if (!wrapped) return GST_FLOW_FLUSHING;
  auto* const out = wrapped.get();
  GST_BUFFER_PTS(out) = running_time_.stamp(timestamp, read_clocks());
  GST_BUFFER_DURATION(out) = duration_of(agreement().interval);
  GST_BUFFER_OFFSET(out) = seen.offset;
  GST_BUFFER_OFFSET_END(out) = seen.offset + 1;
  if (seen.discontinuous) GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_DISCONT);
  if (partial_frame && !key_frame) GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_DELTA_UNIT);
  if (corrupted) GST_BUFFER_FLAG_SET(out, GST_BUFFER_FLAG_CORRUPTED);
  *buffer = wrapped.release();
  return GST_FLOW_OK;
}

ClockReading Source::read_clocks() {
  // A clock is counted when it changes, not for each frame.
  ClockPtr outgoing;  // dies, if it does, after the lock is released
  GST_OBJECT_LOCK(element_);
  if (auto* const current = GST_ELEMENT_CLOCK(element_); current != clock_.get()) {
    outgoing = std::move(clock_);
    if (current != nullptr) clock_.reset(GST_CLOCK_CAST(gst_object_ref(current)));
  }
  const auto base_time = static_cast<GstClockTime>(GST_ELEMENT_CAST(element_)->base_time);
  GST_OBJECT_UNLOCK(element_);
  const auto monotonic = kernel_->monotonic_time();
  // Without a clock there is no running time to speak of: the stream begins at 0.
  if (!clock_) return {.monotonic = monotonic, .pipeline = base_time, .base_time = base_time};
  return {
      .monotonic = monotonic, .pipeline = gst_clock_get_time(clock_.get()), .base_time = base_time};
}

// ---- queries ------------------------------------------------------------------------------------

CapsPtr Source::caps(GstCaps* filter) const {
  const auto modes = facts().modes;
  auto offered = [&] {
    if (!modes) return template_caps();
    const auto offers = offers_within(*modes, filter);
    return offers ? caps_of(*offers) : template_caps();
  }();
  if (filter == nullptr) return offered;
  return CapsPtr{gst_caps_intersect_full(filter, offered.get(), GST_CAPS_INTERSECT_FIRST)};
}

bool Source::answer_latency(GstQuery* query) const {
  const auto known = facts();
  if (!GST_CLOCK_TIME_IS_VALID(known.frame_duration) || known.buffer_count == 0) {
    gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return true;
  }
  // A frame is complete one interval after its first line was captured, and the driver can keep as
  // many as it has buffers before it loses one.
  gst_query_set_latency(query, TRUE, known.frame_duration,
                        known.frame_duration * known.buffer_count);
  return true;
}

}  // namespace v4l2gst
