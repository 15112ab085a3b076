// An application that adds a camera to a pipeline that plays, and removes it again. The first
// camera goes on meanwhile.
//
//   add_and_remove DEVICE OTHER_DEVICE FRAMES [CAPS]
//
// The other camera comes after FRAMES frames, stays for as many, and the first one goes on for as
// many again. Each camera is in a bin of its own, where an application would put its branch: a
// recording, a window, a network stream.

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include <gst/gst.h>

namespace {

struct Unref {
  void operator()(GstElement* element) const { gst_object_unref(element); }
};

using Element = std::unique_ptr<GstElement, Unref>;

/// Counts the frames of cameras, and lets a thread wait for those of one.
class Frames {
public:
  void add(int camera) {
    const std::lock_guard lock{mutex_};
    ++counts_.at(static_cast<std::size_t>(camera));
    changed_.notify_all();
  }

  /// No more frames come: there was an ERROR.
  void stop() {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
  }

  /// Waits for so many more frames of a camera. Returns false after an ERROR.
  bool wait_for(int camera, int more) {
    std::unique_lock lock{mutex_};
    const auto& count = counts_.at(static_cast<std::size_t>(camera));
    const int wanted = count + more;
    changed_.wait(lock, [&] { return stopped_ || count >= wanted; });
    return !stopped_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<int, 2> counts_{};
  bool stopped_{};
};

/// A camera that plays in a pipeline until the object is destroyed.
class Camera {
public:
  Camera(GstElement* pipeline, GstElement* bin) : pipeline_{pipeline}, bin_{bin} {
    gst_object_ref_sink(bin);
    gst_bin_add(GST_BIN(pipeline_), bin);
    // What is added to a pipeline that plays does not play by itself.
    gst_element_sync_state_with_parent(bin);
  }

  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  ~Camera() {
    // The bin no longer follows the pipeline. So it can stop before it is taken out.
    gst_element_set_locked_state(bin_.get(), TRUE);
    gst_element_set_state(bin_.get(), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(pipeline_), bin_.get());
  }

private:
  GstElement* pipeline_;
  Element bin_;
};

/// Returns a bin with a camera, whose frames are counted by `on_frame`.
GstElement* camera_bin(const std::string& device, const std::string& caps,
                       GstPadProbeCallback on_frame, Frames& frames) {
  const auto description =
      "v4l2cppsrc name=camera device=" + device + " ! " + caps + " ! queue ! fakesink sync=false";
  auto* const bin = gst_parse_bin_from_description(description.c_str(), FALSE, nullptr);
  const Element source{gst_bin_get_by_name(GST_BIN(bin), "camera")};
  auto* const pad = gst_element_get_static_pad(source.get(), "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &frames, nullptr);
  gst_object_unref(pad);
  return bin;
}

template <int camera>
GstPadProbeReturn count(GstPad*, GstPadProbeInfo*, gpointer frames) {
  static_cast<Frames*>(frames)->add(camera);
  return GST_PAD_PROBE_OK;
}

/// Prints the text of an ERROR on the thread that posts it, and ends the waiting.
GstBusSyncReply on_message(GstBus*, GstMessage* message, gpointer frames) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error{};
    gst_message_parse_error(message, &error, nullptr);
    std::fprintf(stderr, "add_and_remove: %s\n", error->message);
    g_error_free(error);
    static_cast<Frames*>(frames)->stop();
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

/// Plays the first camera, the second one too, and the first one alone again.
bool play(GstElement* pipeline, const std::string& first, const std::string& second,
          const std::string& caps, int count_of_frames) {
  Frames frames;
  auto* const bus = gst_element_get_bus(pipeline);
  gst_bus_set_sync_handler(bus, on_message, &frames, nullptr);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const Camera stays{pipeline, camera_bin(first, caps, count<0>, frames)};
  if (!frames.wait_for(0, count_of_frames)) return false;
  std::puts("the first camera plays");
  {
    const Camera goes{pipeline, camera_bin(second, caps, count<1>, frames)};
    if (!frames.wait_for(1, count_of_frames) || !frames.wait_for(0, count_of_frames)) return false;
    std::puts("both cameras play");
  }
  if (!frames.wait_for(0, count_of_frames)) return false;
  std::puts("the first camera has gone on");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int frames = argc == 4 || argc == 5 ? std::atoi(argv[3]) : 0;
  if (frames < 1) {
    std::fprintf(stderr, "usage: add_and_remove DEVICE OTHER_DEVICE FRAMES [CAPS]\n");
    return 2;
  }
  const Element pipeline{gst_pipeline_new(nullptr)};
  const bool good =
      play(pipeline.get(), argv[1], argv[2], argc == 5 ? argv[4] : "video/x-raw", frames);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return good ? 0 : 1;
}
