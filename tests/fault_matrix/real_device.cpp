#include "fault_matrix/real_device.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <spawn.h>

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faults {
namespace {

constexpr uid_t nobody = 65534;

[[noreturn]] void die(const std::string& why) {
  std::printf("Bail out! %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

std::size_t open_video_nodes() {
  std::size_t count{};
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;  // for the directory's own descriptor
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (!gone && target.string().starts_with("/dev/video")) ++count;
  }
  return count;
}

void write_text(const std::string& file, const std::string& text) {
  std::ofstream output{file};
  output << text << std::flush;
  if (!output) die("'" + text + "' can't be written to " + file);
}

Forbidden::Forbidden(std::string node) : node_{std::move(node)} {
  if (chmod(node_.c_str(), 0) != 0 || seteuid(nobody) != 0) die("only root can do without rights");
  // Without this /proc/self would belong to root.
  prctl(PR_SET_DUMPABLE, 1);
}

Forbidden::~Forbidden() {
  if (seteuid(0) != 0 || chmod(node_.c_str(), 0600) != 0) die("rights can't be given back");
}

OtherProgram::OtherProgram(const std::string& node) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) die("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string self{"/proc/self/exe"};
  std::string hold{"--hold"};
  auto path = node;
  std::array<char*, 4> arguments{self.data(), hold.data(), path.data(), nullptr};
  if (posix_spawn(&process_, self.c_str(), &actions, nullptr, arguments.data(), environ) != 0)
    die("the other program can't be started");
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  char ready{};
  if (read(out[0], &ready, 1) != 1) die("the other program has ended");
  close(out[0]);
  input_ = in[1];
}

OtherProgram::~OtherProgram() {
  close(input_);
  waitpid(process_, nullptr, 0);
}

int OtherProgram::run(const char* node) {
  const int descriptor = open(node, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return 1;
  v4l2_requestbuffers request{};
  request.count = 2;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  if (ioctl(descriptor, VIDIOC_REQBUFS, &request) != 0) {
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    ioctl(descriptor, VIDIOC_REQBUFS, &request);
  }
  char byte{'.'};
  if (write(STDOUT_FILENO, &byte, 1) != 1) return 1;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}

}  // namespace faults
