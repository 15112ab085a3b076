// Tests negotiation with drivers that answer anything, and with downstream elements that ask for
// anything. A negotiation must end soon, and its texts must be readable. Its result must be within
// what was asked for. A warning of GLib ends the program.

#include <algorithm>
#include <string>
#include <utility>

#include "device/device.h"
#include "device/modes.h"
#include "element/gstv4l2cppsrc.h"
#include "element/source.h"
#include "formats/caps.h"
#include "formats/format_row.h"
#include "formats/frame_rate.h"
#include "formats/offered_mode.h"
#include "kernel/node.h"
#include "negotiation/candidates.h"
#include "negotiation/nearness.h"
#include "negotiation/offers.h"
#include "negotiation/refusal.h"
#include "negotiation/refusal_text.h"
#include "rigs/implausible_kernel.h"
#include "rigs/random_caps.h"
#include "rigs/rig.h"
#include "rigs/suite.h"

using fuzz::Liar;
using fuzz::Random;
using rig::Rig;
using v4l2gst::Candidate;
using v4l2gst::CapsPtr;
using v4l2gst::OfferedMode;

namespace {

/// The most calls that one negotiation may make. v4l2::Modes makes at most 16,384 calls. Trying the
/// candidates takes some dozens more.
constexpr unsigned most_calls = 20000;
/// The most calls with a driver that answers truly. Listing the webcam's modes takes 143 calls.
constexpr unsigned most_calls_of_a_webcam = 320;

/// Like fail_unless(), but that writes a file each time, and there are millions of checks here.
#define DEMAND(condition, ...)                   \
  do {                                           \
    if (!(condition)) ck_abort_msg(__VA_ARGS__); \
  } while (false)

std::string text_of(const GstCaps* caps) {
  const v4l2gst::TextPtr text{gst_caps_to_string(caps)};
  return text.get();
}

void fail_unless_readable(const std::string& text) {
  DEMAND(g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) != FALSE,
         "not UTF-8: %s", text.c_str());
  for (const char letter : text)
    DEMAND(static_cast<unsigned char>(letter) >= ' ', "a control character in: %s", text.c_str());
}

/// Whether the mode is wanted under one of the names of its rate. GStreamer finds nothing in common
/// between a list and a list of ranges, so that each name is tried alone.
bool meets(const OfferedMode& mode, v4l2::Interval interval, const GstCaps* wanted) {
  const auto ours = v4l2gst::caps_of(mode);
  if (!interval.known()) return gst_caps_can_intersect(ours.get(), wanted) != FALSE;
  return std::ranges::any_of(v4l2gst::names_of(interval, {}), [&](v4l2::Interval name) {
    gst_caps_set_simple(ours.get(), "framerate", GST_TYPE_FRACTION,
                        static_cast<gint>(name.denominator), static_cast<gint>(name.numerator),
                        nullptr);
    return gst_caps_can_intersect(ours.get(), wanted) != FALSE;
  });
}

/// The candidate must be one mode, within what is offered and what is wanted.
void check(const Candidate& candidate, const GstCaps* wanted) {
  DEMAND(candidate.size.width >= 1 && candidate.size.width <= v4l2gst::most_pixels,
         "width %u of %s", candidate.size.width, text_of(wanted).c_str());
  DEMAND(candidate.size.height >= 1 && candidate.size.height <= v4l2gst::most_pixels,
         "height %u of %s", candidate.size.height, text_of(wanted).c_str());
  OfferedMode one{.row = candidate.row,
                  .sizes = {.smallest = candidate.size, .largest = candidate.size},
                  .intervals = {},
                  .dmabuf_caps = candidate.dmabuf_caps};
  bool within = meets(one, candidate.interval, wanted);
  // Downstream that wants fields in turn may lack the caps feature. Then the driver is asked in
  // vain.
  one.alternate = candidate.field == V4L2_FIELD_ALTERNATE;
  within = within || meets(one, candidate.interval, wanted);
  DEMAND(within, "%s is not in %s", describe(candidate).c_str(), text_of(wanted).c_str());
}

