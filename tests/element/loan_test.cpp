// Tests frames on loan: held, shared, freed on any thread, and kept after the element is gone.

#include <array>
#include <thread>
#include <vector>

#include <fcntl.h>

#include <gst/allocators/allocators.h>

#include "device/device.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using rig::Buffer;
using rig::Rig;

GST_START_TEST(test_freeing_the_buffer_requeues_it) {
  Rig rig;
  rig.play();
  auto buffer = rig.next();
  fail_unless_equals_int(rig.camera->queued_count(), 3);
  buffer.reset();
  fail_unless_equals_int(rig.camera->queued_count(), 4);
}

GST_END_TEST

GST_START_TEST(test_shells_are_used_again) {
  Rig rig;
  rig.play();
  std::vector<GstBuffer*> first;
  for (int turn = 0; turn < 4; ++turn)
    first.push_back(rig.next().get());
  for (int turn = 0; turn < 8; ++turn) {
    const auto buffer = rig.next();
    fail_unless(buffer.get() == first[static_cast<std::size_t>(turn) % 4]);
  }
}

GST_END_TEST

GST_START_TEST(test_whoever_holds_the_memory_holds_the_frame) {
  Rig rig;
  rig.play();
  auto buffer = rig.next();
  Buffer part{gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_MEMORY, 64, 1024)};
  Buffer part_of_part{gst_buffer_copy_region(part.get(), GST_BUFFER_COPY_MEMORY, 8, 100)};
  Buffer copy{gst_buffer_copy(buffer.get())};
  buffer.reset();
  copy.reset();
  part.reset();
  fail_unless_equals_int(rig.camera->queued_count(), 3);
  GstMapInfo map;
  fail_unless(gst_buffer_map(part_of_part.get(), &map, GST_MAP_READ));
  fail_unless(std::byte{map.data[0]} == fake::Camera::expected_byte(0, 0, 72));
  gst_buffer_unmap(part_of_part.get(), &map);
  part_of_part.reset();
  fail_unless_equals_int(rig.camera->queued_count(), 4);
  for (std::uint32_t sequence = 1; sequence < 8; ++sequence)
    fail_unless(rig::shows(rig.next().get(), sequence));
}

GST_END_TEST

GST_START_TEST(test_one_plane_holds_the_whole_frame) {
  Rig rig{fake::multiplanar_camera(), "video/x-raw,format=I420,width=320,height=240"};
  rig.play();
  for (const guint plane : {0U, 1U, 2U}) {
    auto buffer = rig.next();
    auto* const memory = gst_buffer_get_memory(buffer.get(), plane);
    buffer.reset();
    fail_unless_equals_int(rig.camera->queued_count(), 3);
    gst_memory_unref(memory);
    fail_unless_equals_int(rig.camera->queued_count(), 4);
  }
}

GST_END_TEST

GST_START_TEST(test_other_memory_in_the_shell_is_let_go) {
  Rig rig;
  rig.play();
  for (std::uint32_t sequence = 0; sequence < 8; ++sequence) {
    auto buffer = rig.next();
    fail_unless(rig::shows(buffer.get(), sequence));
    gst_buffer_replace_all_memory(buffer.get(), gst_allocator_alloc(nullptr, 16, nullptr));
    buffer.reset();
    fail_unless_equals_int(rig.camera->queued_count(), 4);
  }
}

GST_END_TEST

GST_START_TEST(test_buffers_appended_to_one_another_come_back) {
  Rig rig;
  rig.play();
  for (std::uint32_t turn = 0; turn < 4; ++turn) {
    auto first = rig.next();
    auto second = rig.next();
    Buffer both{gst_buffer_append(first.release(), second.release())};
    fail_unless_equals_int(rig.camera->queued_count(), 2);
    both.reset();
    fail_unless_equals_int(rig.camera->queued_count(), 4);
  }
  fail_unless(rig::shows(rig.next().get(), 8));
}

GST_END_TEST

GST_START_TEST(test_three_of_four_held_and_freed_from_other_threads) {
  Rig rig;
  g_object_set(rig.element, "max-buffers", 4, nullptr);
  rig.play();
  std::vector<Buffer> held;
  for (int i = 0; i < 3; ++i)
    held.push_back(rig.next());
  // The fourth buffer is filled again and again meanwhile. It must not overwrite the other three.
  for (std::uint32_t sequence = 3; sequence < 50; ++sequence)
    fail_unless(rig::shows(rig.next().get(), sequence));
  for (std::uint32_t i = 0; i < 3; ++i)
    fail_unless(rig::shows(held[i].get(), i));
  std::array threads{std::thread{[&] {
                       held[2].reset();
                     }},
                     std::thread{[&] {
                       held[0].reset();
                     }},
                     std::thread{[&] {
                       held[1].reset();
                     }}};
  for (auto& thread : threads)
    thread.join();
  fail_unless_equals_int(rig.camera->queued_count(), 4);
  for (std::uint32_t sequence = 50; sequence < 60; ++sequence)
    fail_unless(rig::shows(rig.next().get(), sequence));
}

