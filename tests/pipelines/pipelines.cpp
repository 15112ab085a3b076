// Plays rows of pipelines with one element as their source. Prints TAP.
//
//   pipelines ELEMENT FILE... [NAME=VALUE]... [--only ID...]
//
// The source in the files is always v4l2src, and this word is replaced by ELEMENT. "@NAME@" is
// replaced by VALUE. rows.tsv explains the columns. Each row is played in a process of its own, so
// that a crash or a hang fails this row only.

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "pipelines/apart.h"
#include "pipelines/player.h"
#include "pipelines/row.h"
#include "rigs/tap.h"

namespace {

struct Arguments {
  std::string element;
  std::vector<std::string> files;
  std::map<std::string, std::string> names;
  std::set<std::string> only;
};

Arguments parse(std::span<char*> words) {
  Arguments arguments{.element = words[1], .files = {}, .names = {}, .only = {}};
  bool only = false;
  for (const std::string word : words.subspan(2)) {
    const auto equals = word.find('=');
    if (only)
      arguments.only.insert(word);
    else if (word == "--only")
      only = true;
    else if (equals != std::string::npos)
      arguments.names[word.substr(0, equals)] = word.substr(equals + 1);
    else
      arguments.files.push_back(word);
  }
  return arguments;
}

void play(real::Tap& tap, const pipelines::Row& row, const Arguments& arguments) {
  const pipelines::Script script{
      .element = arguments.element,
      .pipeline = pipelines::with_element(pipelines::with_names(row.pipeline, arguments.names),
                                          arguments.element),
      .expectation = row.expectation,
  };
  const auto apart = pipelines::run_apart([&script] {
    const auto report = pipelines::play(script);
    auto lines = report.warnings;
    for (const auto& text : report.problems)
      lines.push_back("PROBLEM: " + text);
    lines.emplace_back(report.problems.empty() ? "good" : "bad");
    return lines;
  });
  const bool good = apart.death.empty() && !apart.lines.empty() && apart.lines.back() == "good";
  tap.point(good, row.id + " " + row.kind);
  real::Tap::explain(script.pipeline);
  for (const auto& line : apart.lines)
    if (line != "good" && line != "bad") real::Tap::explain(line);
  if (!apart.death.empty()) real::Tap::explain("PROBLEM: " + apart.death);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: pipelines ELEMENT FILE... [NAME=VALUE]... [--only ID...]\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const auto arguments = parse({argv, static_cast<std::size_t>(argc)});
  real::Tap tap;
  for (const auto& file : arguments.files) {
    const auto rows = pipelines::read_rows(file);
    if (rows.empty()) tap.point(false, file + " has rows");
    for (const auto& row : rows)
      if (arguments.only.empty() || arguments.only.contains(row.id)) play(tap, row, arguments);
  }
  return tap.end();
}
