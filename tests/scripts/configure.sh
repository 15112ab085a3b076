# Sets up build directories. The scripts of the tests source it, with the project as current folder.
# shellcheck shell=sh

# configure DIRECTORY MESON_OPTION...: sets DIRECTORY up, or changes the options of an earlier setup. A build without
# QEMU has no test of the VM. A newer compiler has warnings that this release has not seen, and these must not stop a
# user. So a warning is an error only with V4L2CPP_WERROR=true, as in CI. V4L2CPP_DEBUG=false leaves out what a
# debugger needs: the build takes a fifth less time then, and a tenth of the space. $cross_file is Meson's file of another
# architecture, if it is one; it can't be changed later.
configure() {
  directory=$1
  shift
  set -- -Dwerror="${V4L2CPP_WERROR:-false}" -Ddebug="${V4L2CPP_DEBUG:-true}" "$@"
  if [ ! -f "$directory/build.ninja" ]; then
    meson setup "$directory" ${cross_file:+--cross-file "$cross_file"} "$@" || return
  elif [ "$(cat "$directory/options" 2>/dev/null)" != "$*" ]; then
    meson configure "$directory" "$@" || return
  fi
  echo "$*" >"$directory/options"
}
