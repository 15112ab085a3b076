# Builds the modules that Debian's kernels lack, for the guest's kernel, from packages only. run.sh reads this file
# after host.sh and prepare_kernel.
# shellcheck shell=sh disable=SC2154

# module_file NAME: prints the path of the built module, one for each kernel release.
module_file() { echo "$cache/modules-$kernel_version/$1.ko"; }

# prepare_module NAME: builds v4l2loopback or vimc, unless it is built.
prepare_module() {
  case $1 in
    v4l2loopback | vimc) ;;
    *) give_up "there is no recipe for the module $1; there is one for v4l2loopback and for vimc" ;;
  esac
  [ -f "$(module_file "$1")" ] || locked build_module "$1"
}

# Prints the folder of the headers that came with the kernel, as in a root of another architecture, or nothing.
shipped_headers() {
  shipped=$kernel_dir/usr/src/linux-headers-$kernel_version
  [ ! -d "$shipped" ] || echo "$shipped"
}

# Prints the version of the package with these headers.
version_of_headers() { zcat "$kernel_dir/usr/share/doc/${1##*/}/changelog.Debian.gz" | sed -n '1s/.*(\(.*\)).*/\1/p'; }

# Prints the packages of the kernel's headers, one a line, or none if apt does not know them. Their other
# dependencies serve an installed kernel only.
header_packages() {
  headers=linux-headers-$kernel_version
  apt-cache show "$headers" >/dev/null 2>&1 || return 0
  echo "$headers"
  apt-cache depends "$headers" | sed -n -e 's/^ *Depends: \(linux-headers-.*\)$/\1/p' \
    -e 's/^ *Depends: \(linux-kbuild-.*\)$/\1/p' -e 's/^ *Depends: \(linux-compiler-.*\)$/\1/p'
}

# source_package NAME DIR: prints the package with a module's source. The headers are in DIR. The kernel's own source
# must be of the headers' version.
source_package() {
  shipped=$(shipped_headers)
  case $1 in
    v4l2loopback) echo v4l2loopback-dkms ;;
    vimc)
      # 6.1.0-56-amd64 and 6.12.117+deb13-amd64 are of the series 6.1 and 6.12.
      series=$(echo "$kernel_version" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
      if [ -n "$shipped" ]; then
        version=$(version_of_headers "$shipped")
      else
        version=$(dpkg-deb -f "$2/linux-headers-$kernel_version"_*.deb Version)
      fi
      echo "linux-source-$series=$version"
      ;;
  esac
}

# download_packages DIR NAME...: downloads packages to DIR.
download_packages() {
  directory=$1
  shift
  say "fetching $*"
  (cd "$directory" && apt-get download -qq "$@" >/dev/null 2>&1)
}

# download_module NAME DIR: downloads the module's source and the kernel's headers, in the versions of apt's lists.
download_module() {
  shipped=$(shipped_headers)
  if [ -n "$shipped" ]; then
    # The programs that build a module are this machine's: scripts leads to them.
    tools=$(dirname "$(readlink "$shipped/scripts")")
    packages="${tools##*/}=$(version_of_headers "$shipped")"
  else
    packages=$(header_packages | tr '\n' ' ')
  fi
  [ -n "$packages" ] || return 1
  # shellcheck disable=SC2086  # Package names, to be split.
  download_packages "$2" $packages && download_packages "$2" "$(source_package "$1" "$2")"
}

# unpack_source NAME DIR: puts the source into DIR/module. The packages are unpacked in DIR/tree.
unpack_source() {
  case $1 in
    v4l2loopback) cp -r "$2"/tree/usr/src/v4l2loopback-* "$2/module" ;;
    vimc)
      vimc_path=drivers/media/test-drivers/vimc
      mkdir "$2/source" &&
        xz -dc "$2"/tree/usr/src/linux-source-*.tar.xz |
        tar -x -f - -C "$2/source" --wildcards "*/$vimc_path/*" &&
        mv "$2"/source/*/"$vimc_path" "$2/module"
      ;;
  esac
}

# Prints what is in front of the names of the kernel's compilers here.
compiler_prefix() {
  ! is_foreign || case $arch in
    arm64) echo aarch64-linux-gnu- ;;
    armhf) echo arm-linux-gnueabihf- ;;
  esac
}

# build_tools HEADERS: installs make and the compiler of the kernel.
build_tools() {
  if is_foreign; then
    command -v make >/dev/null 2>&1 || install_missing make
    # Whoever built the project for this machine has the compiler.
    command -v "$(compiler_prefix)gcc" >/dev/null 2>&1 || give_up "there is no $(compiler_prefix)gcc to build modules with"
    return 0
  fi
  compiler=$(sed -n 's/^CC = .*\(gcc-[0-9]*\)$/\1/p' "$1/.kernelvariables")
  missing=
  for tool in make ${compiler:-gcc}; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  # shellcheck disable=SC2086  # Package names, to be split.
  [ -z "$missing" ] || install_missing $missing
}

build_module() {
  [ ! -f "$(module_file "$1")" ] || return 0
  command -v apt-get >/dev/null 2>&1 ||
    give_up "no apt-get here: build $1 for $kernel_version, and put it at $(module_file "$1")"
  work=$(mktemp -d "$cache/new.XXXXXX")
  if ! download_module "$1" "$work"; then
    quietly as_root apt-get update -qq || :
    [ -n "$(shipped_headers)$(header_packages)" ] ||
      give_up "apt knows no headers for $kernel_version: remove $cache/kernel to get the newest kernel"
    download_module "$1" "$work" || give_up "could not download the source of $1 or the kernel's headers"
  fi
  for file in "$work"/*.deb; do
    dpkg-deb -x "$file" "$work/tree" || give_up "could not unpack $file"
  done
  headers=$work/tree/usr/src/linux-headers-$kernel_version
  if [ -n "$(shipped_headers)" ]; then
    mkdir -p "$work/tree/usr/src"
    cp -r "$kernel_dir"/usr/src/linux-headers-* "$work/tree/usr/src" || give_up "could not copy the headers"
  fi
  # The Makefile names its own directory and that of the common headers.
  sed "s,/usr/src/,$work/tree/usr/src/,g" "$headers/Makefile" >"$work/Makefile" &&
    mv "$work/Makefile" "$headers/Makefile" || give_up "could not set up the headers"
  unpack_source "$1" "$work" || give_up "could not unpack the source of $1"
  build_tools "$headers"
  say "building $1 for $kernel_version"
  # The packages have no vmlinux for the module's BTF to refer to.
  quietly make -C "$headers" M="$work/module" CROSS_COMPILE="$(compiler_prefix)" CONFIG_VIDEO_VIMC=m CONFIG_DEBUG_INFO_BTF_MODULES= modules ||
    give_up "could not build $1"
  mkdir -p "$cache/modules-$kernel_version"
  mv "$work/module/$1.ko" "$(module_file "$1")"
  rm -rf "$work"
}