GST_END_TEST

GST_START_TEST(test_stops_while_the_only_buffer_is_held) {
  auto model = fake::webcam();
  model.most_buffers = 1;
  Rig rig{model};
  rig.play();
  auto held = rig.next();
  fail_if(rig.camera->fill());
  held.reset();
  const auto buffer = rig.next();
  fail_unless(rig::shows(buffer.get(), 2));
  fail_unless(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT));
  rig.set_state(GST_STATE_NULL);
}

GST_END_TEST

GST_START_TEST(test_stops_while_downstream_holds_all_buffers) {
  Rig rig;
  rig.play();
  std::vector<Buffer> held;
  for (int i = 0; i < 4; ++i)
    held.push_back(rig.next());
  rig.set_state(GST_STATE_NULL);
  fail_if(rig.camera->streaming());
  fail_unless_equals_int(rig.kernel.open_count(rig::path), 0);
  for (std::uint32_t i = 0; i < 4; ++i)
    fail_unless(rig::shows(held[i].get(), i));
}

GST_END_TEST

GST_START_TEST(test_held_beyond_null_and_a_second_life) {
  Rig rig;
  rig.play();
  auto held = rig.next();
  rig.set_state(GST_STATE_NULL);
  fail_unless(rig::shows(held.get(), 0));
  rig.play();
  auto other = rig.next();
  rig.next();
  const int descriptor = gst_dmabuf_memory_get_fd(gst_buffer_peek_memory(held.get(), 0));
  const auto calls_before = rig.camera->calls(VIDIOC_QBUF);
  held.reset();
  fail_unless_equals_int(rig.camera->calls(VIDIOC_QBUF), calls_before);
  fail_unless_equals_int(fcntl(descriptor, F_GETFD), -1);
  fail_unless(rig::shows(other.get(), 0));
}

GST_END_TEST

GST_START_TEST(test_held_beyond_the_elements_death) {
  for (const char* const mode : {"dmabuf", "mmap"}) {
    Buffer held;
    Buffer part;
    {
      Rig rig;
      rig::set(rig.element, "io-mode", mode);
      rig.play();
      held = rig.next();
      const auto second = rig.next();
      part.reset(gst_buffer_copy_region(second.get(), GST_BUFFER_COPY_MEMORY, 0, 512));
    }
    fail_unless(rig::shows(held.get(), 0));
    fail_unless(rig::shows(part.get(), 1));
  }
  const auto held = rig::holdings();
  fail_unless_equals_int(held.plane_mappings, 0);
}

GST_END_TEST

GST_START_TEST(test_nothing_leaks_when_buffers_are_held_over_many_lives) {
  Rig rig;
  const auto life = [&] {
    rig.play();
    auto first = rig.next();
    auto second = rig.next();
    auto* const memory = gst_buffer_get_memory(second.get(), 0);
    second.reset();
    rig.set_state(GST_STATE_NULL);
    fail_unless(rig::shows(first.get(), 0));
    gst_memory_unref(memory);
  };
  life();
  const auto before = rig::holdings();
  for (int turn = 0; turn < 50; ++turn)
    life();
  rig::fail_unless_same(before, rig::holdings());
}

GST_END_TEST

GST_START_TEST(test_the_device_can_be_reopened_at_once_while_frames_are_held) {
  Rig rig;
  rig.play();
  const auto held = rig.next();
  rig.set_state(GST_STATE_NULL);
  // The second open stands for another program that sets another format.
  const auto device = v4l2::Device::open(rig.kernel, rig::path);
  v4l2::Format wanted;
  wanted.fourcc = {V4L2_PIX_FMT_NV12};
  wanted.size = {.width = 640, .height = 480};
  fail_unless(device->set_format(wanted).has_value());
  fail_unless(rig::shows(held.get(), 0));
}

GST_END_TEST

static Suite* loan_suite() {
  return suite_of("loan", {
                              TEST(test_freeing_the_buffer_requeues_it),
                              TEST(test_shells_are_used_again),
                              TEST(test_whoever_holds_the_memory_holds_the_frame),
                              TEST(test_one_plane_holds_the_whole_frame),
                              TEST(test_other_memory_in_the_shell_is_let_go),
                              TEST(test_buffers_appended_to_one_another_come_back),
                              TEST(test_three_of_four_held_and_freed_from_other_threads),
                              TEST(test_stops_while_the_only_buffer_is_held),
                              TEST(test_stops_while_downstream_holds_all_buffers),
                              TEST(test_held_beyond_null_and_a_second_life),
                              TEST(test_held_beyond_the_elements_death),
                              TEST(test_nothing_leaks_when_buffers_are_held_over_many_lives),
                              TEST(test_the_device_can_be_reopened_at_once_while_frames_are_held),
                          });
}

SUITE_MAIN(loan_suite)
