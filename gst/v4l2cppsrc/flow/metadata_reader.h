#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "frames/frame_meta.h"
#include "kernel/error.h"
#include "stream/frame.h"

namespace v4l2 {
class MetadataStream;
}

namespace v4l2gst {

class Messages;
struct FlowParts;
struct Surroundings;

/// Reads a device's metadata along with its frames (`metadata-device`), and pairs the two.
///
/// The delivery of a run owns it, on the streaming thread. A device without its metadata streams
/// all the same: what fails is one WARNING. It allocates nothing for a frame.
class MetadataReader {
public:
  /// The value of `metadata-device` by which the node is looked for.
  static constexpr auto automatic = "auto";

  /// The arguments outlive it.
  MetadataReader(const Surroundings& surroundings, Messages& messages);
  MetadataReader(const MetadataReader&) = delete;
  MetadataReader& operator=(const MetadataReader&) = delete;
  ~MetadataReader();

  /// Starts the metadata node, before the device's stream is started. `wanted` is its path, or
  /// "auto"; empty for none. Ends what was read before.
  void begin(const FlowParts& at, const std::string& wanted);

  /// Returns the metadata of a frame. It is valid until the next call. nullopt if there is none.
  [[nodiscard]] std::optional<std::span<const std::byte>> of(const FrameRecord& frame);

  /// Returns what the metadata is: V4L2_META_FMT_*; 0 if none is read.
  [[nodiscard]] std::uint32_t format() const;

  /// Returns how many bytes the metadata of a frame has at most; 0 if none is read.
  [[nodiscard]] std::size_t size() const;

  /// Closes the metadata node.
  void end();

private:
  [[nodiscard]] const v4l2::Frame* next();
  void fail(const v4l2::Error& error, const char* doing);

  const Surroundings& surroundings_;
  Messages& messages_;
  std::unique_ptr<v4l2::MetadataStream> stream_;  // null while none is read
  std::optional<v4l2::Frame> held_;               // the metadata that was taken last
  bool is_paired_{};                              // that of the frame asked for last
  std::string path_;                              // of the node
  std::chrono::nanoseconds interval_{};           // between frames; 0 if unknown
  bool comes_first_{};  // the driver gives metadata before its frame, so it is not waited for
  bool told_{};         // the WARNING was added
};

}  // namespace v4l2gst
