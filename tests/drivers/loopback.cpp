// Plays v4l2cppsrc and v4l2src on a loopback device that a producer feeds. v4l2src may deliver more
// frames in no pipeline. Prints TAP.
//   loopback DEVICE PRODUCER
// PRODUCER is the command line of the program that feeds the device.

#include <array>
#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

#include <gst/gst.h>

#include "common/handles.h"
#include "element/gstv4l2cppsrc.h"
#include "rigs/controls.h"
#include "rigs/tap.h"

namespace {

/// The pipelines of both elements. The frames at "sink" are counted.
constexpr std::array pipelines{
    "queue ! videoconvert ! video/x-raw,format=I420 ! fakesink name=sink sync=false",
    "tee name=t ! queue ! fakesink name=sink sync=false async=false t. ! queue ! fakesink "
    "sync=false async=false",
    "queue leaky=downstream max-size-buffers=2 ! fakesink name=sink sync=false",
    // The queue holds more buffers than a loopback device has by default.
    "queue min-threshold-buffers=4 ! fakesink name=sink sync=false",
};
constexpr std::array io_modes{"auto", "mmap", "rw", "userptr", "dmabuf"};

/// The time for which each row is watched, from its first frame on. At 15 frames a second these are
/// 30 frames.
constexpr auto watched = 2 * GST_SECOND;
constexpr auto first_frame = 20 * GST_SECOND;
/// The watch is not in step with the producer. So one of the two may see a frame more.
constexpr unsigned out_of_step = 1;
/// sustain_framerate makes sixty frames of these thirty. So many of them may be in the producer's
/// gaps for one of the two elements only.
constexpr unsigned filler_steps = 3;

class Pipeline {
public:
  explicit Pipeline(const std::string& description)
      : pipeline_{gst_parse_launch(description.c_str(), nullptr)},
        bus_{gst_element_get_bus(pipeline_)} {
    gst_object_ref_sink(pipeline_);
  }

  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  ~Pipeline() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(bus_);
    gst_object_unref(pipeline_);
  }

  void play() const { gst_element_set_state(pipeline_, GST_STATE_PLAYING); }

  /// Counts the frames at the element of this name, and posts a message at the first one.
  void count(const char* name, std::atomic<unsigned>& frames) const {
    auto* const element = gst_bin_get_by_name(GST_BIN(pipeline_), name);
    auto* const pad = gst_element_get_static_pad(element, "sink");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad* probed, GstPadProbeInfo*, gpointer counter) {
          if (static_cast<std::atomic<unsigned>*>(counter)->fetch_add(1) == 0)
            gst_element_post_message(
                GST_ELEMENT(GST_PAD_PARENT(probed)),
                gst_message_new_application(nullptr, gst_structure_new_empty("first-frame")));
          return GST_PAD_PROBE_OK;
        },
        &frames, nullptr);
    gst_object_unref(pad);
    gst_object_unref(element);
  }

  /// Waits for one of these messages. Returns its type, or the text of an ERROR. Returns an empty
  /// text after the time limit.
  [[nodiscard]] std::string await(GstMessageType types, GstClockTime patience) const {
    auto* const message = gst_bus_timed_pop_filtered(bus_, patience, types);
    if (message == nullptr) return {};
    std::string text = "frame";
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      GError* error{};
      gst_message_parse_error(message, &error, nullptr);
      text = std::string{"ERROR: "} + error->message;
      g_error_free(error);
    }
    gst_message_unref(message);
    return text;
  }

private:
  GstElement* pipeline_;
  GstBus* bus_;
};

/// The program that feeds the device.
class Producer {
public:
  explicit Producer(const std::string& command) {
    int count{};
    char** words{};
    g_shell_parse_argv(command.c_str(), &count, &words, nullptr);
    g_spawn_async(nullptr, words, nullptr,
                  static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD),
                  nullptr, nullptr, &child_, nullptr);
    g_strfreev(words);
  }

  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  ~Producer() {
    if (child_ == 0) return;
    kill(child_, SIGTERM);
    g_spawn_close_pid(child_);
  }

  /// The program writes no frame while it stands still.
  void stand_still(bool still) const { kill(child_, still ? SIGSTOP : SIGCONT); }

private:
  GPid child_{};
};

struct Seen {
  unsigned frames{};
  std::string error;
};

std::string source(const char* element, const std::string& device, const std::string& mode) {
  std::string text{element};
  return text.append(" device=").append(device).append(" io-mode=").append(mode);
}

/// Returns the number of frames that a row delivers from its first one on.
Seen watch(const std::string& head, const std::string& rest) {
  std::atomic<unsigned> frames{};
  const Pipeline pipeline{head + " ! " + rest};
  pipeline.count("sink", frames);
  pipeline.play();
  auto said = pipeline.await(
      static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_APPLICATION), first_frame);
  if (said == "frame") {
    const auto before = frames.load();
    said = pipeline.await(GST_MESSAGE_ERROR, watched);
    return {.frames = frames.load() - before, .error = said};
  }
  return {.frames = 0, .error = said};
}

void tell(const char* element, const Seen& seen) {
  std::string text{element};
  real::Tap::explain(
      text.append(" ").append(std::to_string(seen.frames)).append(" frames ").append(seen.error));
}

/// Plays v4l2cppsrc and v4l2src in the same pipeline, one after the other.
void compare(real::Tap& tap, const std::string& row, const std::string& device,
             const std::string& mode, const std::string& pipeline, unsigned steps = out_of_step) {
  const auto theirs = watch(source("v4l2src", device, mode), pipeline);
  const auto ours = watch(source("v4l2cppsrc", device, mode), pipeline);
  const bool plays = ours.frames > 0 || (mode != "auto" && mode != "mmap");
  tap.point(plays && ours.frames + steps >= theirs.frames &&
                (ours.error.empty() || !theirs.error.empty()),
            row);
  tell("v4l2cppsrc", ours);
  tell("v4l2src", theirs);
}

/// Compares the frames that the driver itself fills in, with a producer that writes and one that
/// stands still.
void compare_fillers(real::Tap& tap, const std::string& device, const Producer& producer) {
  constexpr std::array<std::pair<const char*, int>, 2> fillers{
      {{"timeout", 200}, {"sustain_framerate", 1}}};
  // Some producers make up for the time in which they stood still, so this is the last row.
  for (const bool still : {false, true}) {
    producer.stand_still(still);
    for (const auto& [control, value] : fillers) {
      real::Controls{device}.set(control, value);
      compare(tap,
              std::string{control} + "=" + std::to_string(value) +
                  (still ? ", the producer stands still" : ""),
              device, "auto", pipelines[0], filler_steps);
      real::Controls{device}.set(control, 0);
    }
  }
  producer.stand_still(false);
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: loopback DEVICE PRODUCER\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  gst_v4l2_cpp_src_register(nullptr);
  const std::string device = words[1];
  const Producer producer{words[2]};
  real::Tap tap;
  // The element waits for the producer by itself.
  Seen first;
  for (int tries = 0; tries < 200 && first.frames == 0; ++tries)
    first = watch(source("v4l2cppsrc", device, "auto") + " on-disconnect=wait", pipelines[0]);
  tap.point(first.frames > 0, "the device is fed");
  for (const std::string mode : io_modes)
    for (const std::string pipeline : pipelines)
      compare(tap, std::string{"io-mode="}.append(mode).append(" ! ").append(pipeline), device,
              mode, pipeline);
  compare_fillers(tap, device, producer);
  return tap.end();
}
