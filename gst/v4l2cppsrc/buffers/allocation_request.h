#pragma once

#include <cstdint>
#include <memory>

#include "formats/shared_config.h"
#include "kernel/error.h"

namespace v4l2 {
class Buffers;
class Device;
class Waker;
struct BufferWish;
}  // namespace v4l2

namespace v4l2gst {

struct Downstream;
struct Settings;
struct Stats;

/// The circumstances of an allocation. It lives on the streaming thread for the time of allocate().
struct AllocationRequest {
  GstElement* element{};  ///< it logs, and outlives what is allocated
  const v4l2::Device& device;
  v4l2::Waker& waker;  ///< outlives what is allocated
  Stats& stats;        ///< the same
  ConfigPtr agreed;    ///< never null
  const Settings& settings;
  const Downstream& downstream;
};

/// Returns how many buffers a stream begins with.
std::uint32_t first_count(const AllocationRequest& request);

/// Returns true if frames are read before they go downstream. Their memory is mapped ahead then.
bool inspects_frames(const AllocationRequest& request);

/// Asks the driver for first_count() buffers of the agreed format. The memory and the flags of
/// `wish` are the caller's, the rest is filled in. Error: that of v4l2::Buffers::request().
v4l2::Result<std::unique_ptr<v4l2::Buffers>> request_buffers(const AllocationRequest& request,
                                                             v4l2::BufferWish wish);

}  // namespace v4l2gst
