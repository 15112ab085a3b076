# Setting up a build directory. Read by the scripts beside it; the current folder is the project's.
# shellcheck shell=sh

# configure DIRECTORY MESON_OPTION...: the first time with these options. A compiler that comes after this
# release has warnings that nobody here has seen, and a user must not be stopped by them; so a warning is an
# error only where V4L2CPP_WERROR=true says so, as CI does.
configure() {
  directory=$1
  shift
  if [ ! -f "$directory/build.ninja" ]; then
    meson setup "$directory" -Dwerror="${V4L2CPP_WERROR:-false}" "$@"
  elif [ -n "${V4L2CPP_WERROR:-}" ]; then
    meson configure "$directory" -Dwerror="$V4L2CPP_WERROR"
  fi
}
