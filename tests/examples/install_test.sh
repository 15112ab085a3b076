#!/bin/sh
# Installs the build into an empty folder and runs what is there. Prints TAP.
#   install_test.sh BUILD_DIR BINDIR PLUGIN_DIR MANDIR
# BINDIR, PLUGIN_DIR and MANDIR are the folders below the root that the build installs to.
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
DESTDIR=$root meson install -C "$1" --no-rebuild --quiet >"$root/log" 2>&1 || sed 's/^/# /' "$root/log"
failed=0
tool=$root/$2/v4l2cpp-describe
if "$tool" --version | grep -q '^v4l2cpp-describe '; then
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
# has_each_option MANUAL: whether each option that the tool's help names is in the manual too.
has_each_option() {
  [ -f "$1" ] || return 1
  for option in $("$tool" --help | grep -oe '--[a-z]*' | sort -u); do
    sed 's/\\//g' "$1" | grep -qFe "$option" || return 1
  done
}
if has_each_option "$root/$4/man1/v4l2cpp-describe.1"; then
  echo "ok 3 - the manual is in $4 and has each option"
else
  echo "not ok 3 - the manual is in $4 and has each option"
  failed=1
fi
echo "1..3"
exit $failed
