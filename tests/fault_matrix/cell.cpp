#include "fault_matrix/cell.h"

#include <linux/videodev2.h>

#include "fault_matrix/watched_pipeline.h"
#include "rigs/rig.h"

namespace faults {
namespace {

using namespace std::chrono_literals;

/// There are fewer buffers than that, so some frames were filled after the event.
constexpr unsigned some_frames = 8;

class Cell {
public:
  Cell(Stage& stage, Meddler& meddler, const Fault& fault)
      : stage_{stage}, meddler_{meddler}, fault_{fault} {}

  Outcome run(Moment moment) {
    stage_.reset();
    meddler_.stop();
    if (fault_.prepare) fault_.prepare();
    const auto before = rig::holdings();
    {
      WatchedPipeline pipeline{stage_, meddler_, fault_};
      bring_to(pipeline, moment);
      if (fault_.healed_at == "now") heal();
      watch(pipeline);
      if (fault_.meddles && !meddler_.has_meddled()) complain("No call was made to fail");
      stop(pipeline);
      pipeline.release();
      heal();
      meddler_.stop();
      if (!hangs_) try_again(pipeline);
    }
    stage_.reset();
    look_for_leaks(before);
    return std::move(outcome_);
  }

private:
  void complain(const std::string& what) { outcome_.wrong += what + ". "; }

  template <class Enough>
  bool wait(WatchedPipeline& pipeline, const char* what, Enough enough) {
    if (pipeline.wait(enough)) return true;
    complain(std::string{"It hangs: "} + what);
    hangs_ = true;
    return false;
  }

  /// Waits like wait(), for a healed device. Heals it again if the element has undone that.
  template <class Enough>
  void wait_healed(WatchedPipeline& pipeline, const char* what, Enough enough) {
    using Seen = WatchedPipeline::Seen;
    // The first heal is at the message, the second after a reopening that undid the first.
    constexpr int most_heals = 2;
    for (int heals = 0; heals < most_heals; ++heals) {
      const auto silences = pipeline.seen().silences;
      bool is_enough{};
      const bool ended = wait(pipeline, what, [&](const Seen& seen) {
        is_enough = enough(seen);
        return is_enough || (healed_ && fault_.heals_each_silence && seen.silences > silences);
      });
      if (!ended || is_enough) return;
      fault_.heal();
    }
    complain("It can't be healed");
  }

  void heal() {
    if (!struck_ || healed_) return;
    healed_ = true;
    if (fault_.heal) fault_.heal();
  }

  void strike(WatchedPipeline& pipeline) {
    struck_ = true;
    fault_.strike();
    if (!fault_.moved_to.empty()) pipeline.point_at(fault_.moved_to);
  }

  void meet_demand(WatchedPipeline& pipeline) {
    if (fault_.demand == Demand::eos) pipeline.send_eos();
    if (fault_.demand == Demand::flush) pipeline.flush();
  }

  void bring_to(WatchedPipeline& pipeline, Moment moment) {
    using Seen = WatchedPipeline::Seen;
    if (moment == Moment::before) strike(pipeline);
    if (moment == Moment::start) {
      pipeline.set_state(GST_STATE_READY);
      strike(pipeline);
    }
    if (moment == Moment::held) pipeline.hold();
    pipeline.set_state(GST_STATE_PLAYING);
    if (moment == Moment::stream || moment == Moment::held) {
      wait(pipeline, "no frame comes at all", [&](const Seen& seen) {
        return seen.frames >= 4 || seen.over() || (moment == Moment::held && seen.frames >= 3);
      });
      if (moment == Moment::held && !pipeline.holds_all()) complain("It gave no frames to hold");
      pipeline.start_over();
      strike(pipeline);
    }
  }

