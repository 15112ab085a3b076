// Has vivid lose frames, wrap its numbers and send fields, and compares what the element counts
// with the numbers of the frames that leave it. Prints TAP.
//
//   losses DEVICE
//
// The device is a vivid with its usual inputs.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include <linux/videodev2.h>

#include "rigs/buffer_probe.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/forwarding_kernel.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

constexpr auto small = "video/x-raw,format=YUY2,width=320,height=180,framerate=30/1";
constexpr auto fields =
    "video/x-raw(format:Interlaced),format=YUY2,interlace-mode=alternate,width=720";

guint64 read(GstElement* element, const char* name) {
  return rig::stat(element, name);
}

/// Counts the frames that leave the element, by the metadata that they carry. Drops them.
class Counter {
public:
  /// `of_fields` is true where each number stands for two fields.
  Counter(GstElement* element, guint64 wanted, bool of_fields)
      : element_{element}, wanted_{wanted}, of_fields_{of_fields} {}

  /// Waits until the device has made so many frames. Returns false after ten minutes.
  bool wait() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::minutes{10}, [this] { return done_; });
  }

  // As of the last frame that was wanted. Valid after wait().
  guint64 made{};
  guint64 missing{};  ///< as the numbers show
  guint64 captured{};
  guint64 lost{};
  guint64 lost_device{};
  guint64 skipped_before{};  ///< as the metadata of all frames say
  unsigned discontinuities{};
  bool wrapped{};

private:
  void see(GstBuffer* buffer) {
    const std::lock_guard lock{mutex_};
    if (done_) return;
    const auto* const frame =
        gst_custom_meta_get_structure(gst_buffer_get_custom_meta(buffer, "v4l2cppsrc-frame"));
    guint sequence{};
    guint field{};
    guint64 skipped{};
    gst_structure_get_uint(frame, "sequence", &sequence);
    gst_structure_get_uint(frame, "field", &field);
    gst_structure_get_uint64(frame, "skipped-before", &skipped);
    if (captured_ > 0) {
      const std::uint32_t step = sequence - sequence_;
      wrapped = wrapped || sequence < sequence_;
      auto places = std::uint64_t{step};
      // vivid begins a frame with the field that comes first by its standard.
      if (of_fields_)
        places = 2 * places + (field == first_ ? 0U : 1U) - (field_ == first_ ? 0U : 1U);
      missing += places - 1;
      made += places;
      skipped_before += skipped;
      if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT)) ++discontinuities;
    } else {
      made = 1;
      first_ = field;
    }
    ++captured_;
    sequence_ = sequence;
    field_ = field;
    if (made < wanted_) return;
    captured = read(element_, "captured");
    lost = read(element_, "lost");
    lost_device = read(element_, "lost-device");
    done_ = true;
    changed_.notify_all();
  }

  GstElement* element_;
  guint64 wanted_;
  bool of_fields_;
  std::mutex mutex_;  // guards all below, and the results
  std::condition_variable changed_;
  guint64 captured_{};
  std::uint32_t sequence_{};
  std::uint32_t field_{};
  std::uint32_t first_{};
  bool done_{};
  // The last member, since it begins at once.
  rig::BufferProbe probe_{element_, [this](GstBuffer* buffer) {
                            see(buffer);
                            return GST_PAD_PROBE_DROP;
                          }};
};

/// Returns how many QOS messages were posted.
unsigned gaps(GstBus* bus) {
  unsigned count{};
  while (auto* const message = gst_bus_pop_filtered(bus, GST_MESSAGE_QOS)) {
    gst_message_unref(message);
    ++count;
  }
  return count;
}

/// Checks what was counted against the numbers.
void compare(Tap& tap, const std::string& what, const Counter& counter) {
  Tap::explain(what + ": " + std::to_string(counter.made) + " made, " +
               std::to_string(counter.captured) + " captured, " + std::to_string(counter.lost) +
               " lost, " + std::to_string(counter.lost_device) + " of them in the device");
  tap.point(counter.captured + counter.lost == counter.made,
            what + ": captured and lost add up to what was made");
  tap.point(counter.lost == counter.missing, what + ": lost is what the numbers leave out");
  tap.point(counter.skipped_before == counter.missing, what + ": so do the metadata");
}

void lose_each_tenth(Tap& tap, const char* device) {
  const real::Controls controls{device};
  controls.set("Percentage of Dropped Buffers", 10);
  real::Between kernel;
  const real::Alone alone{device, kernel, small};
  Counter counter{alone.element, 2000, false};
  alone.play();
  tap.point(counter.wait(), "2,000 frames are made");
  const auto told = gaps(alone.bus);
  compare(tap, "each tenth dropped", counter);
  tap.point(counter.lost_device > 100 && counter.lost_device < 400,
            "about a tenth is the device's");
  tap.point(counter.discontinuities > 0 && told >= counter.discontinuities,
            "each gap is a QOS message and a DISCONT");
  controls.set("Percentage of Dropped Buffers", 0);
}

void wrap_the_number(Tap& tap, const char* device) {
  const real::Controls controls{device};
  controls.set("Wrap Sequence Number", 1);
  real::Between kernel;
  const real::Alone alone{device, kernel, small};
  Counter counter{alone.element, 300, false};
  alone.play();
  tap.point(counter.wait() && counter.wrapped, "the number wraps");
  compare(tap, "a wrap", counter);
  tap.point(counter.lost < 150, "a wrap is no loss");
  controls.set("Wrap Sequence Number", 0);
}

void send_fields(Tap& tap, const char* device) {
  const real::Controls controls{device};
  tap.point(controls.select_input("S-Video"), "there is an S-Video input");
  real::Between kernel;
  const real::Alone alone{device, kernel, fields};
  Counter counter{alone.element, 300, true};
  alone.play();
  tap.point(counter.wait(), "fields come in turn");
  compare(tap, "fields", counter);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 2) return 2;
  Tap tap;
  lose_each_tenth(tap, argv[1]);
  wrap_the_number(tap, argv[1]);
  send_fields(tap, argv[1]);
  return tap.end();
}
