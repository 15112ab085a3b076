// Frame rates are compared, named and chosen.

#include "formats/frame_rate.h"

#include <array>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/handles.h"

namespace {

using v4l2::Interval;
using v4l2gst::CapsPtr;
using v4l2gst::same_rate;
using Intervals = std::vector<Interval>;

class FrameRate : public testing::Test {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

constexpr auto most = std::numeric_limits<std::uint32_t>::max();

TEST_F(FrameRate, IsTheSameWithin100Nanoseconds) {
  EXPECT_TRUE(same_rate({1001, 30000}, {1001, 30000}));
  EXPECT_TRUE(same_rate({1001, 30000}, {333667, 10'000'000}));
  EXPECT_TRUE(same_rate({1001, 30000}, {333666, 10'000'000}));
  EXPECT_TRUE(same_rate({1001, 30000}, {100, 2997}));
  EXPECT_TRUE(same_rate({1001, 60000}, {166833, 10'000'000}));
  EXPECT_TRUE(same_rate({1001, 24000}, {417083, 10'000'000}));
  EXPECT_TRUE(same_rate({1, 30}, {333333, 10'000'000}));
  EXPECT_TRUE(same_rate({333333, 10'000'000}, {333334, 10'000'000}));
  EXPECT_FALSE(same_rate({333333, 10'000'000}, {333335, 10'000'000}));
  EXPECT_FALSE(same_rate({1, 30}, {1001, 30000}));
  EXPECT_FALSE(same_rate({1, 30}, {100, 2997}));
  EXPECT_FALSE(same_rate({1, 30}, {1, 31}));
}

TEST_F(FrameRate, IsComparedWhateverADriverSays) {
  EXPECT_TRUE(same_rate({most, most}, {1, 1}));
  EXPECT_TRUE(same_rate({most, 1}, {most, 1}));
  EXPECT_FALSE(same_rate({most, 1}, {most - 1, 1}));
  EXPECT_FALSE(same_rate({1, 1}, {most, 1}));
  EXPECT_TRUE(same_rate({1, most}, {2, most}));
  for (const auto unknown : {Interval{}, Interval{1, 0}, Interval{0, 1}}) {
    EXPECT_FALSE(same_rate(unknown, {1, 30}));
    EXPECT_FALSE(same_rate({1, 30}, unknown));
    EXPECT_FALSE(same_rate(unknown, unknown));
    EXPECT_EQ(v4l2gst::usual(unknown), unknown);
  }
  for (const auto odd : {Interval{1, most}, Interval{most, 1}, Interval{most, most - 1}})
    EXPECT_EQ(v4l2gst::usual(odd), odd);
}

TEST_F(FrameRate, HasAUsualName) {
  EXPECT_EQ(v4l2gst::usual({100, 2997}), (Interval{1001, 30000}));
  EXPECT_EQ(v4l2gst::usual({333667, 10'000'000}), (Interval{1001, 30000}));
  EXPECT_EQ(v4l2gst::usual({166833, 10'000'000}), (Interval{1001, 60000}));
  EXPECT_EQ(v4l2gst::usual({417083, 10'000'000}), (Interval{1001, 24000}));
  EXPECT_EQ(v4l2gst::usual({333333, 10'000'000}), (Interval{1, 30}));
  EXPECT_EQ(v4l2gst::usual({1, 30}), (Interval{1, 30}));
  EXPECT_EQ(v4l2gst::usual({2, 15}), (Interval{2, 15}));
  EXPECT_EQ(v4l2gst::usual({10, 299}), (Interval{10, 299}));
}

TEST_F(FrameRate, IsCalledInCapsAsItWasAskedFor) {
  EXPECT_EQ(v4l2gst::names_of({100, 2997}, {100, 2997}), (Intervals{{100, 2997}, {1001, 30000}}));
  EXPECT_EQ(v4l2gst::names_of({100, 2997}, {1001, 30000}), (Intervals{{1001, 30000}, {100, 2997}}));
  EXPECT_EQ(v4l2gst::names_of({100, 2997}, {1, 30}), (Intervals{{1001, 30000}, {100, 2997}}));
  EXPECT_EQ(v4l2gst::names_of({1, 20}, {1, 30}), (Intervals{{1, 20}}));
  EXPECT_EQ(v4l2gst::names_of({}, {1, 30}), (Intervals{{}}));
}

Interval best(const char* allowed, Interval preferred = {}) {
  const CapsPtr caps{gst_caps_from_string((std::string{"a/b,framerate="} + allowed).c_str())};
  return v4l2gst::best_rate(
      gst_structure_get_value(gst_caps_get_structure(caps.get(), 0), "framerate"), preferred);
}

TEST_F(FrameRate, IsTheHighestWhereNoneIsPreferred) {
  EXPECT_EQ(best("30/1"), (Interval{1, 30}));
  EXPECT_EQ(best("{15/1,30/1,[5/1,60/1]}"), (Interval{1, 60}));
  EXPECT_EQ(best("[0/1,25/1]"), (Interval{1, 25}));
  EXPECT_EQ(best("{2997/100,30000/1001}"), (Interval{1001, 30000}));
  EXPECT_EQ(best("{417/10000,10000000/417083,24000/1001}"), (Interval{1001, 24000}));
  EXPECT_EQ(best("2997/100"), (Interval{100, 2997}));
}

TEST_F(FrameRate, IsNotInvented) {
  EXPECT_FALSE(v4l2gst::best_rate(nullptr).known());
  EXPECT_FALSE(best("0/1").known());
  EXPECT_FALSE(best("[0/1,2147483647/1]").known());
  EXPECT_FALSE(best("{15/1,[20/1,2147483647/1]}").known());
}

TEST_F(FrameRate, IsTheNearestThatIsNotBelowThePreferredOne) {
  EXPECT_EQ(best("{60/1,30/1,15/1}", {1, 20}), (Interval{1, 30}));
  EXPECT_EQ(best("{60/1,30/1,15/1}", {1, 15}), (Interval{1, 15}));
  EXPECT_EQ(best("{60/1,30/1,15/1}", {1, 90}), (Interval{1, 60}));
  EXPECT_EQ(best("[5/1,60/1]", {1, 20}), (Interval{1, 20}));
  EXPECT_EQ(best("[25/1,60/1]", {1, 20}), (Interval{1, 25}));
  EXPECT_EQ(best("[1/1,10/1]", {1, 20}), (Interval{1, 10}));
  EXPECT_EQ(best("{[1/1,10/1],[40/1,50/1],60/1}", {1, 20}), (Interval{1, 40}));
  EXPECT_EQ(best("[0/1,2147483647/1]", {1, 20}), (Interval{1, 20}));
}

Intervals preferred(const char* wanted) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  return v4l2gst::preferred_rates(caps.get());
}

bool merely_prefers(const char* wanted) {
  const CapsPtr caps{gst_caps_from_string(wanted)};
  return v4l2gst::merely_prefers_rate(caps.get());
}

TEST_F(FrameRate, IsPreferredByAnEarlierStructureThatIsAlike) {
  // The caps are videorate's, with drop-only and with max-rate, and those with videoscale in front.
  EXPECT_EQ(preferred("a/b,framerate=20/1; a/b,framerate=[0/1,2147483647/1]"),
            (Intervals{{}, {1, 20}}));
  EXPECT_EQ(preferred("a/b,framerate=20/1; a/b,framerate=[20/1,2147483647/1]; a/b,framerate=0/1"),
            (Intervals{{}, {1, 20}, {1, 20}}));
  EXPECT_EQ(preferred("a/b,framerate=[0/1,20/1]; a/b,framerate=[0/1,2147483647/1]"),
            (Intervals{{}, {1, 20}}));
  EXPECT_EQ(preferred("a/b,width=320,framerate=20/1; a/b,width=320; a/b,width=[1,9999]"),
            (Intervals{{}, {1, 20}, {1, 20}}));
  EXPECT_EQ(preferred("a/b,framerate=20/1; c/d; a/b(x:y)"), (Intervals{{}, {}, {}}));
  EXPECT_EQ(preferred("a/b; a/b"), (Intervals{{}, {}}));
  EXPECT_EQ(preferred("ANY"), Intervals{});
}

TEST_F(FrameRate, IsMerelyPreferredWhereALaterStructureTakesMore) {
  EXPECT_TRUE(merely_prefers("a/b,framerate=20/1; a/b,framerate=[0/1,2147483647/1]"));
  EXPECT_TRUE(merely_prefers("a/b,framerate=20/1; a/b"));
  EXPECT_FALSE(merely_prefers("a/b,framerate=20/1"));
  EXPECT_FALSE(merely_prefers("a/b,c=1,framerate=20/1; a/b,c=[1,2],framerate=20/1"));
  EXPECT_FALSE(merely_prefers("a/b,framerate=20/1; c/d; a/b(x:y)"));
}

TEST_F(FrameRate, TellsWhatTheDriverMadeOfIt) {
  const std::array listed{v4l2::IntervalRange{.shortest = {1, 30}, .longest = {1, 30}},
                          v4l2::IntervalRange{.shortest = {1, 10}, .longest = {1, 5}}};
  const auto answer = [&](Interval asked, v4l2::IntervalAnswer got) {
    return v4l2gst::rate_answer(asked, got, listed);
  };
  EXPECT_EQ(answer({1, 30}, {.interval = {1, 20}}),
            "it lists 30/1, but set 20/1 when asked for it");
  EXPECT_EQ(answer({1, 7}, {.interval = {1, 20}}), "it lists 7/1, but set 20/1 when asked for it");
  EXPECT_EQ(answer({1, 30}, {.interval = {}, .refused = true}), "it lists 30/1, but refused it");
  EXPECT_EQ(answer({1, 30}, {.interval = {1, 5}, .refused = true}),
            "it lists 30/1, but refused it and keeps 5/1");
  // These answers need no message.
  EXPECT_EQ(answer({1, 30}, {.interval = {1, 30}}), "");
  EXPECT_EQ(answer({1, 25}, {.interval = {1, 30}}), "");
  EXPECT_EQ(answer({}, {.interval = {1, 30}}), "");
  EXPECT_EQ(v4l2gst::rate_answer({1, 25}, {.interval = {1, 30}}, {}),
            "it set 30/1 when asked for 25/1");
  EXPECT_EQ(v4l2gst::rate_answer({1, 25}, {.interval = {1, 30}, .refused = true}, {}),
            "it refused 25/1 and keeps 30/1");
}

}  // namespace
