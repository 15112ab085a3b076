#include "stream/metadata_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "device/capability.h"
#include "kernel/node.h"

namespace v4l2 {
namespace {

/// Opens the node at `path`. Error: that of the call; EINVAL if it captures no metadata.
Result<std::shared_ptr<const Node>> open_metadata(Kernel& kernel, const std::string& path) {
  auto node = Node::open(kernel, path);
  if (!node) return node;
  Capability capability{};
  const auto answered = (*node)->call<v4l2_capability>(request::querycap, capability);
  if (!answered) return std::unexpected{answered.error()};
  if (!capability.has(V4L2_CAP_META_CAPTURE))
    return std::unexpected{
        Error{.code = EINVAL, .call = request::querycap.name, .hint = "it captures no metadata"}};
  return node;
}

}  // namespace

MetadataStream::MetadataStream(std::shared_ptr<const Node> node, const v4l2_meta_format& format)
    : node_{std::move(node)}, format_{format.dataformat}, size_{format.buffersize} {}

Result<std::unique_ptr<MetadataStream>> MetadataStream::start(Kernel& kernel,
                                                              const std::string& path) {
  auto node = open_metadata(kernel, path);
  if (!node) return std::unexpected{node.error()};
  v4l2_format format{};
  format.type = to_wire(BufferType::metadata);
  const auto got = (*node)->call(request::g_fmt, format);
  if (!got) return std::unexpected{got.error()};
  std::unique_ptr<MetadataStream> made{new MetadataStream{std::move(*node), format.fmt.meta}};
  if (auto allocated = made->allocate(); !allocated) return std::unexpected{allocated.error()};
  auto stream = Stream::start(*made->buffers_);
  if (!stream) return std::unexpected{stream.error()};
  made->stream_ = std::make_unique<Stream>(std::move(*stream));
  return made;
}

bool MetadataStream::is_at(Kernel& kernel, const std::string& path) {
  return open_metadata(kernel, path).has_value();
}

/// Allocates and maps the buffers. Frames may wait in as many buffers as there are at most, and
/// each of them has metadata.
Result<> MetadataStream::allocate() {
  auto buffers = Buffers::request(
      node_, waker_, {.type = BufferType::metadata, .count = BufferQueue::most_buffers});
  if (!buffers) return std::unexpected{buffers.error()};
  buffers_ = std::make_unique<Buffers>(std::move(*buffers));
  for (std::uint32_t index = 0; index < buffers_->count(); ++index) {
    auto mapped = buffers_->map_node(index);
    if (!mapped) return std::unexpected{mapped.error()};
    mappings_.push_back(std::move(mapped->front()));
  }
  return {};
}

Result<std::optional<Frame>> MetadataStream::next() {
  auto arrival = stream_->ready();
  if (!arrival) return std::nullopt;
  if (!*arrival) return std::unexpected{arrival->error()};
  auto& what = **arrival;
  if (auto* const frame = std::get_if<Frame>(&what))
    return std::optional<Frame>{std::in_place, std::move(*frame)};
  if (const auto* const lost = std::get_if<Lost>(&what)) return std::unexpected{lost->error};
  if (const auto* const broken = std::get_if<Broken>(&what)) return std::unexpected{broken->error};
  return std::nullopt;
}

void MetadataStream::wait(std::chrono::milliseconds timeout, const Waker& interrupt) const {
  std::array<pollfd, 2> either{{{.fd = node_->descriptor(), .events = POLLIN, .revents = 0},
                                {.fd = interrupt.descriptor(), .events = POLLIN, .revents = 0}}};
  // A failure, or a signal, only ends the wait early.
  static_cast<void>(node_->kernel().poll(either, static_cast<int>(timeout.count())));
}

std::span<const std::byte> MetadataStream::bytes_of(const Frame& metadata) const {
  const auto& payload = metadata.payloads().front();
  const std::span<const std::byte> bytes = mappings_[metadata.index()].bytes();
  if (payload.offset > bytes.size()) return {};
  const auto rest = bytes.subspan(payload.offset);
  return rest.first(std::min<std::size_t>(payload.length, rest.size()));
}

}  // namespace v4l2
