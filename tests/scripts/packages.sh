# Installs missing packages on Debian and Ubuntu. The scripts of the tests source it. It needs no other file.
# shellcheck shell=sh

# The lists are for the build, the tests and the demo, and the virtual machine.
build_packages='g++ meson ninja-build pkg-config libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
  libjson-glib-dev libgtest-dev libjpeg-dev'
test_packages='gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly gstreamer1.0-x gstreamer1.0-gtk3 python3-opencv python3-gi python3-gst-1.0 gir1.2-gstreamer-1.0
  gir1.2-gst-plugins-base-1.0 gir1.2-gtk-3.0 gir1.2-gst-plugins-bad-1.0 gir1.2-gst-rtsp-server-1.0
  gstreamer1.0-nice gstreamer1.0-pipewire pipewire pipewire-bin wireplumber dbus-daemon python3-numpy xvfb xauth
  python3-matplotlib v4l-utils strace python3 ffmpeg relacy-dev dpkg-dev'
vm_packages='qemu-system-x86 busybox-static cpio kmod xz-utils zstd util-linux udev'
# The fuzzer also needs clang, its runtimes and the reader of its coverage.
fuzz_packages='clang-16 libclang-rt-16-dev llvm-16 g++ ninja-build python3'

# Runs a command silently. Shows its output if it fails.
quietly() {
  if ! said=$("$@" 2>&1); then
    printf '%s\n' "$said" >&2
    return 1
  fi
}

# Runs a command as root without a prompt. sudo must not wait for a password, since nobody may be there to type.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# install_packages NAME...
install_packages() {
  quietly as_root apt-get update -qq || :
  quietly as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get \
    -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" </dev/null
}

# Prints the package name of the release's newest clang. Root updates the package lists first, so that later callers
# get the same answer.
newest_clang() {
  find_clang() { apt-cache search --names-only '^clang-[0-9]+$' | sed 's/ .*//' | sort -V | tail -n 1; }
  [ "$(id -u)" -ne 0 ] || apt-get update -qq >/dev/null 2>&1 || :
  newest=$(find_clang)
  if [ -z "$newest" ]; then
    quietly as_root apt-get update -qq || :
    newest=$(find_clang)
  fi
  [ -n "$newest" ] || {
    echo "apt knows no clang" >&2
    return 1
  }
  echo "$newest"
}

# need NAME...: installs the missing ones of these packages. If it can't, it prints what to install and ends the
# script with status 2.
need() {
  if ! command -v apt-get >/dev/null 2>&1; then
    [ -z "${V4L2CPP_PACKAGES_ARE_THERE:-}" ] || return 0
    echo "This is no Debian or Ubuntu. Please install what these packages of Debian hold, then run" >&2
    echo "this again with V4L2CPP_PACKAGES_ARE_THERE=1 in the environment:" >&2
    echo "  $*" | tr -s ' \n' ' ' >&2
    echo >&2
    exit 2
  fi
  missing=
  for package; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      *' installed') ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  echo "==> Installing$missing"
  # shellcheck disable=SC2086  # Package names, to be split.
  install_packages $missing && return 0
  echo "Please install, as root: apt-get install$missing" >&2
  exit 2
}
