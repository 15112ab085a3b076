#!/bin/sh
# Installs the build into an empty folder and runs what is there. Prints TAP.
#   install_test.sh BUILD_DIR BINDIR PLUGIN_DIR
# BINDIR and PLUGIN_DIR are the folders below the root that the build installs to.
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
DESTDIR=$root meson install -C "$1" --no-rebuild --quiet >"$root/log" 2>&1 || sed 's/^/# /' "$root/log"
failed=0
if "$root/$2/v4l2cpp-describe" --version | grep -q '^v4l2cpp-describe '; then
  echo "ok 1 - the tool is in $2 and runs"
else
  echo "not ok 1 - the tool is in $2 and runs"
  failed=1
fi
if [ -f "$root/$3/libgstv4l2cpp.so" ]; then
  echo "ok 2 - the plugin is in $3"
else
  echo "not ok 2 - the plugin is in $3"
  failed=1
fi
echo "1..2"
exit $failed
