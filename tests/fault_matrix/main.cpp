// Runs the fault matrix: each fault that a device can have, at each moment at which it can strike.
// The outcome must be the one in the table of docs/testing.md. No frame may be wrong, nothing may
// hang or leak, and the same element must work afterwards.
//
//   faults_test fake|vivid|uvcvideo|loopback|vimc --table FILE    prints TAP, a point for each cell
//   faults_test fake|vivid|uvcvideo|loopback|vimc --print         prints the outcomes, for table.py

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "fault_matrix/cell.h"
#include "fault_matrix/common_faults.h"
#include "fault_matrix/fake_stage.h"
#include "fault_matrix/real_device.h"
#include "fault_matrix/real_stages.h"
#include "fault_matrix/table.h"
#include "rigs/tap.h"

namespace {

constexpr std::array<const char*, faults::moments> moment_names{
    "before", "at start", "while streaming", "while downstream holds all"};

std::unique_ptr<faults::Stage> stage_of(std::string_view name) {
  if (name == "fake") return faults::fake_stage();
  if (name == "vivid") return faults::vivid_stage();
  if (name == "uvcvideo") return faults::usb_stage();
  if (name == "loopback") return faults::loopback_stage();
  if (name == "vimc") return faults::vimc_stage();
  return nullptr;
}

std::vector<faults::Fault> faults_of(faults::Stage& stage, faults::Meddler& meddler) {
  auto all = faults::common_faults(meddler, stage.name() != "fake", stage.has_rates());
  auto own = stage.faults();
  all.insert(all.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  return all;
}

int print(faults::Stage& stage, const char* only) {
  faults::Meddler meddler{stage.kernel()};
  for (const auto& fault : faults_of(stage, meddler)) {
    if (only != nullptr && fault.name.find(only) == std::string::npos) continue;
    faults::Row row;
    for (const auto moment : fault.when) {
      const auto outcome = faults::run_cell(stage, meddler, fault, moment);
      row.at(static_cast<std::size_t>(moment)) = outcome.text;
      if (!outcome.error.empty()) std::fprintf(stderr, "%s\n", outcome.error.c_str());
      if (!outcome.wrong.empty())
        std::fprintf(stderr, "%s, %s: %s\n", fault.name.c_str(),
                     moment_names.at(static_cast<std::size_t>(moment)), outcome.wrong.c_str());
    }
    std::printf("%s\t%s", fault.name.c_str(), stage.name().c_str());
    for (const auto& cell : row)
      std::printf("\t%s", cell.c_str());
    std::printf("\n");
    std::fflush(stdout);
  }
  return 0;
}

int check(faults::Stage& stage, const char* file) {
  real::Tap tap;
  auto rows = faults::rows_for(file, stage.name());
  faults::Meddler meddler{stage.kernel()};
  std::chrono::milliseconds longest{};
  for (const auto& fault : faults_of(stage, meddler)) {
    const auto row = rows.extract(fault.name);
    if (row.empty()) {
      tap.point(false, fault.name + " is in the table");
      continue;
    }
    for (const auto moment : fault.when) {
      const auto& expected = row.mapped().at(static_cast<std::size_t>(moment));
      const auto outcome = faults::run_cell(stage, meddler, fault, moment);
      longest = std::max(longest, outcome.stopping);
      tap.point(
          outcome.text == expected && outcome.wrong.empty(),
          fault.name + ", " + moment_names.at(static_cast<std::size_t>(moment)) + ": " + expected);
      if (outcome.text != expected)
        real::Tap::explain("but it was: " + outcome.text + " " + outcome.error);
      if (!outcome.wrong.empty()) real::Tap::explain(outcome.wrong);
    }
  }
  for (const auto& [name, row] : rows)
    tap.point(false, name + " was tried");
  real::Tap::explain("from PLAYING to NULL it took at most " + std::to_string(longest.count()) +
                     " ms");
  return tap.end();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--hold") == 0) return faults::OtherProgram::run(argv[2]);
  gst_init(&argc, &argv);
  const auto stage = argc >= 3 ? stage_of(argv[1]) : nullptr;
  if (stage == nullptr) return 2;
  if (std::strcmp(argv[2], "--print") == 0) return print(*stage, argc > 3 ? argv[3] : nullptr);
  if (std::strcmp(argv[2], "--table") == 0 && argc == 4) return check(*stage, argv[3]);
  return 2;
}
