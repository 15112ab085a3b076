#pragma once

#include <memory>
#include <utility>

#include "device/device.h"
#include "fake/fake_kernel.h"
#include "kernel/node.h"

/// An open camera with one control of each kind.
struct Plugged {
  Plugged() : Plugged{with_all_kinds()} {}

  explicit Plugged(const fake::Model& model)
      : camera{kernel.plug("/dev/video0", model)},
        node{v4l2::Device::open(kernel, "/dev/video0")->node()} {}

  static fake::Model with_all_kinds() {
    auto model = fake::webcam();
    model.controls = fake::all_kinds_of_controls();
    return model;
  }

  void fail(unsigned long request, int error, unsigned times = 1, unsigned after = 0) const {
    camera->fault([&](fake::Faults& faults) { faults.fail(request, error, times, after); });
  }

  fake::FakeKernel kernel;
  std::shared_ptr<fake::Camera> camera;
  std::shared_ptr<const v4l2::Node> node;
};
