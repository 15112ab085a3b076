// /proc tells which processes have a device open.

#include "messages/holder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kernel/unique_fd.h"

namespace {

using v4l2gst::Holder;
using v4l2gst::holders_of;
namespace fs = std::filesystem;

/// A directory of the test, removed at its end.
struct Scratch : testing::Test {
  Scratch() {
    std::string name = (fs::temp_directory_path() / "v4l2cppsrc-XXXXXX").string();
    directory = mkdtemp(name.data());
    device = (directory / "device").string();
    std::ofstream{device} << "not one";
  }

  ~Scratch() override { fs::remove_all(directory); }

  /// Makes a process in an artificial /proc. Its descriptors are links to `open`.
  void process(pid_t pid, const std::string& name, const std::vector<std::string>& open) const {
    const auto place = directory / "proc" / std::to_string(pid);
    fs::create_directories(place / "fd");
    std::ofstream{place / "comm"} << name << "\n";
    for (std::size_t i = 0; i < open.size(); ++i)
      fs::create_symlink(open[i], place / "fd" / std::to_string(i));
  }

  [[nodiscard]] std::string proc() const { return (directory / "proc").string(); }

  fs::path directory;
  std::string device;
};

TEST_F(Scratch, AnotherProgramIsNamed) {
  std::array<int, 2> opened{};
  std::array<int, 2> done{};
  ASSERT_EQ(pipe(opened.data()), 0);
  ASSERT_EQ(pipe(done.data()), 0);
  const auto child = fork();
  if (child == 0) {
    const auto held = open(device.c_str(), O_RDONLY);
    char byte = held >= 0 ? 'y' : 'n';
    close(done[1]);
    if (write(opened[1], &byte, 1) == 1) static_cast<void>(read(done[0], &byte, 1));
    _exit(0);
  }
  char byte{};
  EXPECT_EQ(read(opened[0], &byte, 1), 1);
  const auto holders = holders_of(device, 0);
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_EQ(holders[0], (Holder{.pid = child, .name = "holder_test"}));
  EXPECT_EQ(names_of(holders), "holder_test (pid " + std::to_string(child) + ")");
  for (const int end : {opened[0], opened[1], done[0], done[1]})
    close(end);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(holders_of(device, 0).empty());
}

TEST_F(Scratch, ThisProgramCountsWhereItHasMoreThanItsOwn) {
  const v4l2::UniqueFd first{open(device.c_str(), O_RDONLY)};
  EXPECT_EQ(holders_of(device, 1), std::vector<Holder>{});
  const v4l2::UniqueFd second{open(device.c_str(), O_RDONLY)};
  const auto holders = holders_of(device, 1);
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_TRUE(holders[0].here);
  EXPECT_EQ(holders[0].pid, getpid());
  EXPECT_TRUE(holders_of(device, 2).empty());
}

TEST_F(Scratch, ALinkToTheDeviceIsTheDevice) {
  const auto link = directory / "by-id";
  fs::create_symlink(device, link);
  process(41, "v4l2-ctl", {"/dev/null", device});
  process(7, "obs", {device, device});
  process(9, "bash", {"/dev/null", "socket:[123]", "/nowhere"});
  const auto holders = holders_of(link.string(), 0, proc());
  EXPECT_EQ(holders,
            (std::vector<Holder>{{.pid = 7, .name = "obs"}, {.pid = 41, .name = "v4l2-ctl"}}));
  EXPECT_EQ(names_of(holders), "obs (pid 7), v4l2-ctl (pid 41)");
}

TEST_F(Scratch, ADeviceFileIsKnownByItsNumbers) {
  // The other program's path of the device leads elsewhere here, as in a container.
  process(5, "ffmpeg", {"/dev/zero"});
  process(6, "cat", {"/dev/null"});
  const auto holders = holders_of("/dev/zero", 0, proc());
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_EQ(holders[0].name, "ffmpeg");
}

TEST_F(Scratch, WhatCannotBeReadSaysNothing) {
  EXPECT_TRUE(holders_of(device, 0, (directory / "nowhere").string()).empty());
  EXPECT_TRUE(holders_of((directory / "nothing").string(), 0).empty());
  EXPECT_TRUE(holders_of("", 0).empty());
  process(5, std::string{"bad \xff\nname"}, {device});
  fs::create_directories(directory / "proc" / "12x" / "fd");
  fs::create_symlink(device, directory / "proc" / "12x" / "fd" / "0");
  fs::create_directories(directory / "proc" / "13");
  const auto holders = holders_of(device, 0, proc());
  ASSERT_EQ(holders.size(), 1U);
  EXPECT_EQ(holders[0].name.find('\n'), std::string::npos);
  EXPECT_EQ(holders[0].name.find('\xff'), std::string::npos);
}

TEST_F(Scratch, OfManyTheFirstAreNamed) {
  for (const auto pid : {5, 4, 3, 2, 1})
    process(pid, "p" + std::to_string(pid), {device});
  EXPECT_EQ(names_of(holders_of(device, 0, proc())),
            "p1 (pid 1), p2 (pid 2), p3 (pid 3) and 2 more");
}

}  // namespace
