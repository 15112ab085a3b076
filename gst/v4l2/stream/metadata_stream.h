#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device/fourcc.h"
#include "kernel/mapping.h"
#include "kernel/waker.h"
#include "stream/buffers.h"
#include "stream/stream.h"

namespace v4l2 {

/// Reads the metadata that a device captures along with its frames, at a node of its own
/// (V4L2_BUF_TYPE_META_CAPTURE). The node streams while this object exists. Its buffers stay the
/// driver's, mapped here. Streaming context only.
class MetadataStream {
public:
  /// Opens the node at `path` and starts it, with as many buffers as the driver gives. Error: that
  /// of the call that failed; EINVAL with a hint if the node captures no metadata.
  static Result<std::unique_ptr<MetadataStream>> start(Kernel& kernel, const std::string& path);

  /// Returns true if the node at `path` captures metadata. Opens it for a moment.
  static bool is_at(Kernel& kernel, const std::string& path);

  MetadataStream(const MetadataStream&) = delete;
  MetadataStream& operator=(const MetadataStream&) = delete;
  /// Stops the node, frees its buffers and closes it.
  ~MetadataStream() = default;

  /// Returns what the metadata is: V4L2_META_FMT_*.
  [[nodiscard]] Fourcc format() const { return format_; }

  /// Returns how many bytes the metadata of a frame has at most.
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Takes the metadata of the next frame, without waiting. Returns nullopt if there is none yet.
  /// Error: that of VIDIOC_DQBUF.
  Result<std::optional<Frame>> next();

  /// Waits until there is metadata to take, at most for `timeout`. Any reason of `interrupt` ends
  /// the wait.
  void wait(std::chrono::milliseconds timeout, const Waker& interrupt) const;

  /// Returns the bytes of metadata that next() has returned. They are valid while `metadata` is.
  [[nodiscard]] std::span<const std::byte> bytes_of(const Frame& metadata) const;

private:
  MetadataStream(std::shared_ptr<const Node> node, const v4l2_meta_format& format);
  Result<> allocate();

  std::shared_ptr<const Node> node_;
  Fourcc format_;
  std::size_t size_;
  Waker waker_{Waker::Later::later};  // nobody waits for a requeue
  std::unique_ptr<Buffers> buffers_;  // never null once started, nor is the stream
  std::vector<Mapping> mappings_;     // by buffer
  std::unique_ptr<Stream> stream_;
};

}  // namespace v4l2
