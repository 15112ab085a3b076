#include "usbcam/usbip.h"

#include <cerrno>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace usbcam {
namespace {

// All numbers on the connection are big-endian.

constexpr std::uint32_t submit_command = 1;
constexpr std::uint32_t unlink_command = 2;
constexpr std::uint32_t submit_reply = 3;
constexpr std::uint32_t unlink_reply = 4;

/// A Header begins each message. The command decides what `fields` mean.
struct Header {
  std::uint32_t command{};
  std::uint32_t sequence{};
  std::uint32_t device{};
  std::uint32_t is_input{};
  std::uint32_t endpoint{};
  std::array<std::uint32_t, 5> fields{};
  std::array<std::uint8_t, 8> setup{};
};

static_assert(sizeof(Header) == 48);

// These are the fields of a submission.
constexpr int length_field = 1;
constexpr int packets_field = 3;
// These are the fields of its reply.
constexpr int status_field = 0;
constexpr int actual_length_field = 1;
constexpr int packet_count_field = 3;

/// uvcvideo never asks for more packets. A larger number means that the messages are out of step.
constexpr std::uint32_t most_packets = 1024;

IsoPacket swapped(const IsoPacket& packet, std::uint32_t (*swap)(std::uint32_t)) {
  return {.offset = swap(packet.offset),
          .length = swap(packet.length),
          .actual_length = swap(packet.actual_length),
          .status = swap(packet.status)};
}

Header reply(std::uint32_t command, std::uint32_t sequence, std::int32_t status) {
  Header header{};
  header.command = htonl(command);
  header.sequence = htonl(sequence);
  header.fields[status_field] = htonl(static_cast<std::uint32_t>(status));
  return header;
}

}  // namespace

Result<Bytes> UsbIpLink::read(std::size_t size) const {
  Bytes bytes(size);
  std::size_t done = 0;
  while (done < size) {
    auto count = ::recv(socket_.get(), bytes.data() + done, size - done, 0);
    if (count == 0) return failure("the host has closed the connection");
    if (count < 0 && errno != EINTR) return call_failure("recv");
    if (count > 0) done += count;
  }
  return bytes;
}

Result<> UsbIpLink::write(ByteView head, ByteView body, ByteView tail) const {
  // One call writes all three parts. A frame takes hundreds of messages, and an emulated machine is
  // slow.
  std::array<iovec, 3> parts{};
  std::size_t part_count = 0;
  std::size_t left = 0;
  for (ByteView part : {head, body, tail}) {
    if (part.empty()) continue;
    parts[part_count++] = {.iov_base = const_cast<std::uint8_t*>(part.data()),
                           .iov_len = part.size()};
    left += part.size();
  }
  auto* next = parts.data();
  while (left > 0) {
    msghdr message{};
    message.msg_iov = next;
    message.msg_iovlen = parts.data() + part_count - next;
    auto count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return call_failure("sendmsg");
    left -= count;
    auto sent = static_cast<std::size_t>(count);
    while (sent > 0 && sent >= next->iov_len)
      sent -= (next++)->iov_len;
    if (sent > 0) {
      next->iov_base = static_cast<std::uint8_t*>(next->iov_base) + sent;
      next->iov_len -= sent;
    }
  }
  return {};
}

Result<Request> UsbIpLink::receive() const {
  auto bytes = read(sizeof(Header));
  if (!bytes) return std::unexpected{bytes.error()};
  auto header = from_bytes<Header>(*bytes);
  auto sequence = ntohl(header.sequence);
  if (ntohl(header.command) == unlink_command) {
    return Unlink{.sequence = sequence, .target = ntohl(header.fields[0])};
  }
  if (ntohl(header.command) != submit_command) return failure("unknown USB/IP command");

  Submit submit{.sequence = sequence,
                .endpoint = ntohl(header.endpoint),
                .is_input = ntohl(header.is_input) != 0,
                .length = ntohl(header.fields[length_field]),
                .setup = header.setup,
                .data = {},
                .packets = {}};
  if (!submit.is_input && submit.length > 0) {
    auto data = read(submit.length);
    if (!data) return std::unexpected{data.error()};
    submit.data = *std::move(data);
  }
  // A transfer without packets has the number 0 or -1.
  auto count = ntohl(header.fields[packets_field]);
  if (count > most_packets) count = 0;
  for (std::uint32_t packet = 0; packet < count; ++packet) {
    auto packet_bytes = read(sizeof(IsoPacket));
    if (!packet_bytes) return std::unexpected{packet_bytes.error()};
    submit.packets.push_back(swapped(from_bytes<IsoPacket>(*packet_bytes), ntohl));
  }
  return submit;
}

Result<> UsbIpLink::complete(const Completion& completion) const {
  Header header = reply(submit_reply, completion.sequence, completion.status);
  auto length = completion.data.empty() ? completion.output_length
                                        : static_cast<std::uint32_t>(completion.data.size());
  header.fields[actual_length_field] = htonl(length);
  header.fields[packet_count_field] = htonl(static_cast<std::uint32_t>(completion.packets.size()));
  Bytes tail;
  for (const IsoPacket& packet : completion.packets) {
    append(tail, bytes_of(swapped(packet, htonl)));
  }
  return write(bytes_of(header), completion.data, tail);
}

Result<> UsbIpLink::acknowledge(const Unlink& unlink, bool was_waiting) const {
  return write(bytes_of(reply(unlink_reply, unlink.sequence, was_waiting ? -ECONNRESET : 0)), {},
               {});
}

}  // namespace usbcam
