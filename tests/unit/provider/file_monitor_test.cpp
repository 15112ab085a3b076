// The monitor of /dev, on a directory of the test's own.

#include "provider/file_monitor.h"

#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kernel/unique_fd.h"

namespace {

using v4l2gst::Change;

struct FileMonitorTest : testing::Test {
  FileMonitorTest() { g_main_context_push_thread_default(context); }

  ~FileMonitorTest() override {
    for (const auto* const name : {"/video0", "/video1", "/null"})
      unlink((directory + name).c_str());
    rmdir(directory.c_str());
    g_main_context_pop_thread_default(context);
    g_main_context_unref(context);
  }

  FileMonitorTest(const FileMonitorTest&) = delete;
  FileMonitorTest& operator=(const FileMonitorTest&) = delete;

  static std::string new_directory() {
    std::string name = testing::TempDir() + "file-monitor-XXXXXX";
    return mkdtemp(name.data());
  }

  void touch(const char* name) const {
    const v4l2::UniqueFd file{open((directory + name).c_str(), O_CREAT | O_WRONLY, 0600)};
  }

  /// Waits until this was told.
  void wait_for(Change::Kind kind, const std::string& name) {
    const auto is_it = [&](const Change& change) {
      return change.kind == kind && (name.empty() || change.path == directory + name);
    };
    while (std::erase_if(told, is_it) == 0)
      g_main_context_iteration(context, TRUE);
  }

  GMainContext* context{g_main_context_new()};
  std::string directory{new_directory()};
  std::vector<Change> told;
};

TEST_F(FileMonitorTest, TellsWhatBecomesOfNodes) {
  const v4l2gst::FileMonitor monitor{[this](const Change& change) { told.push_back(change); },
                                     directory};
  touch("/null");
  touch("/video0");
  wait_for(Change::Kind::came, "/video0");
  chmod((directory + "/video0").c_str(), 0644);
  wait_for(Change::Kind::access, "/video0");
  rename((directory + "/video0").c_str(), (directory + "/video1").c_str());
  wait_for(Change::Kind::gone, "/video0");
  wait_for(Change::Kind::came, "/video1");
  unlink((directory + "/video1").c_str());
  wait_for(Change::Kind::gone, "/video1");
  EXPECT_TRUE(told.empty());
}

TEST_F(FileMonitorTest, TellsOfTimeWhileItIsWanted) {
  v4l2gst::FileMonitor monitor{[this](const Change& change) { told.push_back(change); }, directory};
  monitor.look_again(true);
  wait_for(Change::Kind::time, "");
  wait_for(Change::Kind::time, "");
  monitor.look_again(false);
  touch("/video0");
  wait_for(Change::Kind::came, "/video0");
  EXPECT_TRUE(told.empty());
}

}  // namespace
