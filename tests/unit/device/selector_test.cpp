// A selector chooses nodes by what they are.

#include "device/selector.h"

#include <gtest/gtest.h>

#include "device/node_list.h"

namespace {

using v4l2::matches_pattern;
using v4l2::Selector;

v4l2::ListedNode camera() {
  v4l2::ListedNode node{.path = "/dev/video2", .number = "81:2", .name = "video2"};
  node.identity.serial = "A1B2C3";
  node.identity.vendor_id = "046d";
  node.identity.product_id = "0825";
  node.identity.port = "1-1.2";
  node.identity.bus = "usb-0000:00:14.0-1.2";
  node.identity.function = "1.2";
  node.identity.card = "HD Camera: HD Camera";
  return node;
}

bool matches(std::string_view text, const v4l2::ListedNode& node = camera()) {
  const auto selector = Selector::parse(text);
  EXPECT_TRUE(selector) << text;
  return selector && selector->matches(node);
}

TEST(Selector, IsNoPath) {
  for (const auto* const text : {"serial=A1", "card=a/b", "sreial=1", "=", "a=/dev/video0"})
    EXPECT_TRUE(Selector::is_meant(text)) << text;
  for (const auto* const text : {"", "0", "video0", "/dev/video0", "/dev/v4l/by-id/a=b", "./a=b"})
    EXPECT_FALSE(Selector::is_meant(text)) << text;
}

TEST(Selector, MatchesEachFact) {
  for (const auto* const text :
       {"serial=A1B2C3", "serial=a1b2c3", "serial=A1*", "usb=046d:0825", "usb=046D:*",
        "bus=usb-0000:00:14.0-1.2", "bus=1-1.2", "bus=1-1.2:1.2", "bus=usb-0000:00:14.0-1.2:1.2",
        "card=HD Camera: HD Camera", "card=hd*", "interface=1.2", "interface=2", "index=0",
        " serial = A1B2C3 , index = 0 "})
    EXPECT_TRUE(matches(text)) << text;
  for (const auto* const text :
       {"serial=A1", "usb=046d:0826", "usb=046d", "bus=1-1", "bus=1-1.20", "card=HD", "interface=1",
        "index=1", "serial=A1B2C3,index=1", "card=hd*,usb=1*"})
    EXPECT_FALSE(matches(text)) << text;
}

TEST(Selector, MatchesAPlaceOfAnotherBusAsTheV4l2CoreNamesIt) {
  v4l2::ListedNode node{.path = "/dev/video0"};
  node.identity.port = node.identity.bus = "vivid.0";
  EXPECT_TRUE(matches("bus=vivid.0", node));
  EXPECT_TRUE(matches("bus=platform:vivid.0", node));
  EXPECT_FALSE(matches("bus=platform:vivid.1", node));
  node.identity.port = node.identity.bus = "0000:03:00.0";
  EXPECT_TRUE(matches("bus=PCI:0000:03:00.0", node));
}

TEST(Selector, DoesNotMatchAFactThatANodeLacks) {
  const v4l2::ListedNode bare{.path = "/dev/video0"};
  for (const auto* const text : {"serial=*", "usb=*", "bus=*", "card=*", "interface=*", "index=0"})
    EXPECT_FALSE(matches(text, bare)) << text;
}

TEST(Selector, MatchesTheIdOfItsNode) {
  auto node = camera();
  node.identity.serial = "A,1\n ";
  const auto value = v4l2::selector_value(node.identity.serial);
  EXPECT_EQ(value, "A?1?") << "a term has no spaces at its ends";
  EXPECT_TRUE(matches("serial=" + value, node));
}

TEST(Selector, NamesTheTermThatIsNone) {
  const auto complaint = [](std::string_view text) {
    const auto selector = Selector::parse(text);
    return selector ? std::string{"none"} : selector.error();
  };
  EXPECT_EQ(complaint("sreial=1"), "sreial=1");
  EXPECT_EQ(complaint("serial=1,usb"), "usb");
  EXPECT_EQ(complaint("serial=1,"), "");
  EXPECT_EQ(complaint("serial="), "serial=");
  EXPECT_EQ(complaint("="), "=");
  EXPECT_EQ(complaint("serial=1, Card=x"), "Card=x");
}

TEST(Pattern, HasWildcards) {
  EXPECT_TRUE(matches_pattern("", ""));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches_pattern("*ab", "aab"));
  EXPECT_TRUE(matches_pattern("a??", "abc"));
  EXPECT_FALSE(matches_pattern("a??", "ab"));
  EXPECT_FALSE(matches_pattern("", "a"));
  EXPECT_FALSE(matches_pattern("a*b", "abc"));
  EXPECT_FALSE(matches_pattern("*a*", "bcd"));
}

TEST(Pattern, TakesNoLongerThanTheTextsAreLong) {
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "a*";
  EXPECT_FALSE(matches_pattern(pattern + "b", text));
}

}  // namespace
