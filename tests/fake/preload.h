#pragma once

// What the functions of the preload library share. They replace the C library's.

#include <atomic>
#include <string_view>

#include <dlfcn.h>

namespace fake {

/// A NextFunction is the next definition of a function, the C library's. It is looked up at the
/// first call. No lock is held meanwhile: dlsym() waits for the loader, and the loader may run a
/// library's constructor in another thread, which calls the same function.
template <class Function>
class NextFunction {
public:
  explicit constexpr NextFunction(const char* name) : name_{name} {}

  // NOLINTNEXTLINE(google-explicit-constructor): it is called as the function is.
  operator Function*() {
    auto* found = found_.load(std::memory_order_relaxed);
    if (found == nullptr) {
      found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
      found_.store(found, std::memory_order_relaxed);
    }
    return found;
  }

private:
  const char* name_;
  std::atomic<Function*> found_{};
};

/// Returns whether this thread is inside the fake. Calls of the fake go to the real kernel.
bool is_inside();

/// An Inside says that this thread is inside the fake, as long as the object lives.
class Inside {
public:
  Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside();
};

/// Returns whether V4L2CPP_FAKE has the word "listed".
bool is_listed();

/// The path of the camera's node in the list of /dev.
inline constexpr std::string_view listed_path{"/dev/video250"};

}  // namespace fake