/// Runs all of the negotiation that does not set the device.
void negotiate_with(v4l2::Modes& modes, const GstCaps* wanted, Random& random) {
  const v4l2gst::CapsKinds kinds{.dmabuf = fuzz::once_in(random, 2),
                                 .alternate = fuzz::once_in(random, 2)};
  auto native = std::optional<v4l2::Size>{};
  if (fuzz::once_in(random, 2))
    native = v4l2::Size{fuzz::odd_number(random), fuzz::odd_number(random)};
  const auto prefer = static_cast<v4l2gst::Prefer>(fuzz::below(random, 5));
  if (const auto offers = v4l2gst::offers_within(modes, wanted, kinds, native)) {
    for (const auto& candidate :
         ranked_candidates(*offers, wanted, {.prefer = prefer, .native = native}))
      check(candidate, wanted);
    const auto ours = v4l2gst::caps_of(*offers);
    DEMAND(gst_caps_is_any(ours.get()) == FALSE, "ANY");
  }
  for (const auto& candidate :
       v4l2gst::direct_candidates(wanted, fuzz::once_in(random, 2), kinds)) {
    check(candidate, wanted);
    if (const auto intervals = modes.intervals({candidate.row->fourcc}, candidate.size))
      best_interval(*intervals, candidate, wanted);
  }
  const auto all = v4l2gst::all_offers(modes);
  auto inexpressible = v4l2gst::inexpressible_formats(modes);
  if (!all || !inexpressible) return;
  const auto near = nearest_offers(*all, wanted, 8);
  const auto refusal = refuse(*all, near, std::move(*inexpressible), wanted);
  const auto text = text_of(refusal, rig::path);
  DEMAND(text.size() < 100000, "%zu bytes of text", text.size());
  fail_unless_readable(text);
}

std::shared_ptr<const v4l2::Node> node_of(v4l2::Kernel& kernel) {
  return std::make_shared<const v4l2::Node>(kernel, v4l2::UniqueFd{}, rig::path);
}

/// The result of a negotiation: caps, or the text of an ERROR.
struct Outcome {
  CapsPtr caps;
  std::string error;
};

/// Plays until the negotiation succeeds or an ERROR comes.
Outcome negotiate(Rig& rig) {
  auto* const bus = gst_bus_new();
  gst_element_set_bus(rig.element, bus);
  gst_element_set_state(rig.element, GST_STATE_PLAYING);
  // A LATENCY message shows that the negotiation succeeded. The latency is not known before.
  auto* const message = gst_bus_timed_pop_filtered(
      bus, GST_CLOCK_TIME_NONE,
      static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_LATENCY));
  Outcome outcome;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error{};
    gchar* debug{};
    gst_message_parse_error(message, &error, &debug);
    outcome.error = error->message;
    if (debug != nullptr)
      DEMAND(g_utf8_validate(debug, -1, nullptr) != FALSE, "not UTF-8: %s", debug);
    g_error_free(error);
    g_free(debug);
  } else {
    auto* const pad = gst_element_get_static_pad(rig.element, "src");
    outcome.caps.reset(gst_pad_get_current_caps(pad));
    gst_object_unref(pad);
  }
  gst_message_unref(message);
  gst_element_set_state(rig.element, GST_STATE_NULL);
  gst_element_set_bus(rig.element, nullptr);
  gst_object_unref(bus);
  return outcome;
}

fake::Model random_model(Random& random) {
  auto model = fuzz::once_in(random, 2) ? fake::webcam() : fake::multiplanar_camera();
  model.exports = !fuzz::once_in(random, 3);
  if (fuzz::once_in(random, 3)) model.input_capabilities = V4L2_IN_CAP_DV_TIMINGS;
  if (fuzz::once_in(random, 3)) model.standards = V4L2_STD_ALL;
  if (fuzz::once_in(random, 3)) model.pixel_aspect = {54, 59};
  return model;
}

