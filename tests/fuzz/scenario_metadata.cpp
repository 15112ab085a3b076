// This step reads the metadata of frames from a node of its own, as the element does beside its
// frames.

#include <chrono>
#include <list>

#include "fuzz/scenario.h"
#include "stream/metadata_stream.h"
#include "stream/uvc_header.h"

namespace fuzz {

void Scenario::read_metadata(std::uint8_t how) {
  const auto* const path = (how & 1) == 0 ? FuzzKernel::metadata_path : "/dev/video0";
  if ((how & 2) != 0) static_cast<void>(v4l2::MetadataStream::is_at(kernel_, path));
  auto started = v4l2::MetadataStream::start(kernel_, path);
  if (!good(started)) return;
  auto& stream = **started;
  std::list<v4l2::Frame> kept;
  const auto most = how >> 2U & 7U;
  for (unsigned i = 0; i <= how >> 5U; ++i) {
    stream.wait(std::chrono::milliseconds{5}, waker_);
    auto next = stream.next();
    if (!good(next)) break;
    if (!*next) continue;
    check((*next)->payloads().size() == 1, "metadata has one plane");
    const auto bytes = stream.bytes_of(**next);
    if (const auto header = v4l2::uvc_header_in(bytes))
      check(bytes.size() >= 12, "a header is whole");
    kept.push_back(std::move(**next));
    if (kept.size() > most) kept.pop_front();
  }
}

}  // namespace fuzz
