# The scripts that need a loopback device with a producer source this file.
# shellcheck shell=sh

# fed DEVICE: succeeds if a loopback device has a producer. Without one, v4l2loopback up to 0.12 has no format, and
# since 0.13 it has a format but no signal. A stream without a producer would keep the producer from setting a format.
fed() {
  v4l2-ctl -d "$1" --get-fmt-video >/dev/null 2>&1 && ! v4l2-ctl -d "$1" --list-inputs | grep -qi 'no signal'
}
