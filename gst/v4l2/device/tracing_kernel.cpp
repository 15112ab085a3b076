#include "device/tracing_kernel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/mman.h>

#include "device/request_text.h"
#include "device/text.h"
#include "kernel/request.h"

namespace v4l2 {
namespace {

/// The kernel reads the argument, by the direction in the request's number.
bool reads(unsigned long request) {
  return (_IOC_DIR(request) & _IOC_WRITE) != 0;
}

/// The kernel writes the argument.
bool writes(unsigned long request) {
  return (_IOC_DIR(request) & _IOC_READ) != 0;
}

/// The errno is the usual end of an enumeration, or says that there is nothing to fetch now.
bool usual(unsigned long request, int code) {
  if (code == EAGAIN || code == EINTR) return true;
  constexpr std::array<unsigned long, 7> enumerations{
      VIDIOC_ENUM_FMT,       VIDIOC_ENUM_FRAMESIZES, VIDIOC_ENUM_FRAMEINTERVALS,  VIDIOC_ENUMINPUT,
      VIDIOC_QUERY_EXT_CTRL, VIDIOC_QUERYCTRL,       VIDIOC_SUBDEV_ENUM_MBUS_CODE};
  if (code == EINVAL) return std::ranges::find(enumerations, request) != enumerations.end();
  return code == ENOENT && request == VIDIOC_DQEVENT;
}

}  // namespace

/// `code` is the errno of a call that failed, else 0. The sink may change errno, so it is set again
/// for the caller of the call.
void TracingKernel::tell(std::string line, int code, bool refused, const std::string& answer) {
  line += ": ";
  line += code == 0 ? answer
                    : std::generic_category().message(code) + " (" + std::to_string(code) + ")";
  sink_(line, refused);
  errno = code;
}

int TracingKernel::open(const char* path, int flags) {
  const int descriptor = kernel_->open(path, flags);
  const int code = descriptor < 0 ? errno : 0;
  if (tells(code != 0))
    tell(std::string{"open "} + path, code, code != 0, "descriptor " + std::to_string(descriptor));
  return descriptor;
}

int TracingKernel::ioctl(int descriptor, unsigned long request, void* argument) {
  const auto asked =
      refusals_only_ || !reads(request) ? std::string{} : argument_text(request, argument);
  const int answer = kernel_->ioctl(descriptor, request, argument);
  const int code = answer < 0 ? errno : 0;
  const bool refused = code != 0 && !usual(request, code);
  if (!tells(refused)) return answer;
  auto line = request_name(request) + "(" + std::to_string(descriptor) + ")";
  // A call that fails leaves its argument as it was, but for a driver or two.
  const auto question =
      asked.empty() && refused && reads(request) ? argument_text(request, argument) : asked;
  if (!question.empty()) line += ": " + question;
  const auto told = code == 0 && writes(request) ? argument_text(request, argument) : std::string{};
  tell(std::move(line), code, refused, told.empty() ? "done" : told);
  return answer;
}

void* TracingKernel::mmap(std::size_t length, int descriptor, std::int64_t offset) {
  void* const address = kernel_->mmap(length, descriptor, offset);
  const int code = address == MAP_FAILED ? errno : 0;
  if (tells(code != 0))
    tell("mmap(" + std::to_string(descriptor) + "): " + std::to_string(length) + " bytes from " +
             std::to_string(offset),
         code, code != 0, "done");
  return address;
}

int TracingKernel::poll(std::span<pollfd> descriptors, int timeout_ms) {
  const int ready = kernel_->poll(descriptors, timeout_ms);
  const int code = ready < 0 ? errno : 0;
  const bool refused = code != 0 && code != EINTR && code != EAGAIN;
  if (!tells(refused)) return ready;
  std::string asked;
  std::string answer{ready == 0 ? "nothing" : ""};
  for (const auto& one : descriptors) {
    asked += (asked.empty() ? "" : ", ") + std::to_string(one.fd);
    if (one.revents == 0) continue;
    answer += (answer.empty() ? "" : ", ") + std::to_string(one.fd) + " has " +
              hex(static_cast<unsigned short>(one.revents));
  }
  tell("poll(" + asked + "): " + (timeout_ms < 0 ? "no limit" : std::to_string(timeout_ms) + " ms"),
       code, refused, answer);
  return ready;
}

ssize_t TracingKernel::read(int descriptor, std::span<std::byte> into) {
  const auto got = kernel_->read(descriptor, into);
  const int code = got < 0 ? errno : 0;
  const bool refused = code != 0 && code != EINTR && code != EAGAIN;
  if (tells(refused))
    tell("read(" + std::to_string(descriptor) + "): " + std::to_string(into.size()) + " bytes",
         code, refused, std::to_string(got) + " bytes");
  return got;
}

std::chrono::nanoseconds TracingKernel::monotonic_time() {
  return kernel_->monotonic_time();
}

std::chrono::nanoseconds TracingKernel::wall_time(clockid_t clock) {
  return kernel_->wall_time(clock);
}

std::vector<std::string> TracingKernel::list(const char* directory) {
  return kernel_->list(directory);
}

std::string TracingKernel::read_text(const char* path) {
  return kernel_->read_text(path);
}

std::string TracingKernel::real_path(const char* path) {
  return kernel_->real_path(path);
}

std::string TracingKernel::device_number(const char* path) {
  return kernel_->device_number(path);
}

std::size_t TracingKernel::page_size() {
  return kernel_->page_size();
}

}  // namespace v4l2
