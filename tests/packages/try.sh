# Installs the packages of /packages in a minimal root, as root, and uses them. tests/packages/debian.sh runs it there.
# shellcheck shell=sh

apt() {
  apt-get -y -qq "$@" >/tmp/apt.log 2>&1 || {
    cat /tmp/apt.log
    exit 1
  }
}

# as_user COMMAND: runs a command as a user without rights.
as_user() { su user -c "$1"; }

apt update
useradd --create-home user
cp /packages/*.deb /packages/libv4l2fake.so /tmp
tar --extract --file /packages/source.tar --directory /tmp debian/tests/smoke
chmod -R a+rX /tmp/debian /tmp/*.deb

echo "==> Installing only what is needed"
apt install --no-install-recommends gstreamer1.0-tools /tmp/gstreamer1.0-v4l2cpp_*.deb /tmp/v4l2cpp-describe_*.deb
as_user 'sh /tmp/debian/tests/smoke'
dpkg -s gstreamer1.0-v4l2cpp | grep -x 'Gstreamer-Elements: .*v4l2cppsrc.*'
[ -e /usr/share/doc/gstreamer1.0-v4l2cpp/README.md ] && [ -e /usr/share/doc/gstreamer1.0-v4l2cpp/docs/errors.md ]

echo "==> Capturing"
as_user 'export LD_PRELOAD=/tmp/libv4l2fake.so
  v4l2cpp-describe --list /dev/video-fake && gst-launch-1.0 -q v4l2cppsrc device=/dev/video-fake num-buffers=20 ! \
    video/x-raw,format=YUY2,width=640,height=480 ! filesink location="$HOME/frames"'
[ "$(stat --format %s /home/user/frames)" -eq $((20 * 640 * 480 * 2)) ]
if as_user 'LC_ALL=C gst-launch-1.0 v4l2cppsrc device=/dev/video-none ! fakesink >"$HOME/log" 2>&1'; then exit 1; fi
grep -F "There is no device at '/dev/video-none'" /home/user/log

echo "==> Removing the packages"
apt purge gstreamer1.0-v4l2cpp v4l2cpp-describe
left=$(find / -xdev -path /tmp -prune -o -path /packages -prune -o -name '*v4l2cpp*' -print)
[ -z "$left" ] || {
  echo "These files are left: $left"
  exit 1
}
if as_user 'gst-inspect-1.0 v4l2cppsrc >/dev/null 2>&1'; then exit 1; fi