/// The results of the element with a driver that answers falsely, and with any caps downstream.
struct Tally {
  unsigned agreed{};
  unsigned refused{};
  unsigned most_calls{};
};

Tally run_with_liars(std::uint32_t cases, Liar::Habits habits) {
  Tally tally;
  for (std::uint32_t seed = 0; seed < cases; ++seed) {
    Random random{seed};
    auto wanted =
        fuzz::once_in(random, 2) ? CapsPtr{gst_caps_new_any()} : fuzz::random_caps(random);
    Rig rig{random_model(random), nullptr};
    Liar liar{&rig.kernel, seed, habits};
    gst_v4l2_cpp_src_source(GST_V4L2_CPP_SRC(rig.element)).set_kernel(liar);
    g_object_set(rig.element, "prefer", fuzz::below(random, 5), nullptr);
    gst_harness_set_sink_caps(rig.harness, gst_caps_ref(wanted.get()));
    const auto outcome = negotiate(rig);
    tally.most_calls = std::max(tally.most_calls, liar.calls());
    DEMAND(liar.calls() <= most_calls, "%u calls, seed %u", liar.calls(), seed);
    fail_unless_readable(outcome.error);
    if (outcome.caps) {
      ++tally.agreed;
      fail_unless(gst_caps_is_fixed(outcome.caps.get()) != FALSE);
      DEMAND(gst_caps_can_intersect(outcome.caps.get(), wanted.get()) != FALSE, "%s is not in %s",
             text_of(outcome.caps.get()).c_str(), text_of(wanted.get()).c_str());
    } else {
      ++tally.refused;
      fail_if(outcome.error.empty());
    }
  }
  return tally;
}

}  // namespace

// ---- drivers that answer anything ---------------------------------------------------------------

GST_START_TEST(test_lists_that_cannot_be_with_any_caps) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Random random{seed};
    Liar liar{nullptr, seed, {.settings = true}};
    v4l2::Modes modes{node_of(liar), v4l2::BufferType::capture};
    for (int turn = 0; turn < 3; ++turn)
      negotiate_with(modes, fuzz::random_caps(random).get(), random);
    DEMAND(liar.calls() <= most_calls, "%u calls, seed %u", liar.calls(), seed);
  }
}

GST_END_TEST

GST_START_TEST(test_lists_without_an_end) {
  unsigned all_calls{};
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    Random random{seed};
    Liar liar{nullptr, seed, {.settings = true, .may_fail = false, .endless = true}};
    v4l2::Modes modes{node_of(liar), v4l2::BufferType::capture};
    const CapsPtr anything{gst_caps_new_any()};
    negotiate_with(modes, anything.get(), random);
    negotiate_with(modes, fuzz::random_caps(random).get(), random);
    fail_unless(liar.calls() <= most_calls, "%u calls", liar.calls());
    all_calls += liar.calls();
  }
  fail_unless(all_calls > 20000, "%u calls", all_calls);
}

GST_END_TEST

GST_START_TEST(test_lists_that_cannot_be_in_the_element) {
  const auto tally = run_with_liars(200, {});
  fail_unless(tally.agreed >= 20 && tally.refused >= 20, "%u agreed", tally.agreed);
}

GST_END_TEST

GST_START_TEST(test_settings_that_cannot_be_in_the_element) {
  const auto tally = run_with_liars(200, {.lists = false, .settings = true});
  fail_unless(tally.agreed >= 20 && tally.refused >= 20, "%u agreed", tally.agreed);
}

GST_END_TEST

GST_START_TEST(test_a_picture_that_cannot_be) {
  Rig rig;
  rig.camera->fault([](fake::Faults& faults) {
    faults.alter<v4l2_format>(VIDIOC_S_FMT, [](v4l2_format& answer) { answer.fmt.pix.width = 0; });
  });
  const auto outcome = negotiate(rig);
  fail_if(outcome.caps);
  fail_unless(outcome.error.find("VIDIOC_S_FMT: a picture of width 0") != std::string::npos, "%s",
              outcome.error.c_str());
}

