#include "fault_matrix/fake_stage.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <fcntl.h>
#include <linux/videodev2.h>

#include "fake/bus.h"
#include "fake/fake_kernel.h"
#include "fake/stopwatch.h"
#include "fault_matrix/common_faults.h"

namespace faults {
namespace {

constexpr auto home = "/dev/video0";
constexpr auto elsewhere = "/dev/video5";
constexpr auto small = "video/x-raw,format=YUY2,width=320,height=240,framerate=30/1";
constexpr std::array cut_jpeg{std::byte{0xff}, std::byte{0xd8}, std::byte{0xff}, std::byte{0xdb}};
constexpr std::size_t small_size = std::size_t{320} * 240 * 2;

/// Fills a camera's queued buffers, as a camera in free run does, until it is paused.
class Filler {
public:
  explicit Filler(std::shared_ptr<fake::Camera> camera, fake::Clock& clock, bool paused = false)
      : camera_{std::move(camera)}, clock_{clock}, paused_{paused}, thread_{[this] {
          run();
        }} {}

  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

  ~Filler() {
    {
      const std::lock_guard lock{mutex_};
      ends_ = true;
    }
    changed_.notify_all();
    camera_->interrupt();
    thread_.join();
  }

  /// Pauses or resumes. When a call that pauses returns, no more frames come.
  void pause(bool paused) {
    std::unique_lock lock{mutex_};
    paused_ = paused;
    changed_.notify_all();
    if (!paused) return;
    camera_->interrupt();
    changed_.wait(lock, [this] { return rests_; });
  }

  [[nodiscard]] bool paused() {
    const std::lock_guard lock{mutex_};
    return paused_;
  }

  /// Sets how frames are filled from now on, and how much time passes with each of them.
  void fill_with(const fake::FrameOptions& options, std::chrono::nanoseconds pace = {}) {
    const std::lock_guard lock{mutex_};
    options_ = options;
    pace_ = pace;
  }

private:
  void run() {
    for (;;) {
      std::unique_lock lock{mutex_};
      rests_ = paused_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return ends_ || !paused_; });
      rests_ = false;
      if (ends_) return;
      const auto options = options_;
      const auto pace = pace_;
      lock.unlock();
      clock_.add(pace);
      camera_->fill_when_queued(options);
    }
  }

  std::shared_ptr<fake::Camera> camera_;
  fake::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;  // guarded by mutex_
  bool paused_;
  bool rests_{};  // the thread has seen the pause, and fills no buffer
  bool ends_{};
  fake::FrameOptions options_;
  std::chrono::nanoseconds pace_{};
  std::thread thread_;
};

/// The stage of the fake. Its clock stands still while the camera sends. So no frame is late,
/// however busy the machine is.
class FakeStage final : public Stage {
public:
  FakeStage() { kernel_.stop_clock(); }

  FakeStage(const FakeStage&) = delete;
  FakeStage& operator=(const FakeStage&) = delete;

  ~FakeStage() override { filler_.reset(); }

  [[nodiscard]] std::string name() const override { return "fake"; }

  v4l2::Kernel& kernel() override { return kernel_; }

  std::string path() override { return path_; }

  [[nodiscard]] std::string caps() const override { return small; }

  void reset() override {
    filler_.reset();
    other_ = {};
    for (const auto* const path : {home, elsewhere})
      remove(path);
    plug(home, fake::usb_camera("1", "1-1"));
  }

  std::size_t open_nodes() override {
    std::size_t all{};
    for (const auto& path : plugged_)
      all += kernel_.open_count(path);
    return all - (other_.get() >= 0 ? 1 : 0);
  }

  std::string wrong(GstBuffer* buffer) override {
    if (gst_buffer_get_size(buffer) != small_size) return "its size";
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return "it can't be mapped";
    bool same = true;
    for (gsize i = 0; same && i < map.size; ++i)
      same = map.data[i] == static_cast<std::uint8_t>(map.data[0] + i);
    gst_buffer_unmap(buffer, &map);
    return same ? "" : "its bytes";
  }

  bool pass_time() override {
    using Waiters = fake::Clock::Waiters;
    const bool silent = filler_ && filler_->paused();
    return kernel_.clock().pass_if_waited_for(silent ? Waiters::all : Waiters::for_time_alone);
  }