  void watch(WatchedPipeline& pipeline) {
    using Seen = WatchedPipeline::Seen;
    if (!fault_.healed_at.empty() && fault_.healed_at != "now") {
      wait(pipeline, "it never told",
           [&](const Seen& seen) { return seen.has(fault_.healed_at) || seen.over(); });
      if (!pipeline.seen().over()) {
        meet_demand(pipeline);
        if (fault_.demand == Demand::nothing || fault_.demand == Demand::flush) heal();
      }
    }
    if (fault_.demand == Demand::stop) return;
    pipeline.count_frames_anew();
    if (pipeline.holds_all()) {
      // Watches what happens while downstream holds the frames.
      const auto starved = pipeline.stat("starved") + pipeline.stat("damaged");
      wait_healed(pipeline, "nothing happens while all is held", [&](const Seen& seen) {
        return seen.over() || seen.frames >= some_frames ||
               pipeline.stat("starved") + pipeline.stat("damaged") >= starved + some_frames;
      });
      if (pipeline.seen().over()) return;
      if (!pipeline.unchanged()) complain("A held frame has changed");
      pipeline.release();
      pipeline.count_frames_anew();
    }
    wait_healed(pipeline, "no frame comes any more",
                [](const Seen& seen) { return seen.over() || seen.frames >= some_frames; });
    if (stage_.has_contrast() && !hangs_ && !pipeline.seen().over()) check_contrast(pipeline);
  }

  /// Checks that the device, which may have been reset meanwhile, has the value that the user
  /// wishes.
  void check_contrast(WatchedPipeline& pipeline) {
    v4l2_control control{.id = V4L2_CID_CONTRAST, .value = {}};
    if (stage_.kernel().ioctl(pipeline.descriptor(), VIDIOC_G_CTRL, &control) != 0)
      complain("Its contrast can't be read");
    else if (control.value != wished_contrast)
      complain("Its contrast is " + std::to_string(control.value));
  }

  void stop(WatchedPipeline& pipeline) {
    const auto damaged = pipeline.stat("damaged");
    outcome_.stopping = pipeline.stop();
    if (outcome_.stopping >= 500ms)
      complain("To stop took " + std::to_string(outcome_.stopping.count()) + " ms");
    if (const auto open = stage_.open_nodes(); open != 0)
      complain(std::to_string(open) + " descriptors of the device are open after it");
    if (!pipeline.unchanged()) complain("A held frame has changed");
    const auto seen = pipeline.seen();
    outcome_.error = seen.text;
    if (seen.errors > 1) complain(std::to_string(seen.errors) + " ERRORs");
    if (!seen.wrong_frame.empty()) complain("A wrong frame: " + seen.wrong_frame);
    for (const auto& notice : seen.notices)
      outcome_.text += notice + ", ";
    if (seen.errors > 0)
      outcome_.text += "ERROR `" + seen.cause + "`";
    else if (seen.ended)
      outcome_.text += "EOS";
    else if (fault_.demand == Demand::stop)
      outcome_.text += "stops";
    else if (seen.flagged)
      outcome_.text += "goes on, frames flagged";
    else if (damaged > 0)
      outcome_.text += "goes on, frames left out";
    else
      outcome_.text += "goes on";
  }

  void try_again(WatchedPipeline& pipeline) {
    stage_.prepare_retry();
    pipeline.start_over();
    pipeline.point_at(stage_.path());
    pipeline.set_state(GST_STATE_PLAYING);
    wait(pipeline, "it does not work again", [](const WatchedPipeline::Seen& seen) {
      return seen.over() || seen.frames >= some_frames;
    });
    pipeline.stop();
    const auto seen = pipeline.seen();
    if (seen.over()) complain("It fails when it is tried again, with: " + seen.text);
    if (!seen.wrong_frame.empty())
      complain("A wrong frame when it is tried again: " + seen.wrong_frame);
    if (stage_.open_nodes() != 0) complain("The device stays open when it is tried again");
  }

  void look_for_leaks(const rig::Holdings& before) {
    const auto after = rig::holdings_after(before);
    if (after.descriptors > before.descriptors) complain("It leaks descriptors");
    if (after.plane_mappings > before.plane_mappings) complain("It leaks mappings");
    if (after.threads > before.threads + rig::idle_workers) complain("It leaks threads");
  }

  Stage& stage_;
  Meddler& meddler_;
  const Fault& fault_;
  Outcome outcome_;
  bool struck_{};
  bool healed_{};
  bool hangs_{};
};

}  // namespace

Outcome run_cell(Stage& stage, Meddler& meddler, const Fault& fault, Moment moment) {
  return Cell{stage, meddler, fault}.run(moment);
}

}  // namespace faults
