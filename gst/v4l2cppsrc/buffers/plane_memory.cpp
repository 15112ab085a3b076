#include "buffers/plane_memory.h"

#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include <gst/allocators/allocators.h>

#include "buffers/lent_memory.h"

namespace v4l2gst {
namespace {

using v4l2::Error;

/// Checks that a descriptor holds as much as the driver said. A reader must never meet a page that
/// is not there.
v4l2::Result<> check_size(int descriptor, std::size_t length) {
  const auto size = lseek(descriptor, 0, SEEK_END);
  // A descriptor that does not tell its size can't be checked.
  if (size < 0 || std::cmp_greater_equal(size, length)) return {};
  return std::unexpected{Error{.code = EPROTO,
                               .call = v4l2::request::querybuf.name,
                               .hint = "a plane is longer than its memory, whose size is",
                               .value = size}};
}

v4l2::Result<std::vector<v4l2::UniqueFd>> export_checked(const v4l2::Buffers& buffers,
                                                         std::uint32_t index) {
  auto exported = buffers.export_planes(index);
  if (!exported) return exported;
  for (std::uint32_t plane = 0; plane < buffers.plane_count(); ++plane) {
    const auto fits = check_size((*exported)[plane].get(), buffers.planes(index)[plane].length);
    if (!fits) return std::unexpected{fits.error()};
  }
  return exported;
}

}  // namespace

v4l2::Result<bool> can_export(const v4l2::Device& device, v4l2::Waker& waker,
                              std::uint32_t plane_count) {
  const auto answer = [](const Error& error) -> v4l2::Result<bool> {
    // EINVAL: no MMAP buffers here, or none that can be exported (vb2_core_expbuf()).
    if (error.code == EINVAL || error.code == ENOTTY) return false;
    return std::unexpected{error};
  };
  const auto buffers = v4l2::Buffers::request(
      device.node(), waker, {.type = device.buffer_type(), .plane_count = plane_count, .count = 1});
  if (!buffers) return answer(buffers.error());
  const auto exported = buffers->export_planes(0);
  if (!exported) return answer(exported.error());
  return true;
}

PlaneMemoryFactory exported_memory(const v4l2::Buffers& buffers, bool bracket_reads) {
  const std::shared_ptr<GstAllocator> allocator{lent_allocator()};
  return [&buffers, bracket_reads,
          allocator](std::uint32_t index) -> v4l2::Result<std::vector<MemoryPtr>> {
    auto exported = export_checked(buffers, index);
    if (!exported) return std::unexpected{exported.error()};
    std::vector<MemoryPtr> memories;
    for (std::uint32_t plane = 0; plane < buffers.plane_count(); ++plane) {
      memories.push_back(dmabuf_memory(allocator.get(), std::move((*exported)[plane]),
                                       buffers.planes(index)[plane].length));
      if (bracket_reads) MemoryOwner::give(memories.back().get()).bracket_reads();
    }
    return memories;
  };
}

PlaneMemoryFactory mapped_memory(const v4l2::Buffers& buffers) {
  return [&buffers](std::uint32_t index) -> v4l2::Result<std::vector<MemoryPtr>> {
    std::vector<MemoryPtr> memories;
    const auto exported = export_checked(buffers, index);
    if (!exported) {
      if (exported.error().code == EPROTO) return std::unexpected{exported.error()};
      auto mapped = buffers.map_node(index);
      if (!mapped) return std::unexpected{mapped.error()};
      for (auto& mapping : *mapped)
        memories.push_back(system_memory(std::move(mapping)));
      return memories;
    }
    for (std::uint32_t plane = 0; plane < buffers.plane_count(); ++plane) {
      auto mapped = v4l2::Mapping::map(buffers.node()->kernel(), (*exported)[plane].get(),
                                       buffers.planes(index)[plane].length, 0);
      if (!mapped) return std::unexpected{mapped.error()};
      memories.push_back(system_memory(std::move(*mapped)));
    }
    return memories;
  };
}

PlaneMemoryFactory own_memory(const v4l2::Buffers& buffers) {
  return [&buffers](std::uint32_t index) -> v4l2::Result<std::vector<MemoryPtr>> {
    std::vector<MemoryPtr> memories;
    std::array<v4l2::PlaneTarget, VIDEO_MAX_PLANES> targets{};
    for (std::uint32_t plane = 0; plane < buffers.plane_count(); ++plane) {
      auto mapped =
          v4l2::Mapping::anonymous(buffers.node()->kernel(), buffers.planes(index)[plane].length);
      if (!mapped) return std::unexpected{mapped.error()};
      const auto bytes = mapped->bytes();
      targets[plane] = {.address = reinterpret_cast<std::uintptr_t>(bytes.data()),
                        .length = static_cast<std::uint32_t>(bytes.size())};
      memories.push_back(system_memory(std::move(*mapped)));
    }
    buffers.queue()->set_planes(index, std::span{targets}.first(buffers.plane_count()));
    return memories;
  };
}

PlaneMemoryFactory allocated_memory(const v4l2::Buffers& buffers, GstAllocator* allocator,
                                    const GstAllocationParams& params) {
  const std::shared_ptr<GstAllocator> kept{GST_ALLOCATOR(gst_object_ref(allocator)), Unref{}};
  return [&buffers, kept, params](std::uint32_t index) -> v4l2::Result<std::vector<MemoryPtr>> {
    auto wanted = params;  // gst_allocator_alloc() takes no const
    std::vector<MemoryPtr> memories;
    std::array<v4l2::PlaneTarget, VIDEO_MAX_PLANES> targets{};
    for (std::uint32_t plane = 0; plane < buffers.plane_count(); ++plane) {
      const auto length = buffers.planes(index)[plane].length;
      MemoryPtr memory{gst_allocator_alloc(kept.get(), length, &wanted)};
      // Our dispose hook replaces a memory's own. A memory that has one is not ours to lend.
      if (!memory || gst_is_dmabuf_memory(memory.get()) == FALSE || memory->offset != 0 ||
          memory->maxsize < length || GST_MINI_OBJECT(memory.get())->dispose != nullptr)
        return std::unexpected{
            Error{.code = EINVAL,
                  .call = v4l2::request::qbuf.name,
                  .hint = "downstream's allocator gave no DMABuf for the plane of length",
                  .value = length}};
      targets[plane] = {.descriptor = gst_dmabuf_memory_get_fd(memory.get()),
                        .length = static_cast<std::uint32_t>(memory->maxsize)};
      memories.push_back(std::move(memory));
    }
    buffers.queue()->set_planes(index, std::span{targets}.first(buffers.plane_count()));
    return memories;
  };
}

PlaneMemoryFactory read_memory(v4l2::Kernel& kernel, v4l2::Reader::Slots& slots,
                               std::size_t length) {
  return [&kernel, &slots, length](std::uint32_t index) -> v4l2::Result<std::vector<MemoryPtr>> {
    auto mapped = v4l2::Mapping::anonymous(kernel, length);
    if (!mapped) return std::unexpected{mapped.error()};
    if (slots.size() <= index) slots.resize(index + 1U);
    slots[index] = mapped->bytes();
    std::vector<MemoryPtr> memories;
    memories.push_back(system_memory(std::move(*mapped)));
    return memories;
  };
}

}  // namespace v4l2gst