  std::chrono::nanoseconds time_of(const std::function<void()>& work) override {
    return fake::time_of(kernel_.clock(), work);
  }

  [[nodiscard]] std::chrono::minutes patience() const override { return std::chrono::minutes{1}; }

  std::vector<Fault> faults() override {
    std::vector<Fault> all;
    add_nodes(all);
    add_losses(all);
    add_returns(all);
    add_silences(all);
    add_shortages(all);
    add_damage(all);
    add_leftovers(all);
    add_lies(all);
    add_changes(all);
    add_signals(all);
    return all;
  }

private:
  std::shared_ptr<fake::Camera> put(const char* path, const fake::Model& model) {
    plugged_.insert(path);
    return kernel_.plug(path, model);
  }

  void remove(const char* path) {
    if (plugged_.erase(path) == 1) kernel_.unplug(path);
  }

  void plug(const char* path, const fake::Model& model, bool silent = false) {
    filler_.reset();
    path_ = path;
    camera_ = put(path, model);
    filler_.emplace(camera_, kernel_.clock(), silent);
  }

  /// Replaces the camera by another one at its path, which works.
  void replace() {
    remove(home);
    back_at(home);
  }

  void back_at(const char* path) { plug(path, fake::usb_camera("1", "1-1")); }

  void add_nodes(std::vector<Fault>& all) {
    const auto node = [&](const char* name, std::uint32_t device_caps) {
      all.push_back(
          {.name = name,
           .when = {Moment::before},
           .strike = [this,
                      device_caps] { plug(home, fake::node_with(device_caps, "Fake Camera")); },
           .heal =
               [this] {
                 reset();
               }});
    };
    node("a metadata node", V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING);
    node("an output node", V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING);
    node("a codec's node", V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING);
    all.push_back({.name = "a media graph that is not set up",
                   .when = {Moment::before},
                   .strike =
                       [this] {
                         auto model = fake::webcam();
                         model.device_caps |= V4L2_CAP_IO_MC;
                         plug(home, model);
                         camera_->guard_start([](const v4l2::Format& /*own*/) { return EPIPE; });
                       },
                   .heal =
                       [this] {
                         reset();
                       }});
    Fault unfed{.name = "a loopback device without a producer",
                .when = {Moment::before},
                .strike =
                    [this] {
                      auto model = fake::usb_camera("1", "1-1");
                      model.formats.clear();
                      plug(home, model);
                    },
                .heal = [this] { camera_->feed(fake::webcam().formats); },
                .healed_at = "`waiting`"};
    add_policies(all, unfed, "on-disconnect", {"error", "wait"});
    unfed.name = "a loopback device that is an output until it is fed";
    unfed.strike = [this] {
      plug(home, fake::node_with(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, "Fake Camera"));
    };
    unfed.heal = [this] {
      remove(home);
      back_at(home);
    };
    add_policies(all, unfed, "on-disconnect", {"error", "wait"});
    all.push_back({.name = "mode 000, not root",
                   .when = {Moment::before},
                   .strike = [this] { kernel_.refuse("/dev/video9", EACCES); },
                   .device = "/dev/video9"});
    all.push_back({.name = "another program has it",
                   .when = {Moment::before, Moment::start},
                   .strike = [this] { occupy(); },
                   .heal =
                       [this] {
                         other_ = {};
                       }});
    all.push_back({.name = "another program wants it",
                   .when = while_playing,
                   .strike = [this] { occupy(); },
                   .heal = [this] { other_ = {}; },
                   .healed_at = "now"});
  }

  /// A second program opens the device and requests buffers.
  void occupy() {
    other_ = v4l2::UniqueFd{kernel_.open(home, O_RDWR | O_CLOEXEC)};
    v4l2_requestbuffers request{};
    request.count = 2;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    kernel_.ioctl(other_.get(), VIDIOC_REQBUFS, &request);
  }

