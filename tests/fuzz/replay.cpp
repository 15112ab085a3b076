// Runs inputs without the fuzzer. They are its corpus, as an ordinary test, or a finding.
//   replay FILE_OR_DIRECTORY...
//   replay --seed TRAITS STEP:HOW... > FILE     writes an input whose kernel tells the truth

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz/scenario.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint8_t number(std::string_view text) {
  std::uint8_t number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int complain(const char* what, std::string_view about) {
  static_cast<void>(std::fprintf(stderr, "replay: %s %.*s\n", what, static_cast<int>(about.size()),
                                 about.data()));
  return 2;
}

int write_seed(std::span<char*> words) {
  constexpr std::size_t answers = 400;  // each of them 0, which means the truth
  Bytes seed{static_cast<std::uint8_t>(words.size() - 1), number(words[0])};
  for (const std::string_view word : words.subspan(1)) {
    const auto colon = std::min(word.find(':'), word.size());
    const auto steps = fuzz::Scenario::steps();
    const auto step = std::ranges::find(steps, word.substr(0, colon), &fuzz::Scenario::Step::name);
    if (step == steps.end()) return complain("there is no step", word);
    seed.push_back(static_cast<std::uint8_t>(step - steps.begin()));
    seed.push_back(colon < word.size() ? number(word.substr(colon + 1)) : 0);
  }
  seed.resize(seed.size() + answers);
  for (const auto byte : seed)
    std::putchar(byte);
  return 0;
}

void run(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  const Bytes input{std::istreambuf_iterator<char>{file}, {}};
  fuzz::Scenario::run(input);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (argc > 2 && std::string_view{arguments[1]} == "--seed")
    return write_seed(arguments.subspan(2));
  std::size_t inputs{};
  for (const std::filesystem::path path : arguments.subspan(1)) {
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(path))
      for (const auto& entry : std::filesystem::directory_iterator{path})
        files.push_back(entry.path());
    else
      files.push_back(path);
    for (const auto& file : files) {
      run(file);
      ++inputs;
    }
  }
  std::printf("%zu inputs\n", inputs);
  return inputs == 0 ? 1 : 0;
}
