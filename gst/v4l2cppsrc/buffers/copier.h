#pragma once

#include <cstdint>
#include <optional>

#include "common/handles.h"
#include "formats/layout.h"

namespace v4l2gst {

/// Copies frames into plain memory without padding. Every reader understands that without a
/// GstVideoMeta. Its buffers are used again.
class Copier {
public:
  /// `layout` is that of raw video. Without one the bytes are copied as they are. `size` is the
  /// largest payload, in bytes. `pool` is downstream's, to copy into; null for one of our own.
  Copier(const std::optional<Layout>& layout, GstCaps* caps, guint size, PoolPtr pool);

  Copier(Copier&&) = default;
  Copier& operator=(Copier&&) = delete;
  ~Copier();

  /// Returns a copy of the picture in `frame`, without its timestamps. Returns null if the pool
  /// gives no buffer, or if one can't be mapped.
  BufferPtr copy(GstBuffer* frame);

private:
  bool copy_picture(GstBuffer* frame, GstBuffer* copy) const;
  static bool copy_bytes(GstBuffer* frame, GstBuffer* copy);

  std::optional<Layout> layout_;
  PoolPtr pool_;  // null in a moved-from Copier
};

}  // namespace v4l2gst