  void add_losses(std::vector<Fault>& all) {
    Fault unplugged{.name = "unplugged",
                    .when = once_there,
                    .strike = [this] { remove(home); },
                    .heal =
                        [this] {
                          back_at(home);
                        }};
    add_policies(all, unplugged, "on-disconnect", {"error", "eos"});
    unplugged.when = always;
    unplugged.healed_at = "`waiting`";
    unplugged.name = "unplugged, comes back";
    add_policies(all, unplugged, "on-disconnect", {"wait"});
    add_demands(all, unplugged);
    unplugged.when = once_there;
    unplugged.name = "unplugged, comes back elsewhere, another has its number";
    unplugged.heal = [this] {
      put(home, fake::usb_camera("2", "1-1"));
      plug(elsewhere, fake::usb_camera("1", "1-2"));
    };
    add_policies(all, unplugged, "on-disconnect", {"wait"});
    Fault moved{.name = "`device` is set to where nothing is",
                .when = {Moment::start},
                .strike = [] {},
                .heal = [this] { plug(elsewhere, fake::usb_camera("2", "1-2")); },
                .healed_at = "`waiting`",
                .moved_to = elsewhere};
    add_policies(all, moved, "on-disconnect", {"error", "wait"});
    Fault fatal{.name = "the driver gives up (`vb2_queue_error()`)",
                .when = while_playing,
                .strike = [this] {
                  camera_->fail_stream();
                }};
    add_policies(all, fatal, "on-disconnect", {"error", "wait", "eos"});
    Fault storm{
        .name = "EIO from VIDIOC_DQBUF, ten times",
        .when = while_playing,
        .strike =
            [this] { camera_->fault([](fake::Faults& f) { f.fail(VIDIOC_DQBUF, EIO, 10); }); },
        .heal =
            [this] {
              camera_->fault([](fake::Faults& f) { f.clear(); });
            }};
    add_policies(all, storm, "on-disconnect", {"error", "wait"});
    all.push_back({.name = "EIO from VIDIOC_STREAMOFF", .when = {Moment::start}, .strike = [this] {
                     camera_->fault([](fake::Faults& f) { f.fail(VIDIOC_STREAMOFF, EIO); });
                   }});
  }

  /// Adds losses that the driver reports in another way, and cameras that come back useless.
  void add_returns(std::vector<Fault>& all) {
    Fault lost{.name = "a lost device that says EINVAL",
               .when = while_playing,
               .strike = [this] { camera_->lose_device(EINVAL); },
               .heal = [this] { replace(); },
               .healed_at = "`waiting`"};
    add_policies(all, lost, "on-disconnect", {"error", "wait", "eos"});
    all.push_back({.name = "unplugged, comes back and never streams, `on-disconnect=wait`, "
                           "`reconnect-timeout` of 2 s",
                   .when = once_there,
                   .properties = {{"on-disconnect", "wait"}, {"reconnect-timeout", "2000000000"}},
                   .strike =
                       [this] {
                         remove(home);
                         plug(home, fake::usb_camera("1", "1-1"), true);
                       },
                   .heal =
                       [this] {
                         replace();
                       }});
    for (const int error : {EPROTO, EILSEQ, ETIME})
      all.push_back({.name = std::string{strerrorname_np(error)} + " from VIDIOC_DQBUF",
                     .when = while_playing,
                     .strike = [this, error] {
                       camera_->fault([error](fake::Faults& f) { f.fail(VIDIOC_DQBUF, error); });
                     }});
  }

  /// Adds requests that a pipeline must obey at once, though its camera is away.
  static void add_demands(std::vector<Fault>& all, Fault unplugged) {
    const auto row = [&](const char* name, Demand demand) {
      unplugged.name = name;
      unplugged.demand = demand;
      add_policies(all, unplugged, "on-disconnect", {"wait"});
    };
    row("unplugged, EOS is sent", Demand::eos);
    row("unplugged, a flush is sent, comes back", Demand::flush);
    row("unplugged, the pipeline is stopped", Demand::stop);
  }

  void leave_room(std::uint64_t bytes_per_second) {
    camera_->share(std::make_shared<fake::Bus>(bytes_per_second));
  }

  void add_shortages(std::vector<Fault>& all) {
    const auto heal = [this] {
      camera_->share({});
    };
    add_shortage(
        all, [this] { leave_room(3'000'000); }, heal);
    Fault robbed{.name = "its stream breaks, and its USB bus has no room any more",
                 .when = while_playing,
                 .strike =
                     [this] {
                       leave_room(0);
                       camera_->fail_stream();
                     },
                 .heal = heal,
                 .healed_at = "`waiting`"};
    add_policies(all, robbed, "on-disconnect", {"error", "wait", "eos"});
  }

