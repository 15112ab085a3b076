#pragma once

#include <cerrno>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "device/device.h"
#include "device/identity.h"
#include "device/tracing_kernel.h"
#include "fuzz/check.h"
#include "fuzz/kernel.h"
#include "settings/control_info.h"
#include "settings/device_settings.h"
#include "settings/inputs.h"
#include "settings/signal.h"
#include "stream/buffers.h"
#include "stream/reader.h"
#include "stream/stream.h"

namespace fuzz {

/// A Scenario is a program that uses the core in any allowed order. The headers say which order is
/// allowed. Its kernel gives any answers. Each step has a byte that chooses its details.
class Scenario {
public:
  struct Step {
    std::string_view name;
    void (Scenario::*run)(std::uint8_t how);
  };

  /// Returns all steps. An input names a step by its index here.
  static std::span<const Step> steps();

  /// Runs an input. It has the number of steps, the traits of the device, two bytes for each step,
  /// and the kernel's answers.
  static void run(std::span<const std::uint8_t> input);

  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;

private:
  struct Loan {
    v4l2::Frame frame;
    std::uint32_t generation;
  };

  Scenario(Bytes answers, std::uint8_t traits);
  ~Scenario() = default;

  // scenario_device.cpp: `device`
  void open(std::uint8_t how);
  void close(std::uint8_t how);
  void describe(std::uint8_t how);
  void set_format(std::uint8_t how);
  void set_interval(std::uint8_t how);
  void list_modes(std::uint8_t how);
  void convert(std::uint8_t how);
  void look_at_input(std::uint8_t how);
  void follow_signal(std::uint8_t how);
  void fetch_events(std::uint8_t how);
  void select(std::uint8_t how);
  void ask_controls(std::uint8_t how);
  void identify(std::uint8_t how);
  void choose_node(std::uint8_t how);
  void use_system(std::uint8_t how);
  void read_graph(std::uint8_t how);
  void rearrange(std::uint8_t how);

  // scenario_setup.cpp
  void watch_setup(std::uint8_t how);
  void look_again(std::uint8_t how);
  void meddle(std::uint8_t how);
  void fetch_event(std::uint8_t how);
  void restore_setup(std::uint8_t how);
  void read_controls(std::uint8_t how);

  // scenario_controls.cpp
  void list_controls(std::uint8_t how);
  void set_controls(std::uint8_t how);
  void watch_controls(std::uint8_t how);

  // scenario_inputs.cpp
  void choose_input(std::uint8_t how);
  void choose_signal(std::uint8_t how);
  void exchange_edid(std::uint8_t how);
  void set_by_text(std::uint8_t how);

  // scenario_metadata.cpp
  void read_metadata(std::uint8_t how);

  // scenario_stream.cpp: `stream`
  void request(std::uint8_t how);
  void free(std::uint8_t how);
  void export_planes(std::uint8_t how);
  void map_node(std::uint8_t how);
  void grow(std::uint8_t how);
  void shrink(std::uint8_t how);
  void retire(std::uint8_t how);
  void reinstate(std::uint8_t how);
  void queue(std::uint8_t how);
  void start(std::uint8_t how);
  void stop(std::uint8_t how);
  void next(std::uint8_t how);
  void try_next(std::uint8_t how);
  void stretch(std::uint8_t how);
  void give_back(std::uint8_t how);
  void read(std::uint8_t how);
  void raise(std::uint8_t how);
  void lower(std::uint8_t how);
  void rest(std::uint8_t how);

  void note(const v4l2::ControlChanged& change);
  void take(v4l2::Result<v4l2::Arrival> arrival);
  void inspect(const v4l2::Frame& frame);
  void set_targets(std::uint32_t index);
  void check_queued(const v4l2_buffer& buffer) const;
  [[nodiscard]] v4l2::BufferQueue* queue() const;

  /// Returns false for an Error. Checks that a message can name its errno and its call.
  template <class Result>
  bool good(const Result& result) {
    if (result) return true;
    const v4l2::Error& error = result.error();
    const std::string_view call{error.call};
    check(error.code > 0, "an error has an errno");
    check(!call.empty(), "an error names its call");
    check(error.code != EINTR || call == "mmap", "an interrupted call is made again");
    return false;
  }

  FuzzKernel kernel_;  // first, so that it outlives all
  v4l2::TracingKernel tracing_;
  v4l2::Waker waker_;
  v4l2::Format format_;
  std::optional<v4l2::Input> input_;
  std::optional<v4l2::DeviceSettings> setup_;
  v4l2::ControlList controls_;  // those that were listed last, on whatever device
  v4l2::Identity identity_;
  bool identified_{};  // for the second time
  // The generation changes with each allocation. A frame may outlive its buffers.
  std::uint32_t generation_{};
  bool receiving_{};                     // a call waits for a frame
  std::uint32_t lent_{};                 // of this generation, a bit for each buffer
  std::list<Loan> loans_;                // a list, whose frames keep their addresses
  bool keeps_{};                         // OnRequeue::keep
  std::vector<v4l2::Mapping> memories_;  // of this process
  std::vector<v4l2::UniqueFd> shared_;   // of another device
  std::vector<std::vector<v4l2::PlaneTarget>> targets_;
  v4l2::Reader::Slots slots_;
  std::shared_ptr<v4l2::BufferQueue> read_queue_;
  std::vector<v4l2::MappedFrame> mapped_;
  std::optional<v4l2::Device> device_;
  std::optional<v4l2::Buffers> buffers_;
  std::optional<v4l2::Stream> stream_;
  std::optional<v4l2::Reader> reader_;
};

}  // namespace fuzz
