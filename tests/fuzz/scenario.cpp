#include "fuzz/scenario.h"

#include <algorithm>
#include <array>
#include <string>

namespace fuzz {

std::span<const Scenario::Step> Scenario::steps() {
  // New steps go to the end only. The corpus names steps by their index.
  static constexpr std::array all{Step{"open", &Scenario::open},
                                  Step{"close", &Scenario::close},
                                  Step{"describe", &Scenario::describe},
                                  Step{"set_format", &Scenario::set_format},
                                  Step{"set_interval", &Scenario::set_interval},
                                  Step{"list_modes", &Scenario::list_modes},
                                  Step{"convert", &Scenario::convert},
                                  Step{"look_at_input", &Scenario::look_at_input},
                                  Step{"follow_signal", &Scenario::follow_signal},
                                  Step{"fetch_events", &Scenario::fetch_events},
                                  Step{"select", &Scenario::select},
                                  Step{"ask_controls", &Scenario::ask_controls},
                                  Step{"identify", &Scenario::identify},
                                  Step{"use_system", &Scenario::use_system},
                                  Step{"request", &Scenario::request},
                                  Step{"free", &Scenario::free},
                                  Step{"export_planes", &Scenario::export_planes},
                                  Step{"map_node", &Scenario::map_node},
                                  Step{"grow", &Scenario::grow},
                                  Step{"shrink", &Scenario::shrink},
                                  Step{"retire", &Scenario::retire},
                                  Step{"reinstate", &Scenario::reinstate},
                                  Step{"queue", &Scenario::queue},
                                  Step{"start", &Scenario::start},
                                  Step{"stop", &Scenario::stop},
                                  Step{"next", &Scenario::next},
                                  Step{"try_next", &Scenario::try_next},
                                  Step{"stretch", &Scenario::stretch},
                                  Step{"give_back", &Scenario::give_back},
                                  Step{"read", &Scenario::read},
                                  Step{"raise", &Scenario::raise},
                                  Step{"lower", &Scenario::lower},
                                  Step{"rest", &Scenario::rest},
                                  Step{"watch_setup", &Scenario::watch_setup},
                                  Step{"look_again", &Scenario::look_again},
                                  Step{"meddle", &Scenario::meddle},
                                  Step{"fetch_event", &Scenario::fetch_event},
                                  Step{"restore_setup", &Scenario::restore_setup},
                                  Step{"read_controls", &Scenario::read_controls},
                                  Step{"read_graph", &Scenario::read_graph},
                                  Step{"rearrange", &Scenario::rearrange},
                                  Step{"list_controls", &Scenario::list_controls},
                                  Step{"set_controls", &Scenario::set_controls},
                                  Step{"watch_controls", &Scenario::watch_controls},
                                  Step{"choose_input", &Scenario::choose_input},
                                  Step{"choose_signal", &Scenario::choose_signal},
                                  Step{"exchange_edid", &Scenario::exchange_edid},
                                  Step{"set_by_text", &Scenario::set_by_text},
                                  Step{"read_metadata", &Scenario::read_metadata},
                                  Step{"choose_node", &Scenario::choose_node}};
  return all;
}

Scenario::Scenario(Bytes answers, std::uint8_t traits)
    : kernel_{answers, traits},
      tracing_{kernel_, [](const std::string& line, bool /*refused*/) {
                 check(std::ranges::none_of(line, is_control),
                       "what is written of a call has no control characters");
               }} {
  kernel_.waker = &waker_;
  kernel_.meanwhile = [this](std::uint8_t how) {
    (how & 1) != 0 ? raise(how) : give_back(how);
  };
  kernel_.before_queue = [this](const v4l2_buffer& buffer) {
    check_queued(buffer);
  };
}

void Scenario::run(std::span<const std::uint8_t> input) {
  constexpr unsigned most_steps = 48;
  Bytes bytes{input};
  const auto count = bytes.take() % most_steps;
  const auto traits = bytes.take();
  Bytes script{bytes.split(std::size_t{2} * count)};
  Scenario scenario{bytes, traits};
  const auto all = steps();
  while (!script.empty()) {
    const auto which = script.take();
    const auto how = script.take();
    (scenario.*all[which % all.size()].run)(how);
  }
}

}  // namespace fuzz
