// The driver streams into memory of the program, passed by address or as DMABufs.

#include <algorithm>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kernel/mapping.h"
#include "rigs/core_rig.h"

namespace {

using v4l2::Mapping;
using v4l2::Memory;
using v4l2::OnRequeue;
using v4l2::PlaneTarget;

/// A Store is the memory of one buffer. It has memory of this process, or files in place of
/// DMABufs.
struct Store {
  Store(Memory memory, std::span<const v4l2::BufferPlane> wanted) {
    for (const auto& plane : wanted) {
      if (memory == Memory::userptr) {
        planes.push_back(*Mapping::anonymous(v4l2::system_kernel(), plane.length));
        targets.push_back(
            {.address = reinterpret_cast<std::uintptr_t>(planes.back().bytes().data()),
             .length = static_cast<std::uint32_t>(planes.back().bytes().size())});
        continue;
      }
      descriptors.emplace_back(memfd_create("dmabuf", MFD_CLOEXEC));
      const int descriptor = descriptors.back().get();
      EXPECT_EQ(ftruncate(descriptor, plane.length), 0);
      planes.push_back(*Mapping::map(v4l2::system_kernel(), descriptor, plane.length, 0));
      targets.push_back({.descriptor = descriptor, .length = plane.length});
    }
  }

  [[nodiscard]] bool shows(std::uint32_t sequence) const {
    for (std::size_t plane = 0; plane < planes.size(); ++plane)
      for (const std::size_t offset : {0U, 1U, 1000U})
        if (planes[plane].bytes()[offset] != fake::Camera::expected_byte(sequence, plane, offset))
          return false;
    return true;
  }

  std::vector<v4l2::UniqueFd> descriptors;
  std::vector<Mapping> planes;
  std::vector<PlaneTarget> targets;
};

struct Way {
  std::string name;
  Memory memory;
  bool multiplanar;
};

/// The camera fills memory of the test.
class OwnMemory : public testing::TestWithParam<Way> {
protected:
  OwnMemory()
      : rig{GetParam().multiplanar ? fake::multiplanar_camera() : fake::webcam(),
            GetParam().multiplanar ? V4L2_PIX_FMT_NV12M : V4L2_PIX_FMT_YUYV} {}

  void allocate(std::uint32_t count, OnRequeue on_requeue = OnRequeue::queue) {
    rig.buffers.emplace(
        *rig.request({.count = count, .memory = GetParam().memory, .on_requeue = on_requeue}));
    for (std::uint32_t index = 0; index < count; ++index) {
      stores.emplace_back(GetParam().memory, rig.buffers->planes(index));
      rig.buffers->queue()->set_planes(index, stores.back().targets);
    }
  }

  v4l2::BufferQueue& queue() { return *rig.buffers->queue(); }

  core::Rig rig;
  std::vector<Store> stores;
};

TEST_P(OwnMemory, ABufferThatIsKeptMayBeRetiredWhileItIsOut) {
  allocate(2, OnRequeue::keep);
  rig.start();
  ASSERT_TRUE(queue().queue(0));
  rig.camera->fill();
  auto frame = rig.take();
  ASSERT_TRUE(frame);
  queue().retire(0);
  EXPECT_EQ(queue().retired_idle(), std::nullopt);
  EXPECT_TRUE(queue().reinstate(0));
  EXPECT_EQ(rig.camera->queued_count(), 0U) << "somebody reads it, and nobody said queue()";
  queue().retire(0);
  frame.reset();
  EXPECT_EQ(queue().retired_idle(), 0U);
  EXPECT_TRUE(queue().reinstate(0));
  EXPECT_EQ(rig.camera->queued_count(), 0U);
  EXPECT_EQ(queue().idle(), 0b11U);
}

INSTANTIATE_TEST_SUITE_P(Of, OwnMemory,
                         testing::Values(Way{"userptr", Memory::userptr, false},
                                         Way{"userptr_multiplanar", Memory::userptr, true},
                                         Way{"dmabuf", Memory::dmabuf, false},
                                         Way{"dmabuf_multiplanar", Memory::dmabuf, true}),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(OwnMemory, FramesArriveInIt) {
  allocate(3);
  rig.start();
  for (std::uint32_t sequence = 0; sequence < 10; ++sequence) {
    ASSERT_TRUE(rig.camera->fill());
    const auto frame = rig.take();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->sequence(), sequence);
    EXPECT_FALSE(frame->impossible());
    EXPECT_EQ(frame->payloads()[0].length, rig.format.planes[0].size_image);
    EXPECT_TRUE(stores[frame->index()].shows(sequence));
  }
  EXPECT_EQ(rig.camera->queued_count(), 3U);
}

TEST_P(OwnMemory, AHeldFrameStaysAsItIs) {
  allocate(2);
  rig.start();
  rig.camera->fill();
  auto held = rig.take();
  for (int i = 0; i < 3; ++i) {
    rig.camera->fill();
    EXPECT_TRUE(rig.take());
  }
  rig.stream.reset();
  rig.start();
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
  EXPECT_TRUE(stores[held->index()].shows(0));
}

TEST_P(OwnMemory, ABufferIsAnothersEachTimeItIsQueued) {
  allocate(1, OnRequeue::keep);
  rig.start();
  stores.emplace_back(GetParam().memory, rig.buffers->planes(0));
  for (std::uint32_t sequence = 0; sequence < 6; ++sequence) {
    const auto& store = stores[sequence % 2];
    queue().set_planes(0, store.targets);
    ASSERT_TRUE(queue().queue(0));
    rig.camera->fill();
    ASSERT_TRUE(rig.take());
    EXPECT_TRUE(store.shows(sequence));
    if (sequence > 0) {
      EXPECT_TRUE(stores[(sequence + 1) % 2].shows(sequence - 1));
    }
  }
}

TEST_P(OwnMemory, ThatIsTooSmallIsRefusedAtTheStart) {
  allocate(2);
  auto targets = stores[1].targets;
  for (auto& target : targets)
    target.length = 1;
  queue().set_planes(1, targets);
  const auto refused = v4l2::Stream::start(*rig.buffers);
  ASSERT_FALSE(refused);
  EXPECT_STREQ(refused.error().call, "VIDIOC_QBUF");
  EXPECT_EQ(refused.error().code, EINVAL);
  EXPECT_EQ(rig.camera->queued_count(), 0U) << "what was queued is taken back";
  queue().set_planes(1, stores[1].targets);
  rig.start();
  EXPECT_EQ(rig.camera->queued_count(), 2U);
}

TEST_P(OwnMemory, GrowsAndShrinksWhileItStreams) {
  allocate(2);
  rig.start();
  const auto index = rig.buffers->grow(rig.format);
  ASSERT_EQ(index, 2U);
  stores.emplace_back(GetParam().memory, rig.buffers->planes(*index));
  queue().set_planes(*index, stores.back().targets);
  ASSERT_TRUE(queue().reinstate(*index));
  rig.camera->fill_at_once(3);
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence) {
    const auto frame = rig.take();
    ASSERT_TRUE(frame);
    EXPECT_TRUE(stores[frame->index()].shows(sequence));
    queue().retire(*index);  // takes effect with the last of the three
  }
  EXPECT_TRUE(rig.buffers->shrink(*index));
  stores.pop_back();
  rig.camera->fill();
  EXPECT_TRUE(rig.take());
}

}  // namespace
