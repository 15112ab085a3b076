#include "fake/page.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace fake {
namespace {

std::size_t wish(const char* variable, std::size_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::stoul(text) : otherwise;
}

}  // namespace

std::size_t page_size() {
  static const auto size =
      wish("V4L2CPP_FAKE_PAGE", static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  return size;
}

std::size_t length_step() {
  static const auto step = wish("V4L2CPP_FAKE_STEP", page_size());
  return step;
}

}  // namespace fake
