#include "stream/mapped_frame.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace v4l2 {
namespace {

/// Returns the real size of what a descriptor stands for, in bytes.
Result<std::size_t> size_of(int descriptor) {
  const auto end = lseek(descriptor, 0, SEEK_END);
  if (end < 0) return std::unexpected{Error{.code = errno, .call = "lseek"}};
  lseek(descriptor, 0, SEEK_SET);
  return static_cast<std::size_t>(end);
}

}  // namespace

Result<MappedFrame> MappedFrame::map(Kernel& kernel, std::span<const PlaneLocation> planes) {
  MappedFrame frame;
  std::vector<int> mapped;  // the descriptor behind each of frame.mappings_
  for (const auto& plane : planes) {
    auto known = std::ranges::find(mapped, plane.descriptor);
    if (known == mapped.end()) {
      const auto size = size_of(plane.descriptor);
      if (!size) return std::unexpected{size.error()};
      auto mapping = Mapping::map(kernel, plane.descriptor, *size, 0);
      if (!mapping) return std::unexpected{mapping.error()};
      frame.mappings_.push_back(std::move(*mapping));
      known = mapped.insert(mapped.end(), plane.descriptor);
    }
    const auto bytes = frame.mappings_[static_cast<std::size_t>(known - mapped.begin())].bytes();
    // Written so that no sum can overflow.
    if (plane.offset > bytes.size() || plane.length > bytes.size() - plane.offset)
      return std::unexpected{Error{.code = EPROTO,
                                   .call = "mmap",
                                   .hint = "a plane ends beyond its memory, whose size is",
                                   .value = static_cast<std::int64_t>(bytes.size())}};
    frame.planes_.push_back(bytes.subspan(plane.offset, plane.length));
  }
  return frame;
}

}  // namespace v4l2
