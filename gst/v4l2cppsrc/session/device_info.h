#pragma once

namespace v4l2gst {

class Capture;
class Messages;
class SharedInfo;
struct Camera;
struct StreamConfig;

/// Publishes the snapshot for applications. A pointer is null if its object does not exist. Adds a
/// notification if the signal has another state.
void publish_info(SharedInfo& shared, Messages& messages, const Camera* camera,
                  const StreamConfig* config, const Capture* capture);

/// Publishes the results of a negotiation. The latency stays what it was until buffers are
/// allocated.
void publish_modes(SharedInfo& shared, Messages& messages, const Camera& camera);

}  // namespace v4l2gst
