#include "usbcam/control_endpoint.h"

#include <cerrno>
#include <utility>

#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

namespace usbcam {
namespace {

Answer stall() {
  return {.status = -EPIPE, .data = {}};
}

Answer done(Effect effect = Effect::none) {
  return {.status = 0, .data = {}, .effect = effect};
}

Answer with(std::optional<Bytes> data) {
  return data ? Answer{.status = 0, .data = *std::move(data)} : stall();
}

constexpr std::uint8_t high_byte(std::uint16_t value) {
  return value >> 8;
}

constexpr std::uint8_t low_byte(std::uint16_t value) {
  return value & 0xff;
}

}  // namespace

ControlEndpoint::ControlEndpoint(Descriptors descriptors, Transfer transfer, Controls& controls,
                                 Negotiation& negotiation)
    : descriptors_{std::move(descriptors)},
      transfer_{transfer},
      controls_{controls},
      negotiation_{negotiation} {}

Answer ControlEndpoint::answer(const Setup& setup, ByteView data, bool no_bandwidth) {
  switch (setup.type & USB_TYPE_MASK) {
    case USB_TYPE_STANDARD:
      return standard(setup, no_bandwidth);
    case USB_TYPE_CLASS:
      if (low_byte(setup.index) == streaming_interface) return streaming(setup, data);
      return control(setup, data);
    default:
      return stall();
  }
}

std::optional<Bytes> ControlEndpoint::descriptor(std::uint8_t type, std::uint8_t index) const {
  switch (type) {
    case USB_DT_DEVICE:
      return descriptors_.device;
    case USB_DT_CONFIG:
      return descriptors_.configuration;
    case USB_DT_DEVICE_QUALIFIER:
      return descriptors_.qualifier;
    case USB_DT_STRING:
      if (index < descriptors_.strings.size()) return descriptors_.strings[index];
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Answer ControlEndpoint::standard(const Setup& setup, bool no_bandwidth) const {
  switch (setup.request) {
    case USB_REQ_GET_DESCRIPTOR:
      return with(descriptor(high_byte(setup.value), low_byte(setup.value)));
    case USB_REQ_GET_STATUS:
      return with(Bytes{0, 0});
    case USB_REQ_GET_CONFIGURATION:
      return with(Bytes{1});
    case USB_REQ_GET_INTERFACE:
      return with(Bytes{0});
    case USB_REQ_SET_CONFIGURATION:
      return done(Effect::stop_stream);
    case USB_REQ_SET_INTERFACE:
      if (setup.index != streaming_interface || transfer_ == Transfer::bulk) return done();
      if (setup.value == 0) return done(Effect::stop_stream);
      // vhci_hcd does not model the bus bandwidth. The status of this request is what
      // usb_set_interface() returns, and uvcvideo passes it on. So VIDIOC_STREAMON returns ENOSPC,
      // as with a host controller that has no time left for the endpoint.
      if (no_bandwidth) return {.status = -ENOSPC, .data = {}};
      return done(Effect::start_stream);
    case USB_REQ_CLEAR_FEATURE:
      // A bulk camera gets no other sign of the stream's end. uvcvideo clears the halt of its
      // endpoint (uvc_video_stop_streaming).
      if (setup.type == USB_RECIP_ENDPOINT && setup.index == video_endpoint &&
          transfer_ == Transfer::bulk) {
        return done(Effect::stop_stream);
      }
      return done();
    case USB_REQ_SET_FEATURE:
      return done();
    default:
      return stall();
  }
}

Answer ControlEndpoint::streaming(const Setup& setup, ByteView data) {
  auto selector = high_byte(setup.value);
  if (selector != UVC_VS_PROBE_CONTROL && selector != UVC_VS_COMMIT_CONTROL) return stall();
  if (setup.request != UVC_SET_CUR) return with(negotiation_.get(setup.request));
  negotiation_.set(data);
  // A bulk stream starts with the commit, an isochronous one with its alternate setting.
  bool starts = selector == UVC_VS_COMMIT_CONTROL && transfer_ == Transfer::bulk;
  return done(starts ? Effect::start_stream : Effect::none);
}

Answer ControlEndpoint::control(const Setup& setup, ByteView data) {
  auto entity = high_byte(setup.index);
  auto selector = high_byte(setup.value);
  if (entity == 0) {
    if (selector != UVC_VC_REQUEST_ERROR_CODE_CONTROL) return stall();
    return with(Bytes{static_cast<std::uint8_t>(std::exchange(refusal_, Refusal::none))});
  }
  if (setup.request == UVC_SET_CUR) {
    refusal_ = controls_.set(Entity{entity}, selector, data);
    return refusal_ == Refusal::none ? done() : stall();
  }
  auto value = controls_.get(Entity{entity}, selector, setup.request);
  refusal_ = value ? Refusal::none : value.error();
  return value ? with(*std::move(value)) : stall();
}

}  // namespace usbcam
