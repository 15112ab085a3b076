#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <gst/video/video.h>

#include "kernel/unique_fd.h"

namespace travel {

/// Gives a DMABuf of at least so many bytes, or what passes for one on the fake; -1 when it has no
/// more.
using DmabufSource = std::function<int(std::size_t)>;

/// What a consumer says to the ALLOCATION query.
struct Proposal {
  bool video_meta{};
  GstBufferPool* pool{};
  guint size{};
  guint least{};
  GstAllocator* allocator{};
};

/// A sink that proposes what it is told, and shows each buffer to `see`, on the streaming thread.
/// The caller owns the reference.
GstElement* new_consumer(Proposal proposal, std::function<void(GstBuffer*)> see);

/// A pool whose buffers have a memory for each of `plane_sizes`, DMABufs of `dmabufs` or, without
/// that, plain ones, and a GstVideoMeta of `info`. The caller owns the reference.
GstBufferPool* new_pool(const GstVideoInfo& info, std::vector<std::size_t> plane_sizes,
                        DmabufSource dmabufs);

/// An allocator of DMABufs. The caller owns the reference.
GstAllocator* new_allocator(DmabufSource dmabufs);

}  // namespace travel
