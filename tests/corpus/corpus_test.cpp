// The mode ranking runs on the modes of real cameras. tests/corpus has their mode lists, each with
// the modes that a person would choose.

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "corpus/mode_list.h"
#include "formats/format_row.h"
#include "formats/offered_mode.h"
#include "negotiation/candidates.h"

namespace {

using v4l2gst::CapsPtr;
using v4l2gst::OfferedMode;
using v4l2gst::Prefer;

constexpr v4l2::Size full_hd{1920, 1080};

/// A Question is a request for which recordings have an answer.
struct Question {
  std::string_view name;
  const char* wanted;
  std::string_view prefer{"balanced"};
  /// Only the modes of 1920x1080 are offered. Caps can't ask for a size of any media type.
  bool full_hd_only{};
};

constexpr std::array questions{
    Question{.name = "any", .wanted = "ANY"},
    Question{.name = "raw", .wanted = "video/x-raw"},
    Question{.name = "1080p-raw", .wanted = "video/x-raw,width=1920,height=1080"},
    Question{.name = "1080p", .wanted = "ANY", .full_hd_only = true},
    Question{.name = "jpeg", .wanted = "image/jpeg"},
    Question{.name = "framerate", .wanted = "ANY", .prefer = "framerate"},
    Question{.name = "resolution", .wanted = "ANY", .prefer = "resolution"},
    Question{.name = "raw-first", .wanted = "ANY", .prefer = "raw"},
    Question{.name = "compressed", .wanted = "ANY", .prefer = "compressed"},
};

bool asked_of_all(const Question& question) {
  return question.prefer == "balanced";
}

bool reaches(std::uint32_t wanted, std::uint32_t least, std::uint32_t most, std::uint32_t step) {
  return wanted >= least && wanted <= most && (wanted - least) % std::max(step, 1U) == 0;
}

std::vector<OfferedMode> in_full_hd(const std::vector<OfferedMode>& offers) {
  std::vector<OfferedMode> found;
  for (auto offer : offers) {
    const auto& [smallest, largest, step] = offer.sizes;
    if (!reaches(full_hd.width, smallest.width, largest.width, step.width) ||
        !reaches(full_hd.height, smallest.height, largest.height, step.height))
      continue;
    offer.sizes = {.smallest = full_hd, .largest = full_hd};
    found.push_back(std::move(offer));
  }
  return found;
}

/// Returns a rate such as "30" or "29.97", or "?" for an unknown one.
std::string rate_of(v4l2::Interval interval) {
  if (!interval.known()) return "?";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f",
                static_cast<double>(interval.denominator) / interval.numerator);
  std::string rate{text.data()};
  rate.erase(rate.find_last_not_of('0') + 1);
  if (rate.ends_with('.')) rate.pop_back();
  return rate;
}

std::string to_string(const v4l2gst::Candidate& candidate) {
  auto fourcc = v4l2::Fourcc{candidate.row->fourcc}.to_string();
  fourcc.erase(fourcc.find_last_not_of(' ') + 1);
  return fourcc + " " + std::to_string(candidate.size.width) + "x" +
         std::to_string(candidate.size.height) + "@" + rate_of(candidate.interval);
}

Prefer prefer_of(std::string_view name) {
  if (name == "framerate") return Prefer::framerate;
  if (name == "resolution") return Prefer::resolution;
  if (name == "raw") return Prefer::raw;
  if (name == "compressed") return Prefer::compressed;
  return Prefer::balanced;
}

/// Returns the best mode, such as "YUYV 640x480@30", or "none".
std::string choose(const corpus::ModeList& modes, const Question& question) {
  auto offers = corpus::offers_of(modes);
  if (question.full_hd_only) offers = in_full_hd(offers);
  const CapsPtr wanted{gst_caps_from_string(question.wanted)};
  const auto choices = v4l2gst::ranked_candidates(
      offers, wanted.get(), {.prefer = prefer_of(question.prefer), .native = {}});
  return choices.empty() ? "none" : to_string(choices.front());
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator{CORPUS})
    if (entry.path().extension() == ".txt") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

class Corpus : public testing::TestWithParam<std::filesystem::path> {
protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  void SetUp() override {
    std::ostringstream text;
    text << std::ifstream{GetParam()}.rdbuf();
    auto parsed = corpus::parse_recording(text.str());
    ASSERT_TRUE(parsed) << parsed.error();
    recording = std::move(*parsed);
  }

  corpus::Recording recording;
};

TEST_P(Corpus, GivesTheModeThatAPersonWouldChoose) {
  std::size_t asked = 0;
  for (const auto& question : questions) {
    const auto expected = recording.answers.find(std::string{question.name});
    if (expected == recording.answers.end()) {
      EXPECT_FALSE(asked_of_all(question)) << "no answer to " << question.name;
      continue;
    }
    ++asked;
    EXPECT_EQ(choose(recording.modes, question), expected->second)
        << question.name << ": " << recording.summary;
  }
  EXPECT_EQ(asked, recording.answers.size()) << "an answer to what nobody asks";
}

TEST_P(Corpus, GivesTheSameInAnyOrder) {
  std::mt19937 random{1};
  for (int turn = 0; turn < 10; ++turn) {
    auto modes = recording.modes;
    std::ranges::shuffle(modes, random);
    for (auto& format : modes) {
      std::ranges::shuffle(format.sizes, random);
      for (auto& size : format.sizes)
        std::ranges::shuffle(size.intervals, random);
    }
    for (const auto& question : questions)
      ASSERT_EQ(choose(modes, question), choose(recording.modes, question)) << question.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Corpus, testing::ValuesIn(files()), [](const auto& camera) {
  auto name = camera.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(CorpusTest, HoldsManyCameras) {
  EXPECT_GE(files().size(), 32U);
}

}  // namespace
