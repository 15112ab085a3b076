#include "command/options.h"

#include <gtest/gtest.h>

namespace {

using v4l2describe::Options;

std::expected<Options, std::string> parse(std::vector<const char*> arguments) {
  return v4l2describe::parse_options(arguments);
}

TEST(Options, AreNoneByDefault) {
  EXPECT_EQ(parse({}), Options{});
}

TEST(Options, StandBeforeAndBehindDevices) {
  EXPECT_EQ(parse({"--json", "/dev/video0", "--list", "/dev/video1"}),
            (Options{.json = true, .list = true, .devices = {"/dev/video0", "/dev/video1"}}));
  EXPECT_TRUE(parse({"-h"})->help);
  EXPECT_TRUE(parse({"--version"})->version);
}

TEST(Options, EndAtTwoHyphens) {
  EXPECT_EQ(parse({"--", "--json"}), (Options{.devices = {"--json"}}));
}

TEST(Options, AreRefusedIfUnknown) {
  EXPECT_EQ(parse({"--all"}).error(), "there is no option --all");
  EXPECT_EQ(parse({""}).error(), "the name of a device is empty");
}

TEST(Options, AreAllInTheHelp) {
  for (const auto* const option : {"--json", "--list", "--help", "--version"})
    EXPECT_TRUE(v4l2describe::help_text().contains(option)) << option;
}

}  // namespace
