#!/bin/sh
# Goes the path of a newcomer, as README.md says it, on a release of Debian with nothing installed: a picture, the tests,
# the packages, a camera by its serial number, a control while it plays, an error that its own text solves. Prints the
# time of each step. The last line says whether all went well; the exit status is 0 then.
#   sh tests/newcomer/newcomer.sh RELEASE [--without-tests]
# RELEASE is bookworm, trixie or forky. --without-tests leaves out the second command, `sh tests/run.sh`.
# A minimal root of the release is made the first time, and kept. The path is gone in an overlay of it, which is removed.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../scripts/packages.sh
. tests/scripts/packages.sh
# shellcheck source=../scripts/roots.sh
. tests/scripts/roots.sh

release=${1:-}
case $release in
  '' | -* | */*) give_up "usage: sh tests/newcomer/newcomer.sh RELEASE [--without-tests]" ;;
esac
need git
root=$roots/$release-minimal
[ -d "$root" ] || make_root
overlay=$(mktemp -d "$roots/overlay.XXXXXX")
trap 'as_root rm -rf "$overlay"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$overlay/changes" "$overlay/work" "$overlay/root" "$overlay/source"
git ls-files --cached --others --exclude-standard -z |
  tar --create --null --files-from - --file "$overlay/source/source.tar"
cp tests/newcomer/path.sh "$overlay/source"

# shellcheck disable=SC2016  # For the other shell.
as_root unshare --mount sh -euc '
  root=$2/root
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/changes,workdir=$2/work" "$root"
  mkdir -p "$root/source"
  for directory in dev proc sys; do mount --rbind "/$directory" "$root/$directory"; done
  mount -t tmpfs tmpfs "$root/tmp"
  mount --bind "$2/source" "$root/source"
  # A name server that is a link points to nothing in the root.
  rm -f "$root/etc/resolv.conf"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  shift 2
  exec chroot "$root" "$@"
' sh "$root" "$overlay" \
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
  sh -eu /source/path.sh "${2:-}"
tests="passes the tests, "
[ "${2:-}" != --without-tests ] || tests=
echo "A newcomer on $release sees a picture, ${tests}installs the packages and solves an error."
