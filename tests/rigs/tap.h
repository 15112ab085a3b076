#pragma once

#include <cstdio>
#include <string>

namespace real {

/// A Tap prints each result at once in the Test Anything Protocol.
class Tap {
public:
  void point(bool good, const std::string& description) {
    std::printf("%s %d - %s\n", good ? "ok" : "not ok", ++points_, description.c_str());
    std::fflush(stdout);
    failed_ = failed_ || !good;
  }

  static void explain(const std::string& text) {
    std::printf("# %s\n", text.c_str());
    std::fflush(stdout);
  }

  /// Prints the plan. Returns the exit status of the program.
  [[nodiscard]] int end() const {
    std::printf("1..%d\n", points_);
    return failed_ ? 1 : 0;
  }

private:
  int points_{};
  bool failed_{};
};

}  // namespace real
