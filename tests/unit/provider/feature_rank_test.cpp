#include "provider/feature_rank.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

using v4l2gst::feature_rank;

namespace {

TEST(FeatureRank, IsThatOfTheNamedFeature) {
  EXPECT_EQ(feature_rank("ours:300", "ours", 7), 300U);
  EXPECT_EQ(feature_rank("other:1, ours : 300 ,another:2", "ours", 7), 300U);
  EXPECT_EQ(feature_rank("ours:1,ours:2", "ours", 7), 2U);
}

TEST(FeatureRank, MayBeAName) {
  EXPECT_EQ(feature_rank("ours:NONE", "ours", 7), guint{GST_RANK_NONE});
  EXPECT_EQ(feature_rank("ours:marginal", "ours", 7), guint{GST_RANK_MARGINAL});
  EXPECT_EQ(feature_rank("ours:SECONDARY", "ours", 7), guint{GST_RANK_SECONDARY});
  EXPECT_EQ(feature_rank("ours:PRIMARY", "ours", 7), guint{GST_RANK_PRIMARY});
  EXPECT_EQ(feature_rank("ours:MAX", "ours", 7), guint{G_MAXINT});
}

TEST(FeatureRank, StaysWithoutAValidEntry) {
  for (const auto* const value : {"", "ours", "ours:", "ours:-1", "ours:3x", "ours:99999999999",
                                  "oursrc:300", ":300", ",", "not ours:300"})
    EXPECT_EQ(feature_rank(value, "ours", 7), 7U) << value;
  EXPECT_EQ(feature_rank(nullptr, "ours", 7), 7U);
}

}  // namespace
