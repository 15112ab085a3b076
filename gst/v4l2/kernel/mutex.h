#pragma once

#include <mutex>

// Clang's thread safety analysis checks these attributes (-Wthread-safety). Other compilers see
// none.
#ifdef __clang__
#define V4L2_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define V4L2_THREAD_ATTRIBUTE(attribute)
#endif

/// Only the holder of `mutex` reads and writes the member.
#define GUARDED_BY(mutex) V4L2_THREAD_ATTRIBUTE(guarded_by(mutex))
/// Only the holder of `mutex` calls the function.
#define REQUIRES(mutex) V4L2_THREAD_ATTRIBUTE(requires_capability(mutex))
/// The analysis can't follow the function, for the reason that a comment gives.
#define NO_THREAD_SAFETY_ANALYSIS V4L2_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace v4l2 {

/// std::mutex, as clang's thread safety analysis knows it.
class V4L2_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
public:
  void lock() V4L2_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }

  /// Locks if the mutex is free. Returns false otherwise.
  bool try_lock() V4L2_THREAD_ATTRIBUTE(try_acquire_capability(true)) { return mutex_.try_lock(); }

  void unlock() V4L2_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

private:
  std::mutex mutex_;
};

/// Holds a Mutex until the end of its scope.
class V4L2_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
public:
  explicit MutexLock(Mutex& held) V4L2_THREAD_ATTRIBUTE(acquire_capability(held)) : mutex_{held} {
    mutex_.lock();
  }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  ~MutexLock() V4L2_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

private:
  Mutex& mutex_;
};

}  // namespace v4l2
