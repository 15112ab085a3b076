#pragma once

namespace v4l2gst {

class Capture;
class SharedInfo;
struct Camera;
struct DeviceInfo;
struct StreamConfig;

/// Returns the snapshot for applications. A pointer is null if its object does not exist.
DeviceInfo info_of(const Camera* camera, const StreamConfig* config, const Capture* capture);

/// Publishes the results of a negotiation. The latency stays what it was until buffers are
/// allocated.
void publish_modes(SharedInfo& shared, const Camera& camera);

}  // namespace v4l2gst