  void add_silences(std::vector<Fault>& all) {
    faults::add_silences(
        all, [this] { filler_->pause(true); }, [this] { filler_->pause(false); },
        std::chrono::seconds{1});
    all.push_back({.name = "nothing comes for 10 s after the start",
                   .when = {Moment::before, Moment::start},
                   .strike = [this] { filler_->pause(true); },
                   .heal = [this] { filler_->pause(false); },
                   .healed_at = "WARNING `stalled`"});
    all.push_back({.name = "frames are lost", .when = while_playing, .strike = [this] {
                     camera_->lose(7);
                   }});
  }

  void add_damage(std::vector<Fault>& all) {
    const auto damaged = [&](const char* name, const fake::FrameOptions& options) {
      add_policies(all,
                   {.name = name,
                    .when = while_playing,
                    .strike = [this, options] { damage(options); },
                    .heal = [this] { filler_->fill_with({}); },
                    .healed_at = "now",
                    .blurs = true},
                   "on-corrupt", {"drop", "flag", "pass"});
    };
    damaged("frames with `V4L2_BUF_FLAG_ERROR`", {.flags = V4L2_BUF_FLAG_ERROR});
    damaged("short frames", {.bytes_used = 100});
    damaged("empty frames", {.bytes_used = 0});
    damaged("JPEG images without an end", {.content = cut_jpeg});
    for (auto& fault : all)
      if (fault.name.starts_with("JPEG")) fault.caps = "image/jpeg,width=640,height=480";
  }

  /// Fills all frames from the next one on with `options`, ten in a second.
  void send_only(const fake::FrameOptions& options) {
    filler_->pause(true);  // the thread may hold the options of the frame that it waits to fill
    filler_->fill_with(options, std::chrono::milliseconds{100});
    filler_->pause(false);
  }

  /// Adds cameras that send only frames which the element leaves out.
  void add_leftovers(std::vector<Fault>& all) {
    all.push_back({.name = "nothing but short frames",
                   .when = always,
                   .strike = [this] { send_only({.bytes_used = 100}); },
                   .heal = [this] { filler_->fill_with({}); },
                   .healed_at = "WARNING `damaged`"});
    all.push_back({.name = "no key frame comes, `start-on-keyframe=true`",
                   .when = {Moment::before, Moment::start},
                   .properties = {{"start-on-keyframe", "true"}},
                   .strike = [this] { send_only({.flags = V4L2_BUF_FLAG_PFRAME}); },
                   .heal = [this] { filler_->fill_with({.flags = V4L2_BUF_FLAG_KEYFRAME}); },
                   .healed_at = "WARNING `stalled`",
                   .caps = "video/x-h264"});
  }

  /// Fills frames with `options`, and returns when some of them were dequeued.
  void damage(const fake::FrameOptions& options) {
    filler_->fill_with(options);
    const auto before = camera_->calls(VIDIOC_QBUF);
    while (camera_->calls(VIDIOC_QBUF) < before + 8 && camera_->streaming())
      std::this_thread::yield();
  }

