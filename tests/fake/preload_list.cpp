// These functions put the fake camera into the list of /dev, if V4L2CPP_FAKE has the word "listed".

// These macros would give readdir() and readdir64() one name. Both are defined here.
#undef _TIME_BITS
#undef _FILE_OFFSET_BITS

#include <cstring>
#include <mutex>
#include <set>
#include <string_view>

#include <dirent.h>

#include "fake/preload.h"

using fake::NextFunction;

namespace {

std::mutex mutex;

/// The open lists of /dev that have not come to their ends. They are guarded by the mutex.
std::set<DIR*>& open_lists() {
  static auto* const lists = new std::set<DIR*>;
  return *lists;
}

/// Returns the entry of the camera, once at the end of a list of /dev.
template <class Entry>
Entry* last_entry(DIR* list) {
  if (!fake::is_listed()) return nullptr;
  const std::lock_guard lock{mutex};
  if (open_lists().erase(list) == 0) return nullptr;
  thread_local Entry entry{};
  const auto name = fake::listed_path.substr(std::string_view{"/dev/"}.size());
  entry.d_type = DT_CHR;
  name.copy(entry.d_name, name.size());
  return &entry;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): the C library's names

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT DIR* opendir(const char* path) {
  static constinit NextFunction<DIR*(const char*)> real{"opendir"};
  auto* const list = real(path);
  if (list == nullptr || !fake::is_listed()) return list;
  const std::lock_guard lock{mutex};
  // The list may be where another was that is closed.
  if (std::strcmp(path, "/dev") == 0)
    open_lists().insert(list);
  else
    open_lists().erase(list);
  return list;
}

EXPORT struct dirent* readdir(DIR* list) {
  static constinit NextFunction<struct dirent*(DIR*)> real{"readdir"};
  auto* const entry = real(list);
  return entry != nullptr ? entry : last_entry<struct dirent>(list);
}

EXPORT struct dirent64* readdir64(DIR* list) {
  static constinit NextFunction<struct dirent64*(DIR*)> real{"readdir64"};
  auto* const entry = real(list);
  return entry != nullptr ? entry : last_entry<struct dirent64>(list);
}

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
