# Setting up a build directory. Read by the scripts of the tests; the current folder is the project's.
# shellcheck shell=sh

# configure DIRECTORY MESON_OPTION...: sets it up with these options, or anew where it had others: a build
# without QEMU has no test of the VM. A compiler that comes after this release has warnings that nobody here has
# seen, and a user must not be stopped by them; so a warning is an error only where V4L2CPP_WERROR=true says so,
# as CI does.
configure() {
  directory=$1
  shift
  set -- -Dwerror="${V4L2CPP_WERROR:-false}" "$@"
  if [ ! -f "$directory/build.ninja" ]; then
    meson setup "$directory" "$@" || return
  elif [ "$(cat "$directory/options" 2>/dev/null)" != "$*" ]; then
    meson configure "$directory" "$@" || return
  fi
  echo "$*" >"$directory/options"
}
