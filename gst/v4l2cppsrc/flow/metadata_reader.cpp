#include "flow/metadata_reader.h"

#include <cerrno>
#include <utility>

#include "buffers/capture.h"
#include "camera/camera.h"
#include "common/log.h"
#include "device/device.h"
#include "device/identity.h"
#include "flow/data_flow.h"
#include "flow/surroundings.h"
#include "formats/stream_config.h"
#include "frames/metadata_match.h"
#include "messages/messages.h"
#include "messages/metadata_failures.h"
#include "stream/metadata_stream.h"

namespace v4l2gst {
namespace {

/// How long metadata that may come after its frame is waited for. The frame waits too.
constexpr std::chrono::milliseconds longest_wait{5};

/// Returns the metadata node of the camera at `path`: the first one after the camera's own, since a
/// device with several cameras has one for each. Empty if there is none.
std::string find_metadata_node(v4l2::Kernel& kernel, const Camera& camera) {
  const auto nodes = v4l2::nodes_of(kernel, camera.identity);
  std::string found;
  bool passed{};
  for (const auto& node : nodes) {
    if (node == camera.path()) {
      passed = true;
      continue;
    }
    if (!found.empty() && !passed) continue;
    if (!v4l2::MetadataStream::is_at(kernel, node)) continue;
    found = node;
    if (passed) break;
  }
  return found;
}

}  // namespace

MetadataReader::MetadataReader(const Surroundings& surroundings, Messages& messages)
    : surroundings_{surroundings}, messages_{messages} {}

MetadataReader::~MetadataReader() = default;

void MetadataReader::begin(const FlowParts& at, const std::string& wanted) {
  end();
  if (wanted.empty()) return;
  auto& kernel = *surroundings_.kernel;
  const auto duration = duration_of(at.config);
  interval_ = GST_CLOCK_TIME_IS_VALID(duration)
                  ? std::chrono::nanoseconds{static_cast<std::chrono::nanoseconds::rep>(duration)}
                  : std::chrono::nanoseconds{};
  path_ = wanted == automatic ? find_metadata_node(kernel, at.camera) : wanted;
  if (path_.empty()) {
    if (!std::exchange(told_, true)) messages_.warn(no_metadata_node(at.camera.path()));
    return;
  }
  if (at.capture.uses_read())
    return fail({.code = EINVAL, .call = "read", .hint = "io-mode=rw does not number frames"},
                "be read along");
  auto started = v4l2::MetadataStream::start(kernel, path_);
  if (!started) return fail(started.error(), "be read along");
  stream_ = std::move(*started);
  // uvcvideo completes the metadata of a frame before the frame itself. vivid does so after it.
  comes_first_ = at.camera.device.capability().driver_name() == "uvcvideo";
  GST_INFO_OBJECT(surroundings_.element, "reads metadata %s along at %s",
                  stream_->format().to_string().c_str(), path_.c_str());
}

void MetadataReader::end() {
  held_.reset();  // before the buffers go
  is_paired_ = false;
  stream_.reset();
}

std::uint32_t MetadataReader::format() const {
  return stream_ ? stream_->format().code : 0;
}

std::size_t MetadataReader::size() const {
  return stream_ ? stream_->size() : 0;
}

void MetadataReader::fail(const v4l2::Error& error, const char* doing) {
  end();
  if (std::exchange(told_, true)) return;
  messages_.warn(metadata_failed(path_, doing, error));
}

/// Returns the metadata that is to be paired, and takes the next one if there is none. Returns null
/// if none is there.
const v4l2::Frame* MetadataReader::next() {
  if (held_) return &*held_;
  auto next = stream_->next();
  if (!next) {
    // A loss of the device is told by its frames.
    if (next.error().gone())
      end();
    else
      fail(next.error(), "be read any more");
    return nullptr;
  }
  auto& found = *next;
  return found ? &held_.emplace(*std::move(found)) : nullptr;
}

std::optional<std::span<const std::byte>> MetadataReader::of(const FrameRecord& frame) {
  if (is_paired_) held_.reset();
  is_paired_ = false;
  bool has_waited = comes_first_;
  while (stream_) {
    const auto* const metadata = next();
    if (metadata == nullptr) {
      if (has_waited || !stream_) return std::nullopt;
      has_waited = true;
      stream_->wait(longest_wait, surroundings_.waker);
      continue;
    }
    const auto met = match({.sequence = metadata->sequence(), .timestamp = metadata->timestamp()},
                           {.sequence = frame.sequence, .timestamp = frame.timestamp}, interval_);
    if (met == MetadataMatch::newer) return std::nullopt;
    if (met == MetadataMatch::same) {
      is_paired_ = true;
      return stream_->bytes_of(*metadata);
    }
    held_.reset();  // of a frame that was lost or left out
  }
  return std::nullopt;
}

}  // namespace v4l2gst
