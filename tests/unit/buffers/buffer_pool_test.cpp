// The buffer pool runs here without a pipeline. No thread waits in GLib, whose futexes
// ThreadSanitizer can't see, so ThreadSanitizer runs this test.

#include "buffers/buffer_pool.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "buffers/gstv4l2cpppool.h"
#include "buffers/plane_memory.h"
#include "device/device.h"
#include "fake/fake_kernel.h"
#include "stream/stream.h"

namespace {

using v4l2gst::BufferPool;
using v4l2gst::BufferPtr;
using v4l2gst::PoolPtr;

class BufferPoolTest : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  void TearDown() override { stop(); }

  void start(std::uint32_t fourcc = V4L2_PIX_FMT_YUYV) {
    v4l2::Format wanted;
    wanted.fourcc = {fourcc};
    wanted.size = {.width = 320, .height = 240};
    const auto format = *device.set_format(wanted);
    buffers.emplace(std::move(*v4l2::Buffers::request(
        device.node(), waker, {.type = device.buffer_type(), .plane_count = format.plane_count})));
    buffer_pool = BufferPool::make(format.plane_count, std::nullopt);
    const auto make = v4l2gst::exported_memory(*buffers, false);
    for (std::uint32_t index = 0; index < buffers->count(); ++index)
      buffer_pool->insert(index, std::move(*make(index)));
    pool = v4l2gst::make_pool(buffer_pool, nullptr, 1, buffers->count(), buffers->count());
    gst_buffer_pool_set_active(pool.get(), TRUE);
    stream.emplace(std::move(*v4l2::Stream::start(*buffers)));
  }

  void stop() {
    stream.reset();
    if (pool) gst_buffer_pool_set_active(pool.get(), FALSE);
    pool.reset();
    buffer_pool.reset();
    buffers.reset();
  }

  BufferPtr next() {
    camera->fill_when_queued();
    auto arrival = stream->next();
    return v4l2gst::wrap(pool.get(), std::move(std::get<v4l2::Frame>(*arrival)));
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera = kernel.plug("/dev/video0", fake::multiplanar_camera());
  v4l2::Device device = *v4l2::Device::open(kernel, "/dev/video0");
  v4l2::Waker waker;
  std::optional<v4l2::Buffers> buffers;
  std::shared_ptr<BufferPool> buffer_pool;
  PoolPtr pool;
  std::optional<v4l2::Stream> stream;
};

TEST_F(BufferPoolTest, AFrameGoesOutAndComesBack) {
  start();
  auto buffer = next();
  EXPECT_EQ(camera->queued_count(), 3U);
  buffer.reset();
  EXPECT_EQ(camera->queued_count(), 4U);
}

TEST_F(BufferPoolTest, NobodyElseGetsABufferOutOfThePool) {
  start();
  GstBuffer* buffer{};
  EXPECT_EQ(gst_buffer_pool_acquire_buffer(pool.get(), &buffer, nullptr), GST_FLOW_ERROR);
  GstBufferPoolAcquireParams params{};
  EXPECT_EQ(gst_buffer_pool_acquire_buffer(pool.get(), &buffer, &params), GST_FLOW_ERROR);
  EXPECT_EQ(buffer, nullptr);
}

TEST_F(BufferPoolTest, AFlushingPoolSendsTheFrameBack) {
  start();
  gst_buffer_pool_set_flushing(pool.get(), TRUE);
  EXPECT_EQ(next(), nullptr);
  EXPECT_EQ(camera->queued_count(), 4U);
  gst_buffer_pool_set_flushing(pool.get(), FALSE);
  EXPECT_NE(next(), nullptr);
}

/// Several threads take items from a bag and destroy them, as sinks do.
template <class Item>
class Returners {
public:
  void put(Item item) {
    const std::lock_guard lock{mutex_};
    bag_.push_back(std::move(item));
    filled_.notify_one();
  }

  ~Returners() {
    {
      const std::lock_guard lock{mutex_};
      running_ = false;
    }
    filled_.notify_all();
    for (auto& thread : threads_)
      thread.join();
  }

private:
  void run() {
    for (;;) {
      std::unique_lock lock{mutex_};
      filled_.wait(lock, [this] { return !bag_.empty() || !running_; });
      if (bag_.empty()) return;
      const auto item = std::move(bag_.back());
      bag_.pop_back();
      lock.unlock();
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Item> bag_;  // guarded by mutex_
  bool running_{true};     // guarded by mutex_

  std::thread work() {
    return std::thread{[this] {
      run();
    }};
  }

  std::array<std::thread, 3> threads_{work(), work(), work()};
};

TEST_F(BufferPoolTest, ManyThreadsReturnBuffersWhileStreamsComeAndGo) {
  Returners<BufferPtr> returners;
  for (int life = 0; life < 50; ++life) {
    start();
    for (int turn = 0; turn < 20; ++turn)
      returners.put(next());
    if (life % 2 == 0) {  // the stream stops and starts again
      stream.reset();
      stream.emplace(std::move(*v4l2::Stream::start(*buffers)));
      for (int turn = 0; turn < 5; ++turn)
        returners.put(next());
    }
    stop();
  }
}

TEST_F(BufferPoolTest, ManyThreadsReturnPlanesAndPartsInAnyOrder) {
  Returners<v4l2gst::MemoryPtr> memories;
  Returners<BufferPtr> parts;
  for (int life = 0; life < 50; ++life) {
    start(V4L2_PIX_FMT_YUV420M);
    for (int turn = 0; turn < 20; ++turn) {
      auto buffer = next();
      ASSERT_EQ(gst_buffer_n_memory(buffer.get()), 3U);
      for (guint plane = 0; plane < 3; ++plane)
        memories.put(v4l2gst::MemoryPtr{gst_buffer_get_memory(buffer.get(), plane)});
      parts.put(
          BufferPtr{gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_MEMORY, 100, 100000)});
      parts.put(std::move(buffer));
    }
    stop();
  }
}

TEST_F(BufferPoolTest, ManyThreadsMapTheSameMemory) {
  start();
  const auto buffer = next();
  std::array<std::thread, 4> readers;
  for (auto& reader : readers)
    reader = std::thread{[&] {
      for (int turn = 0; turn < 100; ++turn) {
        GstMapInfo map;
        ASSERT_TRUE(gst_memory_map(gst_buffer_peek_memory(buffer.get(), 0), &map, GST_MAP_READ));
        EXPECT_EQ(std::byte{map.data[5]}, fake::Camera::expected_byte(0, 0, 5));
        gst_memory_unmap(gst_buffer_peek_memory(buffer.get(), 0), &map);
      }
    }};
  for (auto& reader : readers)
    reader.join();
}

}  // namespace
