#include "buffers/lent_memory.h"

#include <array>

#include <gst/allocators/allocators.h>

#include "kernel/dmabuf.h"
#include "kernel/kernel.h"

namespace {

struct GstV4l2CppAllocator {
  GstDmaBufAllocator parent;
};

struct GstV4l2CppAllocatorClass {
  GstDmaBufAllocatorClass parent_class;
};

v4l2::CpuAccess access_of(GstMapFlags flags) {
  if ((flags & GST_MAP_WRITE) == 0) return v4l2::CpuAccess::read;
  return (flags & GST_MAP_READ) != 0 ? v4l2::CpuAccess::read_write : v4l2::CpuAccess::write;
}

bool bracketed(const v4l2gst::MemoryOwner& owner, GstMapFlags flags) {
  return (flags & GST_MAP_WRITE) != 0 || owner.brackets_reads();
}

gpointer map_memory(GstMemory* memory, GstMapInfo* info, gsize) noexcept {
  while (memory->parent != nullptr)
    memory = memory->parent;
  auto* const owner = v4l2gst::MemoryOwner::of(memory);
  if (owner == nullptr) return nullptr;
  const bool brackets = bracketed(*owner, info->flags);
  // On most frames that is all: asking for the descriptor costs more than the rest together.
  auto* const known = owner->mapped();
  if (known != nullptr && !brackets) return known;
  const int descriptor = gst_dmabuf_memory_get_fd(memory);
  auto* const bytes = owner->map(descriptor, memory->maxsize);
  if (bytes != nullptr && brackets) v4l2::begin_cpu_access(descriptor, access_of(info->flags));
  return bytes;
}

void unmap_memory(GstMemory* memory, GstMapInfo* info) noexcept {
  const auto* const owner = v4l2gst::MemoryOwner::of(memory);
  if (owner != nullptr && bracketed(*owner, info->flags))
    v4l2::end_cpu_access(gst_dmabuf_memory_get_fd(memory), access_of(info->flags));
}

}  // namespace

G_DEFINE_TYPE(GstV4l2CppAllocator, gst_v4l2_cpp_allocator, GST_TYPE_DMABUF_ALLOCATOR)

static void gst_v4l2_cpp_allocator_class_init(GstV4l2CppAllocatorClass*) {}

static void gst_v4l2_cpp_allocator_init(GstV4l2CppAllocator* self) {
  // gst_memory_map() calls these two where they are set.
  GST_ALLOCATOR(self)->mem_map_full = map_memory;
  GST_ALLOCATOR(self)->mem_unmap_full = unmap_memory;
}

namespace v4l2gst {
namespace {

GQuark owner_quark() {
  static const GQuark quark = g_quark_from_static_string("GstV4l2CppBufferPool");
  return quark;
}

}  // namespace

MemoryOwner* MemoryOwner::of(GstMemory* memory) {
  while (memory->parent != nullptr)
    memory = memory->parent;
  return static_cast<MemoryOwner*>(
      gst_mini_object_get_qdata(GST_MINI_OBJECT(memory), owner_quark()));
}

MemoryOwner& MemoryOwner::give(GstMemory* memory) {
  if (auto* const owner = of(memory)) return *owner;
  auto* const owner = new MemoryOwner;
  gst_mini_object_set_qdata(GST_MINI_OBJECT(memory), owner_quark(), owner,
                            [](gpointer owned) { delete static_cast<MemoryOwner*>(owned); });
  return *owner;
}

std::byte* MemoryOwner::map(int descriptor, std::size_t length) {
  if (auto* const bytes = mapped()) return bytes;
  const v4l2::MutexLock lock{mutex_};
  if (!frame_) {
    const std::array whole{v4l2::PlaneLocation{.descriptor = descriptor, .length = length}};
    // The memory may outlive a test's kernel. A DMABuf is always a real descriptor.
    auto frame = v4l2::MappedFrame::map(v4l2::system_kernel(), whole);
    if (!frame) return nullptr;
    frame_ = std::move(*frame);
    mapped_.store(frame_->planes().front().data(), std::memory_order_release);
  }
  return mapped_.load(std::memory_order_relaxed);
}

MemoryPtr dmabuf_memory(GstAllocator* allocator, v4l2::UniqueFd descriptor, std::size_t length) {
  MemoryPtr memory{gst_dmabuf_allocator_alloc(allocator, descriptor.release(), length)};
  MemoryOwner::give(memory.get());
  return memory;
}

void map_ahead(GstMemory* memory) {
  if (G_TYPE_CHECK_INSTANCE_TYPE(memory->allocator, gst_v4l2_cpp_allocator_get_type()) == FALSE)
    return;
  auto* const owner = MemoryOwner::of(memory);
  if (owner == nullptr || owner->brackets_reads()) return;
  owner->map(gst_dmabuf_memory_get_fd(memory), memory->maxsize);
}

MemoryPtr system_memory(v4l2::Mapping mapping) {
  const auto bytes = mapping.bytes();
  MemoryPtr memory{gst_memory_new_wrapped(GstMemoryFlags{}, bytes.data(), bytes.size(), 0,
                                          bytes.size(), nullptr, nullptr)};
  MemoryOwner::give(memory.get()).keep(std::move(mapping));
  return memory;
}

AllocatorPtr lent_allocator() {
  auto* const allocator = g_object_new(gst_v4l2_cpp_allocator_get_type(), nullptr);
  gst_object_ref_sink(allocator);
  return AllocatorPtr{GST_ALLOCATOR(allocator)};
}

}  // namespace v4l2gst
