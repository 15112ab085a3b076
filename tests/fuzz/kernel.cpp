#include "fuzz/kernel.h"

#include <array>
#include <cerrno>
#include <limits>

#include <sys/mman.h>

#include "fuzz/check.h"
#include "fuzz/reach.h"

namespace fuzz {
namespace {

constexpr std::array likely_errors{EINVAL,  ENOTTY,  ENODEV,  EIO,    EBUSY,    EAGAIN, EINTR,
                                   EPIPE,   ENOMEM,  ENOSPC,  EACCES, ENOLCK,   ERANGE, ENOENT,
                                   ENOLINK, ENODATA, ENOBUFS, EPROTO, ETIMEDOUT};
/// The limit keeps an execution fast. A longer plane can't be mapped.
constexpr std::size_t longest_mapping = 1U << 18U;

}  // namespace

FuzzKernel::FuzzKernel(Bytes input, std::uint8_t traits)
    : input_{input}, device_{traits, process_} {
  process_.synchronise = [this] {
    return choose() == Way::failure ? fail() : 0;
  };
}

FuzzKernel::Way FuzzKernel::choose() {
  ++calls_;
  if (input_.empty()) return Way::failure;
  const auto byte = input_.take();
  if (byte < 0xb0) return Way::truth;
  if (byte < 0xc8) return Way::altered;
  if (byte < 0xd4) return Way::forced;
  if (byte < 0xdc) return Way::garbage;
  if (byte < 0xf4) return Way::failure;
  return Way::altered_failure;
}

int FuzzKernel::fail() {
  constexpr int errors = 133;  // of Linux
  const auto byte = input_.take();
  errno = input_.empty() ? ENODEV
          : byte < 0xc0  ? likely_errors[byte % likely_errors.size()]
                         : 1 + input_.take() % errors;
  return -1;
}

void FuzzKernel::change(std::span<std::byte> bytes) {
  constexpr std::array edges{0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU};
  for (unsigned left = 1 + input_.take() % 4; left > 0; --left) {
    const auto place = input_.take<std::uint16_t>() % bytes.size();
    const auto kind = input_.take();
    const auto word = bytes.size() < sizeof(std::uint32_t)
                          ? bytes.first(0)
                          : bytes.subspan(std::min(place / 4 * 4, bytes.size() - 4), 4);
    if (kind % 3 == 0 || word.empty()) {
      bytes[place] = input_.take<std::byte>();
    } else if (kind % 3 == 1) {
      std::memcpy(word.data(), &edges[kind / 3U % edges.size()], word.size());
    } else {
      std::uint32_t number{};
      std::memcpy(&number, word.data(), word.size());
      number += static_cast<std::uint32_t>(input_.take<std::int8_t>());
      std::memcpy(word.data(), &number, word.size());
    }
  }
}

int FuzzKernel::open(const char* path, int) {
  const auto way = choose();
  if (way >= Way::failure) return fail();
  const int descriptor = process_.open_descriptor(-1);
  if (std::string_view{path} == metadata_path) metadata_descriptors_.push_back(descriptor);
  return descriptor;
}

bool FuzzKernel::has_metadata(int descriptor) const {
  return std::ranges::find(metadata_descriptors_, descriptor) != metadata_descriptors_.end();
}

int FuzzKernel::ioctl(int descriptor, unsigned long request, void* argument) {
  check(process_.is_open(descriptor), "what is called is open");
  const bool metadata = has_metadata(descriptor);
  if (request == VIDIOC_QBUF && before_queue) {
    const auto& buffer = *static_cast<const v4l2_buffer*>(argument);
    if (buffer.type != V4L2_BUF_TYPE_META_CAPTURE) before_queue(buffer);
  }
  const Reach reach{request, argument};
  const auto way = choose();
  const auto alter = [this](std::span<std::byte> bytes) {
    change(bytes);
  };
  switch (way) {
    case Way::failure:
      return fail();
    case Way::altered_failure:
      // An interrupted call changes none of its arguments (video_usercopy() in v4l2-ioctl.c). So
      // the caller may repeat it.
      if (const int done = fail(); errno == EINTR) return done;
      reach.write(alter);
      return -1;
    case Way::garbage:
      reach.write([this](std::span<std::byte> bytes) { input_.fill(bytes); });
      break;
    case Way::forced:
      reach.write(alter);
      break;
    case Way::truth:
    case Way::altered:
      if (const int error =
              metadata ? metadata_.answer(request, argument) : device_.answer(request, argument);
          error != 0) {
        errno = error;
        return -1;
      }
      if (way == Way::altered) reach.write(alter);
      return 0;
  }
  if (request == VIDIOC_EXPBUF)
    static_cast<v4l2_exportbuffer*>(argument)->fd =
        process_.open_descriptor(input_.take<std::int16_t>());
  return 0;
}

void* FuzzKernel::mmap(std::size_t length, int descriptor, std::int64_t) {
  check(process_.is_open(descriptor), "what is mapped is open");
  const auto refuse = [](int error) {
    errno = error;
    return MAP_FAILED;
  };
  const auto way = choose();
  if (way >= Way::failure) {
    static_cast<void>(fail());
    return MAP_FAILED;
  }
  if (length == 0) return refuse(EINVAL);
  if (length > longest_mapping) return refuse(ENOMEM);
  auto* const mapped = process_.map(length);
  // The core reads metadata, and no picture.
  if (has_metadata(descriptor)) {
    const std::span bytes{static_cast<std::byte*>(mapped), length};
    MetadataDevice::write(bytes);
    if (way != Way::truth) change(bytes.first(std::min(length, MetadataDevice::header)));
  }
  return mapped;
}

short FuzzKernel::happening(const pollfd& asked) const {
  if (waker != nullptr && asked.fd == waker->descriptor()) return waker->raised() ? POLLIN : 0;
  check(process_.is_open(asked.fd), "what is waited for is open");
  const bool metadata = has_metadata(asked.fd);
  const bool frame = metadata ? metadata_.ready() : device_.ready() || device_.has(read_only);
  const bool event = !metadata && device_.has_event();
  const int news = (frame ? POLLIN : 0) | (event ? POLLPRI : 0);
  return static_cast<short>(news & asked.events);
}

int FuzzKernel::poll(std::span<pollfd> descriptors, int) {
  const auto way = choose();
  if (way >= Way::failure) return fail();
  if (way == Way::altered && meanwhile) meanwhile(input_.take());
  for (auto& asked : descriptors) {
    asked.revents = happening(asked);
    if (way == Way::forced || way == Way::garbage) asked.revents = input_.take();
  }
  return static_cast<int>(
      std::ranges::count_if(descriptors, [](const pollfd& asked) { return asked.revents != 0; }));
}

ssize_t FuzzKernel::read(int descriptor, std::span<std::byte> into) {
  check(process_.is_open(descriptor), "what is read is open");
  const auto way = choose();
  if (way >= Way::failure) return fail();
  if (way == Way::garbage) return input_.take<std::uint32_t>();  // which no kernel does
  const auto length = way == Way::truth
                          ? into.size()
                          : std::min<std::size_t>(input_.take<std::uint16_t>(), into.size());
  if (length == 0) return 0;
  into[0] = into[length - 1] = std::byte{1};
  return static_cast<ssize_t>(length);
}

std::chrono::nanoseconds FuzzKernel::monotonic_time() {
  if (choose() == Way::truth) return std::chrono::milliseconds{calls_};
  return std::chrono::nanoseconds{input_.take<std::int64_t>() &
                                  std::numeric_limits<std::int64_t>::max()};
}

std::chrono::nanoseconds FuzzKernel::wall_time(clockid_t /*clock*/) {
  return monotonic_time();
}

std::string FuzzKernel::text(std::string truth) {
  const auto way = choose();
  if (way >= Way::failure) return {};
  if (way == Way::altered && !truth.empty()) change(std::as_writable_bytes(std::span{truth}));
  if (way == Way::forced || way == Way::garbage) {
    truth.resize(input_.take());
    input_.fill(std::as_writable_bytes(std::span{truth}));
  }
  // The text ends at a null, as one from C functions does.
  return truth.substr(0, truth.find('\0'));
}

std::vector<std::string> FuzzKernel::list(const char*) {
  std::vector<std::string> names{"video0", "video1", "null",        "video2",
                                 "video3", "media0", "v4l-subdev0", "v4l-subdev1"};
  const auto way = choose();
  if (way >= Way::failure) return {};
  if (way == Way::truth) return names;
  for (unsigned left = input_.take() % 8; left > 0; --left)
    names.push_back(text("video4"));
  return names;
}

// This sysfs has three devices. They are a USB camera with two nodes, another one of the same make
// and serial, and one that is not on USB.

std::string FuzzKernel::device_number(const char* path) {
  const std::string_view name{path};
  if (name.starts_with("/dev/media")) return text("510:0");
  if (name.starts_with("/dev/v4l-subdev")) return text("81:12" + std::string{name.substr(15)});
  return text("81:" +
              std::string{name.substr(std::min(name.find_first_of("0123456789"), name.size()))});
}

std::string FuzzKernel::real_path(const char* path) {
  const std::string_view link{path};
  if (link.ends_with("81:0/device")) return text("/sys/devices/usb1/1-1/1-1.2/1-1.2:1.0");
  if (link.ends_with("81:1/device")) return text("/sys/devices/usb1/1-1/1-1.2/1-1.2:1.1");
  if (link.ends_with("81:2/device")) return text("/sys/devices/usb1/1-3/1-3:1.0");
  return text("/sys/devices/platform/vivid.0");
}

std::string FuzzKernel::read_text(const char* path) {
  const std::string_view file{path};
  if (file.ends_with("/name")) return text("Camera");
  if (file.ends_with("/index")) return text("0");
  const bool usb = file.ends_with("1-1.2/idVendor") || file.ends_with("1-3/idVendor");
  if (file.ends_with("/idVendor")) return text(usb ? "046d" : "");
  if (file.ends_with("/idProduct")) return text("0825");
  if (file.ends_with("/serial")) return text("1234");
  return text("480");
}

}  // namespace fuzz
