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

/// Makes the memories of buffer `index`, one for each plane; where they are not the driver's own,
/// it also tells the driver where they are.
using PlaneMemoryFactory = std::function<v4l2::Result<std::vector<MemoryPtr>>(std::uint32_t index)>;

/// Whether the driver can export buffers of the format that it is set to; only a buffer that there
/// is can tell. Nothing else may be allocated meanwhile.
v4l2::Result<bool> can_export(const v4l2::Device& device, v4l2::Waker& waker,
                              std::uint32_t plane_count);

/// Each of these serves as long as what it was made with lives.

/// The driver's buffers as DMABuf memory (VIDIOC_EXPBUF). `bracket_reads`: see MemoryOwner. Error
/// ENOTTY where the driver exports none; EPROTO when an export is smaller than the driver said.
PlaneMemoryFactory exported_memory(const v4l2::Buffers& buffers, bool bracket_reads);

/// The driver's buffers as plain memory, mapped by way of an export where the driver can, since a
/// mapping of the node would keep it open; else of the node.
PlaneMemoryFactory mapped_memory(const v4l2::Buffers& buffers);

/// Plain memory of our own, for V4L2_MEMORY_USERPTR: at the start of a page, as large as the driver
/// asks.
PlaneMemoryFactory own_memory(const v4l2::Buffers& buffers);

/// DMABuf memory from an allocator of downstream's, for V4L2_MEMORY_DMABUF. Error EINVAL when what
/// it gives is no DMABuf, too small, or not ours to lend.
PlaneMemoryFactory allocated_memory(const v4l2::Buffers& buffers, GstAllocator* allocator,
                                    const GstAllocationParams& params);

/// Plain memory of our own, `length` bytes, that read() fills by way of `slots`.
PlaneMemoryFactory read_memory(v4l2::Reader::Slots& slots, std::size_t length);

}  // namespace v4l2gst
