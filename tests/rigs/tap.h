#pragma once

#include <cstdio>
#include <string>

namespace real {

/// Prints results in the Test Anything Protocol as they come.
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

  /// The exit status of the program.
  [[nodiscard]] int end() const {
    std::printf("1..%d\n", points_);
    return failed_ ? 1 : 0;
  }

private:
  int points_{};
  bool failed_{};
};

}  // namespace real
