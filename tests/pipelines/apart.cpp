#include "pipelines/apart.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sstream>

#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/unique_fd.h"

namespace pipelines {
namespace {

/// In the VM the clock leaps, so this must be generous.
constexpr int patience_ms = 30 * 60 * 1000;

[[noreturn]] void perform(const std::function<std::vector<std::string>()>& function, int to) {
  auto* const stream = fdopen(to, "w");
  for (const auto& line : function())
    std::fprintf(stream, "%s\n", line.c_str());
  std::fflush(stream);
  _exit(0);
}

struct Read {
  std::string text;
  bool in_time{true};
};

/// Reads until the other end is closed, or until nothing comes for too long.
Read read_all(int from) {
  Read result;
  pollfd wait{.fd = from, .events = POLLIN, .revents = 0};
  while (poll(&wait, 1, patience_ms) > 0) {
    std::array<char, 4096> bytes{};
    const auto count = read(from, bytes.data(), bytes.size());
    if (count <= 0) return result;
    result.text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  result.in_time = false;
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

}  // namespace

Apart run_apart(const std::function<std::vector<std::string>()>& function) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {.lines = {}, .death = "there is no pipe"};
  const v4l2::UniqueFd from{ends[0]};
  v4l2::UniqueFd to{ends[1]};
  // The child must not print again what the caller has printed.
  std::fflush(nullptr);
  const auto child = fork();
  if (child == 0) perform(function, to.release());
  to = v4l2::UniqueFd{};
  if (child < 0) return {.lines = {}, .death = "there is no process"};
  const auto said = read_all(from.get());
  if (!said.in_time) kill(child, SIGKILL);
  int status{};
  waitpid(child, &status, 0);
  Apart result{.lines = lines_of(said.text), .death = {}};
  if (!said.in_time)
    result.death = "it hangs";
  else if (WIFSIGNALED(status))
    result.death = strsignal(WTERMSIG(status));
  else if (WEXITSTATUS(status) != 0)
    result.death = "it ended with status " + std::to_string(WEXITSTATUS(status));
  return result;
}

}  // namespace pipelines
