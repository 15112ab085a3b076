#include "messages/stats_structure.h"

#include <array>
#include <utility>

#include "stats/stats.h"

namespace v4l2gst {
namespace {

using CountField = std::pair<const char*, const Stats::Count Stats::*>;

/// In the order of the structure.
constexpr std::array counts{
    CountField{"delivered", &Stats::delivered},
    CountField{"copied", &Stats::copied},
    CountField{"lost", &Stats::lost},
    CountField{"starved", &Stats::starved},
    CountField{"skipped", &Stats::skipped},
    CountField{"damaged", &Stats::damaged},
    CountField{"overwritten", &Stats::overwritten},
    CountField{"restarted", &Stats::restarted},
    CountField{"reconnected", &Stats::reconnected},
    CountField{"captured", &Stats::captured},
    CountField{"lost-starved", &Stats::lost_starved},
    CountField{"lost-device", &Stats::lost_device},
    CountField{"bytes", &Stats::bytes},
    CountField{"queued", &Stats::queued},
};

}  // namespace

StructurePtr structure_of(const Stats& stats, std::chrono::nanoseconds now) {
  StructurePtr structure{gst_structure_new_empty("v4l2cppsrc-stats")};
  const auto set = [&](const char* name, std::uint64_t number) {
    gst_structure_set(structure.get(), name, G_TYPE_UINT64, static_cast<guint64>(number), nullptr);
  };
  for (const auto& [name, count] : counts)
    set(name, (stats.*count).load(std::memory_order_relaxed));
  gst_structure_set(structure.get(), "fps", G_TYPE_DOUBLE, stats.fps_at(now), "fps-nominal",
                    G_TYPE_DOUBLE, stats.fps_nominal.load(std::memory_order_relaxed), nullptr);
  const auto latency = stats.latency.summary();
  const auto set_time = [&](const char* name, std::chrono::nanoseconds time) {
    set(name, static_cast<std::uint64_t>(time.count()));
  };
  set_time("latency-mean", latency.mean);
  set_time("latency-p50", latency.p50);
  set_time("latency-p99", latency.p99);
  set_time("latency-max", latency.max);
  return structure;
}

}  // namespace v4l2gst
