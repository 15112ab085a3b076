#include "device/text.h"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

std::string text_of(std::string_view bytes) {
  return v4l2::text_of(std::vector<std::uint8_t>{bytes.begin(), bytes.end()});
}

TEST(Text, EndsAtTheFirstNulOrWithItsField) {
  EXPECT_EQ(text_of({"Camera\0rest", 11}), "Camera");
  EXPECT_EQ(text_of("Camera"), "Camera");
  EXPECT_EQ(text_of({"\0", 1}), "");
  EXPECT_EQ(text_of(""), "");
}

TEST(Text, KeepsTheLettersOfAllLanguages) {
  EXPECT_EQ(text_of("Caméra® 摄像头 📷"), "Caméra® 摄像头 📷");
  EXPECT_EQ(text_of("\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"),
            "\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}

TEST(Text, MarksACharacterThatTheFieldsEndHasCut) {
  EXPECT_EQ(text_of("Cam\xc3"), "Cam?");
  EXPECT_EQ(text_of("Cam\xe6\x91"), "Cam??");
  EXPECT_EQ(text_of({"Cam\xf0\x9f\x93\0\xb7", 8}), "Cam???");
}

TEST(Text, MarksWhatIsNoText) {
  EXPECT_EQ(text_of("a\nb\x1b[0m\x7f"), "a?b?[0m?");
  EXPECT_EQ(text_of("\xc2\x9f"), "??") << "a control character";
  EXPECT_EQ(text_of("\x80\xbf\xff\xfe"), "????");
  EXPECT_EQ(text_of("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf"), "?????????") << "overlong";
  EXPECT_EQ(text_of("\xed\xa0\x80"), "???") << "half of a pair";
  EXPECT_EQ(text_of("\xf4\x90\x80\x80"), "????") << "beyond the last";
  EXPECT_EQ(text_of("\xe6\x91z"), "??z") << "the letter behind is no part of it";
}

}  // namespace
