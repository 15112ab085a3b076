// The inventory decides which nodes are asked, and what is told of them.

#include "provider/inventory.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using v4l2gst::Answer;
using v4l2gst::Change;
using v4l2gst::Inventory;
using v4l2gst::Unlisted;
using Kind = Inventory::News::Kind;

v4l2::ListedNode node(const std::string& path, const std::string& number = "81:0") {
  return {.path = path, .number = number, .id = "id of " + path};
}

Answer usable(const char* caps = "video/x-raw") {
  return v4l2gst::DeviceFacts{.caps = v4l2gst::CapsPtr{gst_caps_from_string(caps)}};
}

Answer unusable(Unlisted reason) {
  return std::unexpected{reason};
}

struct InventoryTest : testing::Test {
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  Inventory::Step look(const std::vector<v4l2::ListedNode>& nodes,
                       const std::vector<Change>& changes = {}) {
    return inventory.look(nodes, changes);
  }

  /// Adds a node that gives this answer. Returns its key.
  Inventory::Key add(Answer answer) {
    const auto key = look({camera}).questions.at(0).key;
    inventory.answered(key, std::move(answer));
    return key;
  }

  v4l2::ListedNode camera{node("/dev/video0")};
  Change access{.kind = Change::Kind::access, .path = "/dev/video0"};
  Inventory inventory;
};

TEST_F(InventoryTest, AsksANodeOnce) {
  EXPECT_EQ(look({camera, node("/dev/video1", "81:1")}).questions.size(), 2U);
  EXPECT_TRUE(inventory.asking());
  EXPECT_TRUE(look({camera, node("/dev/video1", "81:1")}).questions.empty());
}

TEST_F(InventoryTest, AsksAgainAfterTheAnswerWhatChangedMeanwhile) {
  const auto key = look({camera}).questions.at(0).key;
  EXPECT_TRUE(look({camera}, {access}).questions.empty());
  const auto step = inventory.answered(key, unusable(Unlisted::no_access));
  ASSERT_EQ(step.questions.size(), 1U);
  EXPECT_EQ(step.questions[0].key, key);
  EXPECT_TRUE(inventory.answered(key, unusable(Unlisted::no_access)).questions.empty());
  EXPECT_FALSE(inventory.asking());
}

TEST_F(InventoryTest, NeverAsksAgainWhatCapturesNothing) {
  add(unusable(Unlisted::no_capture));
  EXPECT_TRUE(look({camera}, {Change{}}).questions.empty());
  EXPECT_TRUE(look({camera}, {{.kind = Change::Kind::time}}).questions.empty());
}

TEST_F(InventoryTest, AsksByTimeWhatNothingElseTells) {
  for (const auto reason : {Unlisted::busy, Unlisted::unfed}) {
    inventory = {};
    add(unusable(reason));
    EXPECT_TRUE(inventory.depends_on_time());
    EXPECT_EQ(look({camera}, {{.kind = Change::Kind::time}}).questions.size(), 1U);
  }
  for (const auto reason : {Unlisted::no_access, Unlisted::not_set_up, Unlisted::failed}) {
    inventory = {};
    add(unusable(reason));
    EXPECT_FALSE(inventory.depends_on_time());
    EXPECT_TRUE(look({camera}, {{.kind = Change::Kind::time}}).questions.empty());
    EXPECT_EQ(look({camera}, {Change{}}).questions.size(), 1U);
  }
}

TEST_F(InventoryTest, KeepsAListedCameraThatIsBusy) {
  const auto key = add(usable());
  look({camera}, {access});
  EXPECT_TRUE(inventory.answered(key, unusable(Unlisted::busy)).news.empty());
  look({camera}, {access});
  const auto step = inventory.answered(key, unusable(Unlisted::no_access));
  ASSERT_EQ(step.news.size(), 1U);
  EXPECT_EQ(step.news[0].kind, Kind::removed);
}

TEST_F(InventoryTest, TellsOfAChangeOnly) {
  const auto key = add(usable());
  EXPECT_TRUE(inventory.answered(key, usable()).news.empty());
  const auto step = inventory.answered(key, usable("image/jpeg"));
  ASSERT_EQ(step.news.size(), 1U);
  EXPECT_EQ(step.news[0].kind, Kind::changed);
  auto renamed = camera;
  renamed.id = "another id";
  const auto other = look({renamed});
  ASSERT_EQ(other.news.size(), 1U);
  EXPECT_EQ(other.news[0].kind, Kind::changed);
  EXPECT_EQ(other.news[0].facts->node.id, "another id");
  EXPECT_TRUE(other.questions.empty());
}

TEST_F(InventoryTest, TakesANodeThatWasAwayForAnotherOne) {
  const auto key = add(usable());
  const auto step = look({camera}, {{.kind = Change::Kind::gone, .path = "/dev/video0"}});
  ASSERT_EQ(step.news.size(), 1U);
  EXPECT_EQ(step.news[0].kind, Kind::removed);
  ASSERT_EQ(step.questions.size(), 1U);
  EXPECT_NE(step.questions[0].key, key);
  EXPECT_EQ(step.questions[0].known, nullptr);
  EXPECT_TRUE(inventory.answered(key, usable()).news.empty()) << "a late answer";
}

TEST_F(InventoryTest, TakesAnotherDeviceAtThePathForAnotherOne) {
  const auto key = add(usable());
  const auto step = look({node("/dev/video0", "81:7")});
  ASSERT_EQ(step.news.size(), 1U);
  EXPECT_EQ(step.news[0].kind, Kind::removed);
  EXPECT_NE(step.questions.at(0).key, key);
}

}  // namespace
