#include "usbcam/camera.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace usbcam {
namespace {

constexpr unsigned number_of(std::uint8_t endpoint) {
  return endpoint & 0x0f;
}

/// The camera keeps the latest messages that no transfer has fetched.
constexpr std::size_t most_messages = 16;

Offer offer_of(const Options& options) {
  return make_offer(options.codecs, options.sizes, options.intervals);
}

}  // namespace

Camera::Camera(const Options& options)
    : transfer_{options.transfer},
      negotiation_{offer_of(options), transfer_, largest_frame(options.content)},
      control_endpoint_{make_descriptors(options.identity, offer_of(options), transfer_, controls_),
                        transfer_, controls_, negotiation_},
      streamer_{options.content, faults_} {
  if (options.stepped) streamer_.hold();
}

Result<> Camera::plug(std::optional<unsigned> port) {
  if (attachment_) return failure("already plugged in");
  auto attachment = attach(port);
  if (!attachment) return std::unexpected{attachment.error()};
  attachment_ = std::move(*attachment);
  std::cerr << "usbcam: plugged in at port " << attachment_->port << '\n';
  return {};
}

void Camera::disconnect() {
  attachment_.reset();
  streamer_.forget();
  status_urbs_.clear();
  status_messages_.clear();
  controls_.reset();  // a camera without power forgets its settings
}

Result<> Camera::unplug() {
  if (!attachment_) return failure("not plugged in");
  auto port = attachment_->port;
  auto device = bus_id(port);
  disconnect();
  std::cerr << "usbcam: unplugged\n";
  return wait_until_gone(port, device);
}

std::optional<int> Camera::descriptor() const {
  if (!attachment_) return std::nullopt;
  return attachment_->link.descriptor();
}

Result<std::string> Camera::node() const {
  if (!attachment_) return failure("not plugged in");
  return video_node(bus_id(attachment_->port));
}

/// Handles the result of a call on the link. After an error the connection is useless.
void Camera::keep_if(const Result<>& outcome) {
  if (outcome) return;
  std::cerr << "usbcam: disconnected: " << outcome.error().what << '\n';
  disconnect();
}

void Camera::serve() {
  if (attachment_) keep_if(serve(attachment_->link));
}

Result<> Camera::serve(const UsbIpLink& link) {
  auto request = link.receive();
  if (!request) return std::unexpected{request.error()};
  return std::visit([&](const auto& kind) { return handle(link, kind); }, *request);
}

void Camera::pump() {
  for (const Completion& completion : streamer_.pump(Clock::now())) {
    if (attachment_) keep_if(attachment_->link.complete(completion));
  }
}

Result<> Camera::handle(const UsbIpLink& link, const Submit& submit) {
  if (submit.endpoint == 0) return control_transfer(link, submit);
  if (submit.endpoint == number_of(status_endpoint)) {
    status_urbs_.push_back(submit);
    return send_status(link);
  }
  streamer_.submit(submit);
  return {};
}

Result<> Camera::handle(const UsbIpLink& link, const Unlink& unlink) {
  bool was_waiting =
      streamer_.cancel(unlink.target) || std::erase_if(status_urbs_, [&](const Submit& urb) {
                                           return urb.sequence == unlink.target;
                                         }) > 0;
  return link.acknowledge(unlink, was_waiting);
}

Result<> Camera::control_transfer(const UsbIpLink& link, const Submit& submit) {
  auto setup = from_bytes<Setup>(submit.setup);
  bool no_bandwidth =
      faults_.bandwidth && bytes_per_second(negotiation_.mode()) > *faults_.bandwidth;
  Answer answer = control_endpoint_.answer(setup, submit.data, no_bandwidth);
  if (answer.effect == Effect::start_stream) {
    streamer_.start(negotiation_.mode(), Clock::now());
  } else if (answer.effect == Effect::stop_stream) {
    streamer_.stop();
  }
  answer.data.resize(std::min<std::size_t>(answer.data.size(), setup.length));
  return link.complete({.sequence = submit.sequence,
                        .status = answer.status,
                        .data = std::move(answer.data),
                        .output_length = submit.is_input ? 0 : submit.length,
                        .packets = {}});
}

Result<> Camera::change_control(std::string_view name, std::int32_t value) {
  auto message = controls_.change(name, value);
  if (!message) return std::unexpected{message.error()};
  if (!attachment_) return {};
  status_messages_.push_back(*std::move(message));
  if (status_messages_.size() > most_messages) status_messages_.pop_front();
  return send_status(attachment_->link);
}

Result<> Camera::send_status(const UsbIpLink& link) {
  while (!status_urbs_.empty() && !status_messages_.empty()) {
    auto sent = link.complete({.sequence = status_urbs_.front().sequence,
                               .data = status_messages_.front(),
                               .packets = {}});
    status_urbs_.pop_front();
    status_messages_.pop_front();
    if (!sent) return sent;
  }
  return {};
}

}  // namespace usbcam