GST_END_TEST

GST_START_TEST(test_agreements_that_cannot_be_in_the_element) {
  const auto tally = run_with_liars(400, {.lists = false, .agreements = true, .may_fail = false});
  fail_unless(tally.agreed >= 20 && tally.refused >= 20, "%u agreed", tally.agreed);
}

GST_END_TEST

// ---- downstream elements that ask for anything --------------------------------------------------

GST_START_TEST(test_any_caps_and_a_webcams_modes) {
  Rig rig;
  auto device = v4l2::Device::open(rig.kernel, rig::path);
  fail_unless(device.has_value());
  Random random{1};
  for (int turn = 0; turn < 6000; ++turn)
    negotiate_with(*device->modes(), fuzz::random_caps(random).get(), random);
  fail_unless(rig.camera->all_calls() <= most_calls);
}

GST_END_TEST

GST_START_TEST(test_any_caps_downstream_of_the_element) {
  unsigned agreed{};
  unsigned refused{};
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    Random random{seed};
    const auto wanted = fuzz::random_caps(random);
    Rig rig{fake::webcam(), nullptr};
    gst_harness_set_sink_caps(rig.harness, gst_caps_ref(wanted.get()));
    const auto outcome = negotiate(rig);
    DEMAND(rig.camera->all_calls() <= most_calls_of_a_webcam, "%u calls for %s",
           rig.camera->all_calls(), text_of(wanted.get()).c_str());
    ++(outcome.caps ? agreed : refused);
    if (outcome.caps)
      DEMAND(gst_caps_can_intersect(outcome.caps.get(), wanted.get()) != FALSE, "%s is not in %s",
             text_of(outcome.caps.get()).c_str(), text_of(wanted.get()).c_str());
    else
      fail_unless_readable(outcome.error);
  }
  fail_unless(agreed >= 50 && refused >= 50, "%u agreed, %u were refused", agreed, refused);
}

GST_END_TEST

GST_START_TEST(test_any_filter_of_a_caps_query) {
  Rig rig{fake::webcam(), nullptr};
  fail_if(gst_element_set_state(rig.element, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
  auto* const pad = gst_element_get_static_pad(rig.element, "src");
  Random random{2};
  for (int turn = 0; turn < 1000; ++turn) {
    const auto filter = fuzz::random_caps(random);
    const CapsPtr caps{gst_pad_query_caps(pad, filter.get())};

    for (guint i = 0; i < gst_caps_get_size(caps.get()); ++i) {
      const CapsPtr one{gst_caps_copy_nth(caps.get(), i)};
      DEMAND(gst_caps_can_intersect(one.get(), filter.get()) != FALSE, "%s is not within %s",
             text_of(one.get()).c_str(), text_of(filter.get()).c_str());
    }
  }
  gst_object_unref(pad);
}

GST_END_TEST

static Suite* fuzz_negotiation_suite() {
  return suite_of("fuzz_negotiation", {
                                          TEST(test_lists_that_cannot_be_with_any_caps),
                                          TEST(test_lists_without_an_end),
                                          TEST(test_lists_that_cannot_be_in_the_element),
                                          TEST(test_settings_that_cannot_be_in_the_element),
                                          TEST(test_a_picture_that_cannot_be),
                                          TEST(test_agreements_that_cannot_be_in_the_element),
                                          TEST(test_any_caps_and_a_webcams_modes),
                                          TEST(test_any_caps_downstream_of_the_element),
                                          TEST(test_any_filter_of_a_caps_query),
                                      });
}

int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  g_log_set_always_fatal(
      static_cast<GLogLevelFlags>(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
  return gst_check_run_suite(fuzz_negotiation_suite(), "fuzz_negotiation", __FILE__);
}
