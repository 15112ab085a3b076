# Makes minimal roots of Debian's releases. The scripts of the tests source it after packages.sh. They set `release`,
# such as trixie, and `root`, a folder in $roots.
# shellcheck shell=sh

roots=${V4L2CPP_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/v4l2cppsrc-vm}/roots

give_up() {
  echo "${0##*/}: $*" >&2
  exit 2
}

# Prints the mirror from which this machine's apt takes Debian's packages.
mirror_of_apt() {
  # shellcheck disable=SC2016  # For apt to fill in.
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Identifier: Packages' 2>/dev/null |
    sed -n 's/^Debian Debian //p' | head -n 1
}

find_mirror() {
  mirror=${V4L2CPP_MIRROR:-$(mirror_of_apt)}
  [ -z "$mirror" ] || return 0
  quietly as_root apt-get update -qq || :
  mirror=$(mirror_of_apt)
  [ -n "$mirror" ] || give_up "apt takes nothing from Debian here; name a mirror in V4L2CPP_MIRROR"
}

# Prints the release's debootstrap script. An old debootstrap has no script for a newer release; sid's script
# makes each of those.
script_for() {
  scripts=${DEBOOTSTRAP_DIR:-/usr/share/debootstrap}/scripts
  if [ -e "$scripts/$release" ]; then echo "$scripts/$release"; else echo "$scripts/sid"; fi
}

# Makes $root, a root of $release and $architecture with all that a cross build and its tests need, and with a kernel. The
# packages are only unpacked, since their scripts would have to be emulated. What these would make is made here.
make_foreign_root() {
  # The headers are for the modules that Debian's kernels lack.
  case $architecture in
    armhf) kernel='linux-image-armmp linux-headers-armmp' ;;
    *) kernel="linux-image-$architecture linux-headers-$architecture" ;;
  esac
  case $release in
    bookworm) libraries='libc6-dev libstdc++-12-dev linux-libc-dev' ;;
    *) libraries='libc6-dev libstdc++-14-dev linux-libc-dev' ;;
  esac
  # The compiler and Meson are this machine's.
  development=$(printf '%s\n' $build_packages | grep -E '^lib.*-dev$')
  # shellcheck disable=SC2086,SC2116  # One line of words.
  packages=$(echo $libraries $development $test_packages dash coreutils diffutils findutils grep gzip sed mawk util-linux \
    procps kmod busybox-static base-passwd $kernel)
  recipe="$packages, made by $(cksum <tests/scripts/roots.sh)"
  [ "$(cat "$root/etc/v4l2cpp-recipe" 2>/dev/null)" != "$recipe" ] || return 0
  as_root rm -rf "$root"
  need mmdebstrap debian-archive-keyring shared-mime-info
  find_mirror
  echo "==> Making a root of Debian $release for $architecture in $root"
  mkdir -p "$roots"
  new=$(mktemp -d "$roots/new.XXXXXX")
  trap 'as_root rm -rf "$new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  quietly as_root mmdebstrap --quiet --variant=extract --architectures="$architecture" \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$packages" "$release" "$new/root" "$mirror" ||
    give_up "could not make a root of $release for $architecture from $mirror"
  [ -e "$new/root/usr/bin/awk" ] || as_root ln -s mawk "$new/root/usr/bin/awk"
  [ -e "$new/root/usr/bin/sh" ] || as_root ln -s ../../bin/sh "$new/root/usr/bin/sh"
  # update-alternatives would link these.
  for library in blas lapack; do
    # shellcheck disable=SC2016
    as_root sh -c 'for file in "$1"/usr/lib/*/"$2/lib$2.so.3"; do
      [ ! -e "$file" ] || ln -sf "$2/lib$2.so.3" "${file%/*/*}/lib$2.so.3"; done' sh "$new/root" "$library"
  done
  # The file is the same on each architecture. GTK knows a picture by it.
  quietly as_root update-mime-database "$new/root/usr/share/mime" || give_up "could not index the media types of $new/root"
  for list in passwd group; do as_root cp "$new/root/usr/share/base-passwd/$list.master" "$new/root/etc/$list"; done
  # Absolute links lead out of the root when the linker follows them.
  # shellcheck disable=SC2016
  quietly as_root sh -euc '
    find "$1" -type l -lname "/*" | while read -r link; do
      target=$1$(readlink "$link")
      [ ! -e "$target" ] || ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$target")" "$link"
    done
  ' sh "$new/root"
  echo "$recipe" | as_root tee "$new/root/etc/v4l2cpp-recipe" >/dev/null
  as_root mv -T "$new/root" "$root"
  rmdir "$new"
  trap - EXIT HUP INT TERM
}

# Makes $root, a minimal root of $release. The mounts are in a mount namespace of their own, so none is left, whatever
# happens. At times debootstrap gives up on a package that needs another one configured first; dpkg finds the order.
make_root() {
  need debootstrap debian-archive-keyring
  find_mirror
  echo "==> Making a root of Debian $release in $root"
  mkdir -p "$roots"
  new=$(mktemp -d "$roots/new.XXXXXX")
  trap 'as_root rm -rf "$new"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 755 "$new"
  # shellcheck disable=SC2016  # For the other shell.
  quietly as_root unshare --mount sh -c '
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    debootstrap --variant=minbase --keyring="$keyring" "$1" "$2" "$3" "$4" || chroot "$2" dpkg --configure -a
    # The lists of a mirror that stands still for a while are past their date. apt refuses such lists, but
    # debootstrap does not. Signatures are still checked, and only tests run in this root.
    echo "Acquire::Check-Valid-Until \"false\";" >"$2/etc/apt/apt.conf.d/90any-date"
  ' sh "$release" "$new" "$mirror" "$(script_for)" || give_up "could not make a root of $release from $mirror"
  as_root mv -T "$new" "$root"
  trap - EXIT HUP INT TERM
}
