#include "rigs/rig.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "rigs/depends_on_speed.h"

namespace rig {

GstElement* new_element(fake::FakeKernel& kernel) {
  static const bool registered = gst_v4l2_cpp_src_register(nullptr) != FALSE;
  fail_unless(registered);
  auto* const element = gst_element_factory_make("v4l2cppsrc", nullptr);
  fail_unless(element != nullptr);
  gst_object_ref_sink(element);
  gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(element)).set_kernel(kernel);
  return element;
}

Rig::Rig(const fake::Model& model, const char* sink_caps)
    : camera{kernel.plug(path, model)}, element{new_element(kernel)} {
  harness = gst_harness_new_with_element(element, nullptr, "src");
  if (sink_caps != nullptr) gst_harness_set_sink_caps_str(harness, sink_caps);
}

Rig::~Rig() {
  gst_harness_teardown(harness);
  gst_object_unref(element);
}

void Rig::set_state(GstState state) {
  fail_if(gst_element_set_state(element, state) == GST_STATE_CHANGE_FAILURE);
}

Buffer Rig::next(const fake::FrameOptions& options) {
  camera->fill_when_queued(options);
  return Buffer{gst_harness_pull(harness)};
}

void set(GstElement* element, const char* property, const std::string& value) {
  gst_util_set_object_arg(G_OBJECT(element), property, value.c_str());
}

bool shows(GstBuffer* buffer, std::uint32_t sequence) {
  bool same = true;
  for (guint plane = 0; plane < gst_buffer_n_memory(buffer); ++plane) {
    GstMapInfo map;
    auto* const memory = gst_buffer_peek_memory(buffer, plane);
    if (!gst_memory_map(memory, &map, GST_MAP_READ)) return false;
    for (gsize i = 0; i < map.size; ++i)
      same = same && std::byte{map.data[i]} == fake::Camera::expected_byte(sequence, plane, i);
    gst_memory_unmap(memory, &map);
  }
  return same;
}

Holdings holdings() {
  const auto count = [](const char* directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory},
                                                  std::filesystem::directory_iterator{}));
  };
  Holdings held{.descriptors = count("/proc/self/fd"), .threads = count("/proc/self/task")};
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);)
    for (const char* const name : {"memfd:fake-plane", "/dmabuf", "/dev/video"})
      if (line.find(name) != std::string::npos) ++held.plane_mappings;
  return held;
}

Holdings holdings_after(const Holdings& before) {
  // The deadline tells a thread that never ends from one that a busy machine delays.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  for (;;) {
    const auto after = holdings();
    if (after.threads <= before.threads + idle_workers) return after;
    if (std::chrono::steady_clock::now() > deadline) return after;
    std::this_thread::yield();
  }
}

void fail_unless_same(const Holdings& before, const Holdings& now) {
  const auto after = now.threads <= before.threads + idle_workers ? now : holdings_after(before);
  fail_unless_equals_uint64(after.descriptors, before.descriptors);
  fail_unless_equals_uint64(after.plane_mappings, before.plane_mappings);
  fail_unless(after.threads <= before.threads + idle_workers);
}

FreeRun::FreeRun(std::shared_ptr<fake::Camera> camera)
    : camera_{std::move(camera)}, thread_{[this] {
        while (running_)
          camera_->fill_when_queued();
      }} {}

FreeRun::~FreeRun() {
  running_ = false;
  camera_->interrupt();
  thread_.join();
}

guint64 stat(GstElement* element, const char* name) {
  GstStructure* stats{};
  guint64 value{};
  g_object_get(element, "stats", &stats, nullptr);
  // Programs for real devices call this outside of a test case.
  if (gst_structure_get_uint64(stats, name, &value) == FALSE) g_error("stats have no %s", name);
  gst_structure_free(stats);
  return value;
}

std::vector<std::string> texts_of(GstBus* bus, GstMessageType type) {
  std::vector<std::string> texts;
  while (auto* const message = gst_bus_pop_filtered(bus, type)) {
    if (depends_on_speed(message)) {
      gst_message_unref(message);
      continue;
    }
    GError* error{};
    gchar* debug{};
    if (type == GST_MESSAGE_WARNING)
      gst_message_parse_warning(message, &error, &debug);
    else
      gst_message_parse_error(message, &error, &debug);
    texts.push_back(std::string{error->message} + " [" + (debug != nullptr ? debug : "") + "]");
    g_error_free(error);
    g_free(debug);
    gst_message_unref(message);
  }
  return texts;
}

}  // namespace rig
