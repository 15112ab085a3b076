# The path of newcomer.sh, which runs it as root in a minimal root of a release of Debian. Prints the time of each step.
# shellcheck shell=sh

# step NAME COMMAND...: runs a step, and prints how long it took. What it prints is shown if it fails.
step() {
  name=$1
  shift
  began=$(date +%s)
  if ! "$@" >/tmp/step.log 2>&1; then
    cat /tmp/step.log
    echo "FAILED: $name" >&2
    exit 1
  fi
  echo "$(($(date +%s) - began)) s: $name"
}

# as_newcomer COMMAND: runs a command in the sources, as a user who may use sudo.
as_newcomer() {
  su newcomer -c "export http_proxy='${http_proxy:-}' https_proxy='${https_proxy:-}' no_proxy='${no_proxy:-}'
    cd ~/v4l2cppsrc && $1"
}

# The user, and the sources as somebody may have unpacked them.
prepare() {
  apt-get update -qq && apt-get install -qq -y --no-install-recommends sudo
  useradd --create-home newcomer
  echo 'Defaults env_keep += "http_proxy https_proxy no_proxy DEBIAN_FRONTEND"
newcomer ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/newcomer
  su newcomer -c 'mkdir ~/v4l2cppsrc && tar --extract --file /source/source.tar --directory ~/v4l2cppsrc'
}

picture() {
  as_newcomer 'sh tests/demo.sh'
  [ "$(head -c 4 /home/newcomer/v4l2cppsrc/demo/snapshot.png | tail -c 3)" = PNG ] &&
    [ -s /home/newcomer/v4l2cppsrc/demo/video.mkv ]
}

tests() {
  # Meson shows no text that belongs to a point.
  as_newcomer 'sh tests/run.sh || { grep -A 40 "^not ok" build/meson-logs/testlog.txt; exit 1; }' &&
    tail -n 1 /tmp/step.log | grep -q ' passed, 0 failed$'
}

packages() {
  as_newcomer 'sudo apt-get -y install build-essential && sudo apt-get -y build-dep ./ && dpkg-buildpackage -us -uc &&
    sudo apt-get -y install ../gstreamer1.0-v4l2cpp_*.deb ../v4l2cpp-describe_*.deb && gst-inspect-1.0 v4l2cppsrc'
}

# A USB camera with a serial number is plugged into a virtual machine that has the installed packages.
camera() {
  as_newcomer "ninja -C build tests/usbcam/usbcam && sh tests/vm/run.sh --usbcam-binary build/tests/usbcam/usbcam \
    --usbcam '--bulk --serial A1B2C3' -- sh tests/newcomer/camera.sh"
}

prepare >/tmp/prepare.log 2>&1 || {
  cat /tmp/prepare.log
  exit 1
}
step "sh tests/demo.sh shows a picture" picture
if [ "$1" != --without-tests ]; then
  step "sh tests/run.sh passes" tests
  tail -n 1 /tmp/step.log
fi
step "the packages are built and installed" packages
step "a camera by its serial number, a control while it plays, and an error" camera
sed -n 's/^step: //p' /tmp/step.log
