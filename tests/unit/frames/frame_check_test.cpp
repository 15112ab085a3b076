// The check finds damaged frames, and the policy decides on them.

#include "frames/frame_check.h"

#include <array>
#include <initializer_list>
#include <vector>

#include <linux/videodev2.h>

#include <gtest/gtest.h>

#include "common/settings.h"

namespace {

using v4l2::Payload;
using v4l2gst::action_for;
using v4l2gst::Damage;
using v4l2gst::damage_of;
using v4l2gst::FrameAction;
using v4l2gst::OnCorrupt;

// ---- pictures with lines ------------------------------------------------------------------------

constexpr std::array<std::size_t, 2> needed{1000, 500};

Damage raw(std::uint32_t first, std::uint32_t second, std::uint32_t flags = 0) {
  const std::array payloads{Payload{.length = first}, Payload{.offset = 64, .length = second}};
  return damage_of({.flags = flags, .payloads = payloads, .needed = needed});
}

TEST(FrameCheckTest, APictureIsWholeWhenEachPlaneIs) {
  EXPECT_EQ(raw(1000, 500), Damage::none);
  EXPECT_EQ(raw(4096, 501), Damage::none);
  EXPECT_EQ(raw(999, 500), Damage::short_picture);
  EXPECT_EQ(raw(1000, 499), Damage::short_picture);
  EXPECT_EQ(raw(1000, 0), Damage::short_picture);
  EXPECT_EQ(raw(0, 0), Damage::empty);
}

TEST(FrameCheckTest, TheDriversFlagIsBelieved) {
  EXPECT_EQ(raw(1000, 500, V4L2_BUF_FLAG_ERROR), Damage::error_flag);
  EXPECT_EQ(raw(1000, 500, V4L2_BUF_FLAG_KEYFRAME | V4L2_BUF_FLAG_DONE), Damage::none);
}

TEST(FrameCheckTest, TheWorstDamageCounts) {
  EXPECT_EQ(raw(999, 500, V4L2_BUF_FLAG_ERROR), Damage::short_picture);
  EXPECT_EQ(raw(0, 0, V4L2_BUF_FLAG_ERROR), Damage::empty);
  const std::array<Payload, 1> nothing{};
  EXPECT_EQ(damage_of({.flags = V4L2_BUF_FLAG_ERROR, .impossible = true, .payloads = nothing}),
            Damage::impossible);
}

// ---- JPEGs --------------------------------------------------------------------------------------

using Bytes = std::vector<std::byte>;

Bytes& operator+=(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values)
    bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes bytes(std::initializer_list<int> values) {
  Bytes made;
  return made += values;
}

/// Returns a coded picture of about `length` bytes. It has SOI, segments, and a scan with stuffed
/// bytes and restart markers.
Bytes picture(std::size_t length = 2000) {
  auto made = bytes({0xff, 0xd8, 0xff, 0xdb, 0, 4, 1, 2, 0xff, 0xc4, 0, 4, 3, 4, 0xff, 0xda, 0, 2});
  for (int index = 0; made.size() < length; ++index) {
    made += {0x12, 0x34, 0xff, 0x00, 0x00, 0x80};
    if (index % 16 == 15) made += {0xff, 0xd0 + index / 16 % 8};
  }
  return made;
}

Bytes ended(Bytes frame) {
  return frame += {0xff, 0xd9};
}

Bytes padded(Bytes frame, std::size_t count, int with) {
  frame.insert(frame.end(), count, static_cast<std::byte>(with));
  return frame;
}

Damage jpeg(const Bytes& frame) {
  const std::array payloads{Payload{.length = static_cast<std::uint32_t>(frame.size())}};
  return damage_of({.payloads = payloads, .jpeg = frame});
}

TEST(FrameCheckTest, AWholeJpegIsNotDamaged) {
  EXPECT_EQ(jpeg(ended(picture())), Damage::none);
  EXPECT_EQ(jpeg(ended(picture(100'000))), Damage::none);
  EXPECT_EQ(jpeg(bytes({0xff, 0xd8, 0xff, 0xd9})), Damage::none);
}

TEST(FrameCheckTest, AJpegThatWasCutShortHasNoEnd) {
  EXPECT_EQ(jpeg(picture()), Damage::no_end);
  EXPECT_EQ(jpeg(picture(100'000)), Damage::no_end);
  EXPECT_EQ(jpeg(bytes({0xff, 0xd8})), Damage::no_end);
  EXPECT_EQ(jpeg(bytes({0xff, 0xd8, 0xff})), Damage::no_end);
  EXPECT_EQ(jpeg(bytes({0xff, 0xd8, 0, 0, 0, 0})), Damage::no_end);
  EXPECT_EQ(jpeg(padded(bytes({0xff, 0xd8}), 4000, 0)), Damage::no_end);
  // The cut can be anywhere.
  const auto whole = ended(picture());
  for (std::size_t length = 2; length < whole.size(); ++length)
    EXPECT_EQ(jpeg(Bytes{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}),
              Damage::no_end)
        << length;
  // The bytes after the cut can be padding.
  EXPECT_EQ(jpeg(padded(picture(), 512, 0)), Damage::no_end);
}

TEST(FrameCheckTest, WhatDoesNotBeginAsAJpegHasNoStart) {
  EXPECT_EQ(jpeg(bytes({0xff})), Damage::no_start);
  EXPECT_EQ(jpeg(bytes({0xff, 0xda, 0, 2, 0xff, 0xd9})), Damage::no_start);
  EXPECT_EQ(jpeg(bytes({0, 0, 0, 0})), Damage::no_start);
  auto frame = ended(picture());
  frame.erase(frame.begin());
  EXPECT_EQ(jpeg(frame), Damage::no_start);
}

TEST(FrameCheckTest, PaddingBehindTheEndIsHarmless) {
  for (const int with : {0x00, 0xff})
    for (const std::size_t count : {1U, 2U, 3U, 63U, 64U, 511U, 4094U, 4095U, 4096U, 10'000U})
      EXPECT_EQ(jpeg(padded(ended(picture()), count, with)), Damage::none) << with << " " << count;
  EXPECT_EQ(jpeg(padded(padded(ended(picture()), 3, 0), 100, 0xff)), Damage::none);
  // Old bytes of the buffer follow, up to a multiple of 512.
  EXPECT_EQ(jpeg(padded(ended(picture()), 510, 0x5a)), Damage::none);
  EXPECT_EQ(jpeg(padded(padded(ended(picture()), 100, 0x5a), 1000, 0)), Damage::none);
  EXPECT_EQ(jpeg(padded(ended(picture()), 511, 0x5a)), Damage::no_end);
}

TEST(FrameCheckTest, WhatDecodersTakeIsHarmless) {
  // An AVI1 frame has no Huffman tables.
  auto avi1 =
      bytes({0xff, 0xd8, 0xff, 0xe0, 0, 16, 'A', 'V', 'I',  '1',  0, 0, 0,    0,    0,    0,   0, 0,
             0,    0,    0xff, 0xdb, 0, 4,  1,   2,   0xff, 0xda, 0, 2, 0x12, 0x34, 0xff, 0xd9});
  EXPECT_EQ(jpeg(avi1), Damage::none);
  // Extraneous bytes before a restart marker and between segments.
  auto frame =
      bytes({0xff, 0xd8, 0x55, 0x55, 0x55, 0xff, 0xda, 0, 2, 0x12, 0x55, 0x55, 0xff, 0xd3});
  EXPECT_EQ(jpeg(ended(frame)), Damage::none);
}

/// The first and last bytes can't show this.
TEST(FrameCheckTest, TwoPicturesInOneFrameAreNotFound) {
  auto frame = picture();
  const auto second = ended(picture());
  frame.insert(frame.end(), second.begin(), second.end());
  EXPECT_EQ(jpeg(frame), Damage::none);
}

TEST(FrameCheckTest, WhatCannotBeReadIsNotJudged) {
  const std::array payloads{Payload{.length = 5}};
  EXPECT_EQ(damage_of({.payloads = payloads}), Damage::none);
}

// ---- actions ------------------------------------------------------------------------------------

TEST(FrameCheckTest, FatesAreAsThePolicySays) {
  for (const auto policy : {OnCorrupt::drop, OnCorrupt::flag, OnCorrupt::pass}) {
    EXPECT_EQ(action_for(Damage::none, policy), FrameAction::send);
    EXPECT_EQ(action_for(Damage::empty, policy), FrameAction::leave_out);
    EXPECT_EQ(action_for(Damage::impossible, policy), FrameAction::leave_out);
  }
  for (const auto damage :
       {Damage::error_flag, Damage::short_picture, Damage::no_start, Damage::no_end}) {
    EXPECT_EQ(action_for(damage, OnCorrupt::drop), FrameAction::leave_out);
    EXPECT_EQ(action_for(damage, OnCorrupt::flag), FrameAction::flag);
    EXPECT_EQ(action_for(damage, OnCorrupt::pass), FrameAction::send);
  }
}

TEST(FrameCheckTest, EachDamageHasAName) {
  EXPECT_STREQ(name_of(Damage::none), "none");
  EXPECT_STREQ(name_of(Damage::no_end), "no end");
}

}  // namespace
