#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "stream/stream.h"

namespace core {

using v4l2::Frame;

inline constexpr auto path = "/dev/video0";

/// A Rig has a camera with a format. It has buffers and a stream once they are asked for.
struct Rig {
  explicit Rig(const fake::Model& model = fake::webcam(),
               std::uint32_t fourcc = V4L2_PIX_FMT_YUYV) {
    camera = kernel.plug(path, model);
    device.emplace(*v4l2::Device::open(kernel, path));
    v4l2::Format wanted;
    wanted.fourcc = {fourcc};
    wanted.size = {.width = 320, .height = 240};
    format = *device->set_format(wanted);
  }

  v4l2::Result<v4l2::Buffers> request(std::uint32_t count = 4) { return request({.count = count}); }

  v4l2::Result<v4l2::Buffers> request(v4l2::BufferWish wish) {
    wish.type = device->buffer_type();
    wish.plane_count = format.plane_count;
    return v4l2::Buffers::request(device->node(), waker, wish);
  }

  void allocate(std::uint32_t count = 4) { buffers.emplace(std::move(*request(count))); }

  void start(std::uint32_t count = 4) {
    if (!buffers) allocate(count);
    stream.emplace(std::move(*v4l2::Stream::start(*buffers)));
  }

  std::optional<Frame> take() {
    auto arrival = stream->next();
    if (!arrival || !std::holds_alternative<Frame>(*arrival)) return std::nullopt;
    return std::move(std::get<Frame>(*arrival));
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  v4l2::Waker waker;
  std::optional<v4l2::Device> device;
  v4l2::Format format;
  std::optional<v4l2::Buffers> buffers;
  std::optional<v4l2::Stream> stream;
};

template <class Kind>
bool ends_in(const v4l2::Result<v4l2::Arrival>& arrival) {
  return arrival && std::holds_alternative<Kind>(*arrival);
}

}  // namespace core
