#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <gst/video/video.h>

#include "kernel/unique_fd.h"

namespace travel {

/// A DmabufSource returns a DMABuf of at least so many bytes. On the fake it returns a memfd. It
/// returns -1 when it has no more.
using DmabufSource = std::function<int(std::size_t)>;

/// A Proposal is a consumer's answer to the ALLOCATION query.
struct Proposal {
  bool video_meta{};
  GstBufferPool* pool{};
  guint size{};
  guint least{};
  GstAllocator* allocator{};
};

/// Returns a sink that answers the query with `proposal`. The sink passes each buffer to `see` on
/// the streaming thread. The caller owns the reference.
GstElement* new_consumer(Proposal proposal, std::function<void(GstBuffer*)> see);

/// Returns a pool whose buffers have a GstVideoMeta of `info`. They have a memory for each of
/// `plane_sizes`. The memories come from `dmabufs`, or are plain ones without it. The caller owns
/// the reference.
GstBufferPool* new_pool(const GstVideoInfo& info, std::vector<std::size_t> plane_sizes,
                        DmabufSource dmabufs);

/// Returns an allocator of DMABufs. The caller owns the reference.
GstAllocator* new_allocator(DmabufSource dmabufs);

}  // namespace travel
