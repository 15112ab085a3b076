// A library whose constructor calls a function of the preload library for the second time, while
// another thread is in the first call. The loader's lock is held during the constructor, so the
// other thread waits in dlsym().

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace {

bool sleeps(pid_t thread) {
  std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
  std::string line;
  std::getline(file, line);
  return line.contains(") S ");
}

/// Its thread ends when the library is unloaded.
class Caller {
public:
  Caller() {
    number_.wait(0);
    // It sleeps in dlsym(), until the constructor is at its end.
    while (!sleeps(number_))
      std::this_thread::yield();
    dup3(-1, 1, O_CLOEXEC);
  }

private:
  std::atomic<pid_t> number_{};
  std::jthread thread_{[this] {
    number_ = gettid();
    number_.notify_one();
    dup3(-1, 1, O_CLOEXEC);
  }};
};

const Caller caller;

}  // namespace