  void add_lies(std::vector<Fault>& all) {
    const auto lie = [&]<class Argument>(const char* name, unsigned long request, Moment when,
                                         void (*change)(Argument&)) {
      std::vector<Moment> moments{when};
      if (when == Moment::stream) moments.push_back(Moment::held);
      all.push_back({.name = name,
                     .when = moments,
                     .strike =
                         [this, request, change] {
                           camera_->fault([&](fake::Faults& f) {
                             f.alter<Argument>(request, [change](Argument& a) { change(a); });
                           });
                         },
                     .heal =
                         [this] {
                           camera_->fault([](fake::Faults& f) { f.clear(); });
                         }});
    };
    lie(
        "VIDIOC_QUERYBUF tells of buffers without bytes", VIDIOC_QUERYBUF, Moment::start,
        +[](v4l2_buffer& buffer) { buffer.length = 0; });
    lie(
        "VIDIOC_REQBUFS gives no buffers", VIDIOC_REQBUFS, Moment::start,
        +[](v4l2_requestbuffers& request) { request.count = 0; });
    lie(
        "VIDIOC_REQBUFS gives more buffers than were asked for", VIDIOC_REQBUFS, Moment::start,
        +[](v4l2_requestbuffers& request) { request.count = 7; });
    lie(
        "VIDIOC_S_FMT tells another size than it sets", VIDIOC_S_FMT, Moment::start,
        +[](v4l2_format& format) { format.fmt.pix.width = 300; });
    lie(
        "VIDIOC_S_FMT says an image size of 0", VIDIOC_S_FMT, Moment::start,
        +[](v4l2_format& format) { format.fmt.pix.sizeimage = 0; });
    lie(
        "VIDIOC_DQBUF gives a buffer that does not exist", VIDIOC_DQBUF, Moment::stream,
        +[](v4l2_buffer& buffer) { buffer.index = 99; });
    lie(
        "VIDIOC_DQBUF gives more bytes than there are", VIDIOC_DQBUF, Moment::stream,
        +[](v4l2_buffer& buffer) { buffer.bytesused = buffer.length + 4096; });
    lie(
        "VIDIOC_DQBUF gives a time before the epoch", VIDIOC_DQBUF, Moment::stream,
        +[](v4l2_buffer& buffer) { buffer.timestamp.tv_sec = -1000; });
    lie(
        "VIDIOC_DQBUF gives a time in the far future", VIDIOC_DQBUF, Moment::stream,
        +[](v4l2_buffer& buffer) { buffer.timestamp.tv_sec += 1000000; });
    lie(
        "VIDIOC_DQBUF gives a sequence number that runs backwards", VIDIOC_DQBUF, Moment::stream,
        +[](v4l2_buffer& buffer) { buffer.sequence = 0; });
  }

  /// Adds devices whose frames or formats change.
  void add_changes(std::vector<Fault>& all) {
    all.push_back({.name = "`V4L2_BUF_FLAG_LAST`, then EPIPE from VIDIOC_DQBUF",
                   .when = while_playing,
                   .strike =
                       [this] {
                         damage({.flags = V4L2_BUF_FLAG_LAST});
                         camera_->fault([](fake::Faults& f) { f.fail(VIDIOC_DQBUF, EPIPE); });
                       },
                   .heal = [this] { filler_->fill_with({}); },
                   .healed_at = "now"});
    all.push_back({.name = "VIDIOC_S_PARM changes the format",
                   .when = {Moment::before},
                   .strike =
                       [this] {
                         auto model = fake::usb_camera("1", "1-1");
                         model.rate_fourcc = V4L2_PIX_FMT_NV12;
                         model.rate_size = {320, 240};
                         plug(home, model);
                       },
                   .heal =
                       [this] {
                         reset();
                       }});
  }

  /// Adds an HDMI input whose source sends nothing for a while.
  void add_signals(std::vector<Fault>& all) {
    const auto send = [this] {
      camera_->change_timings(fake::timings_of(320, 240, 30));
    };
    const auto card = [this, send] {
      auto model = fake::usb_camera("1", "1-1");
      model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
      plug(home, model);
      send();
    };
    Fault lost{.name = "the signal is lost, and comes back",
               .when = always,
               // A short silence is a stall, but not without a signal.
               .properties = {{"stall-timeout", "10000000"}, {"on-stall", "error"}},
               .prepare = card,
               .strike = [this] { camera_->lose_signal(ENOLINK); },
               .heal = send,
               .healed_at = "`signal-lost`",
               .blurs = true};  // black frames
    const std::vector<std::string> policies{"wait", "gap", "black"};
    add_policies(all, lost, "on-no-signal", policies);
    lost.name = "the signal is lost, EOS is sent";
    lost.when = once_there;
    lost.demand = Demand::eos;
    add_policies(all, lost, "on-no-signal", policies);
    lost.name = "the signal is lost, a flush is sent, comes back";
    lost.demand = Demand::flush;
    add_policies(all, lost, "on-no-signal", policies);
    lost.name = "the signal is lost, the pipeline is stopped";
    lost.demand = Demand::stop;
    add_policies(all, lost, "on-no-signal", policies);
  }

  fake::FakeKernel kernel_;
  std::set<std::string> plugged_;
  std::string path_;
  std::shared_ptr<fake::Camera> camera_;
  std::optional<Filler> filler_;
  v4l2::UniqueFd other_;
};

}  // namespace

std::unique_ptr<Stage> fake_stage() {
  return std::make_unique<FakeStage>();
}

}  // namespace faults
