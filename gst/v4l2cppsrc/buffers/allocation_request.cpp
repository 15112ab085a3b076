#include "buffers/allocation_request.h"

#include <algorithm>
#include <utility>

#include "buffers/downstream.h"
#include "common/settings.h"
#include "device/device.h"
#include "formats/stream_config.h"
#include "frames/frame_filter.h"
#include "kernel/waker.h"
#include "stream/buffers.h"

namespace v4l2gst {

std::uint32_t first_count(const AllocationRequest& request) {
  const auto& settings = request.settings;
  return std::clamp(request.downstream.least + 2, settings.min_buffers,
                    std::max(settings.max_buffers, settings.min_buffers));
}

bool inspects_frames(const AllocationRequest& request) {
  const auto& settings = request.settings;
  return FrameFilter::looks_into_frames(*request.agreed, settings.on_corrupt,
                                        settings.start_on_keyframe);
}

v4l2::Result<std::unique_ptr<v4l2::Buffers>> request_buffers(const AllocationRequest& request,
                                                             v4l2::BufferWish wish) {
  wish.type = request.device.buffer_type();
  wish.plane_count = request.agreed->format.plane_count;
  wish.count = first_count(request);
  auto buffers = v4l2::Buffers::request(request.device.node(), request.waker, wish);
  if (!buffers) return std::unexpected{buffers.error()};
  return std::make_unique<v4l2::Buffers>(std::move(*buffers));
}

}  // namespace v4l2gst
