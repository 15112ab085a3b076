#pragma once

// What the functions of the preload library share. They replace the C library's.

#include <dlfcn.h>

namespace fake {

/// Returns the next definition of a function, the C library's.
template <class Function>
Function* next_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

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

}  // namespace fake
