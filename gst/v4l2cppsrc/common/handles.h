#pragma once

#include <memory>

#include <gst/gst.h>

namespace v4l2gst {

/// The deleter releases one reference, or frees a type that has no reference count.
struct Unref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }

  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }

  void operator()(GstMemory* memory) const { gst_memory_unref(memory); }

  void operator()(GstMessage* message) const { gst_message_unref(message); }

  void operator()(GstStructure* structure) const { gst_structure_free(structure); }

  void operator()(GstBufferPool* pool) const { gst_object_unref(pool); }

  void operator()(GstAllocator* allocator) const { gst_object_unref(allocator); }

  void operator()(GstClock* clock) const { gst_object_unref(clock); }

  void operator()(char* text) const { g_free(text); }
};

template <class T>
using Owned = std::unique_ptr<T, Unref>;

using CapsPtr = Owned<GstCaps>;
using BufferPtr = Owned<GstBuffer>;
using MemoryPtr = Owned<GstMemory>;
using MessagePtr = Owned<GstMessage>;
using StructurePtr = Owned<GstStructure>;
using PoolPtr = Owned<GstBufferPool>;
using AllocatorPtr = Owned<GstAllocator>;
using ClockPtr = Owned<GstClock>;
using TextPtr = Owned<char>;

}  // namespace v4l2gst
