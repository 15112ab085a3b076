#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "common/handles.h"
#include "device/device.h"
#include "stream/buffers.h"
#include "stream/reader.h"

namespace v4l2gst {

/// Makes the memories of buffer `index`, one for each plane. If they are not the driver's own, it
/// also tells the queue where they are.
using PlaneMemoryFactory = std::function<v4l2::Result<std::vector<MemoryPtr>>(std::uint32_t index)>;

/// Returns whether the driver can export buffers of its current format. Only an allocated buffer
/// shows that, so no others may be allocated meanwhile.
v4l2::Result<bool> can_export(const v4l2::Device& device, v4l2::Waker& waker,
                              std::uint32_t plane_count);

/// Each factory serves as long as the objects that it was made with live.

/// Makes DMABuf memory of the driver's buffers (VIDIOC_EXPBUF). `bracket_reads`: see MemoryOwner.
/// Error ENOTTY if the driver exports none; EPROTO if an export is smaller than the driver said.
PlaneMemoryFactory exported_memory(const v4l2::Buffers& buffers, bool bracket_reads);

/// Makes plain memory of the driver's buffers. It maps an export if the driver can make one,
/// because a mapping of the node would keep the node open. Otherwise it maps the node.
PlaneMemoryFactory mapped_memory(const v4l2::Buffers& buffers);

/// Makes plain memory of our own for V4L2_MEMORY_USERPTR. It begins at the start of a page, and is
/// as large as the driver asks.
PlaneMemoryFactory own_memory(const v4l2::Buffers& buffers);

/// Makes DMABuf memory with an allocator of downstream, for V4L2_MEMORY_DMABUF. Error EINVAL if the
/// memory is no DMABuf, too small, or not ours to lend.
PlaneMemoryFactory allocated_memory(const v4l2::Buffers& buffers, GstAllocator* allocator,
                                    const GstAllocationParams& params);

/// Makes plain memory of our own, `length` bytes, which read() fills by way of `slots`.
PlaneMemoryFactory read_memory(v4l2::Kernel& kernel, v4l2::Reader::Slots& slots,
                               std::size_t length);

}  // namespace v4l2gst
