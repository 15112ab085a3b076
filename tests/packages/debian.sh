#!/bin/sh
# Builds Debian packages of this checkout, and tries them, on a release of Debian, whatever this machine has. The last
# line says whether all went well; the exit status is 0 then.
#   sh tests/packages/debian.sh [RELEASE[:ARCHITECTURE]]     bookworm, trixie or forky (default: that of this machine)
# 1. The package is built from the files that git knows, in a minimal root with nothing but the packages that it names
#    as needed to build, as a user without rights.
# 2. lintian looks at it. Its errors, warnings and hints are failures.
# 3. The packages are installed in another minimal root, where a user without rights tries them, and removed again.
# With arm64 or armhf as ARCHITECTURE the packages are cross-built, and tried in a virtual machine of that architecture, with its root of
# tests/matrix.sh.
# The packages are left in build-packages-RELEASE[-ARCHITECTURE]. A root of the release is made the first time, and kept.
# The steps run in overlays of it, which are removed. V4L2CPP_MIRROR is the mirror of Debian's packages, if apt does not
# know one.
set -eu
cd "$(dirname "$0")/../.."
project=$(pwd)
# shellcheck source=../scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=../scripts/roots.sh
. tests/scripts/roots.sh

# shellcheck source=/dev/null
release=${1:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
case $release in
  '' | -* | */*) give_up "usage: sh tests/packages/debian.sh [RELEASE[:ARCHITECTURE]]" ;;
esac
architecture=
case $release in
  *:*) architecture=${release#*:} release=${release%%:*} ;;
esac
need git
root=$roots/$release-minimal
output=$project/build-packages-$release${architecture:+-$architecture}
[ -d "$root" ] || make_root
overlay=$(mktemp -d "$roots/overlay.XXXXXX")
trap 'as_root rm -rf "$overlay"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# in_overlay SCRIPT: runs a script of this folder, as root, in an overlay of the root that goes away with the script.
# The files to use and to leave are in $output, which is /packages there.
in_overlay() {
  as_root mkdir -p "$overlay/$1/changes" "$overlay/$1/work" "$overlay/$1/root" "$roots/ccache-of-packages"
  # shellcheck disable=SC2016  # For the other shell.
  as_root unshare --mount sh -euc '
    root=$2/root
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/changes,workdir=$2/work" "$root"
    mkdir -p "$root/packages" "$root/ccache"
    for directory in dev proc sys; do mount --rbind "/$directory" "$root/$directory"; done
    mount -t tmpfs tmpfs "$root/tmp"
    mount --bind "$3" "$root/packages"
    mount --bind "$4" "$root/ccache"
    # What is thrown away need not be on the disk.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/overlay"
    # A name server that is a link points to nothing in the root.
    rm -f "$root/etc/resolv.conf"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    shift 4
    exec chroot "$root" "$@"
  ' sh "$root" "$overlay/$1" "$output" "$roots/ccache-of-packages" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
    sh -eu "/packages/$1" "$architecture"
}

# in_guest: tries the packages in a guest of their architecture.
in_guest() {
  (
    root=$roots/$release-$architecture
    make_foreign_root
  )
  mkdir "$output/installed"
  for package in "$output"/*_"$architecture".deb; do dpkg-deb -x "$package" "$output/installed"; done
  sh tests/vm/run.sh --arch "$architecture" --root "$roots/$release-$architecture" --virtual-time --vivid 'n_devs=1' -- \
    sh -eu tests/packages/guest.sh "$output/installed"
  rm -r "$output/installed"
}

as_root rm -rf "$output"
mkdir "$output"
git ls-files --cached --others --exclude-standard -z | tar --create --null --files-from - --file "$output/source.tar"
cp tests/packages/build.sh tests/packages/try.sh "$output"
echo "==> Building the packages on $release${architecture:+ for $architecture}"
in_overlay build.sh
echo "==> Trying the packages on $release${architecture:+ for $architecture}"
if [ -n "$architecture" ]; then
  as_root chown -R "$(id -u):$(id -g)" "$output"
  in_guest
else
  in_overlay try.sh
fi
rm -f "$output/build.sh" "$output/try.sh" "$output/source.tar"
as_root chown -R "$(id -u):$(id -g)" "$output"
echo "The packages of $release${architecture:+ for $architecture} are built, clean, installed and used: $output"
