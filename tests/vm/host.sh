# Prepares the host for a boot: packages, a kernel and an initrd. run.sh reads this file, and defines say,
# give_up, here, arch and root. This file sets qemu, board, cpu, console, kernel_dir, kernel_version, kernel_image
# and initrd.
# shellcheck shell=sh disable=SC2154

# shellcheck source=../scripts/packages.sh
. "$here/../scripts/packages.sh"

cache=${V4L2CPP_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/v4l2cppsrc-vm}
# The guest needs these to see the host's files and to print. It loads everything else from there.
boot_modules='virtio_pci virtio_console 9pnet_virtio 9p overlay'
boot_commands='[ cat chroot cp env insmod ip ln ls mkdir modprobe mount poweroff sh sleep sync umount uname'

# Runs a command under a lock that all run.sh of this user share. A rename makes each result visible. So a
# reader needs no lock, and never sees a half-made file.
locked() {
  mkdir -p "$cache"
  (
    flock 9
    "$@"
  ) 9>"$cache/lock"
}

# Prints the Debian package of each missing command, one per line.
missing_packages() {
  while read -r command package; do
    command -v "$command" >/dev/null 2>&1 || [ -x "/usr/sbin/$command" ] || [ -x "/sbin/$command" ] ||
      echo "$package"
  done <<EOF
$qemu $qemu_package
cpio cpio
modprobe kmod
xz xz-utils
zstd zstd
flock util-linux
EOF
}

install_missing() {
  command -v apt-get >/dev/null 2>&1 || give_up "please install (Debian's names): $*"
  say "installing $*"
  install_packages "$@" || give_up "please install, as root: apt-get install $*"
}

# Prints the path of a static busybox, since the initrd runs no other. ldd refuses a static one.
busybox_path() {
  if is_foreign; then
    # The root of another architecture has a static one.
    for candidate in "$root/bin/busybox" "$root/usr/bin/busybox"; do
      if [ -x "$candidate" ]; then
        echo "$candidate"
        return
      fi
    done
    return
  fi
  for candidate in /bin/busybox /usr/bin/busybox; do
    if [ -x "$candidate" ] && ! ldd "$candidate" >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
}

# Prints this machine's architecture, by Debian's name.
host_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

is_foreign() { [ "$arch" != "$(host_arch)" ]; }

# Prints the PATH without the folders of $root. Meson puts these in front for a test of a cross build, and their programs
# don't run here.
path_of_host() {
  IFS=:
  for directory in $PATH; do
    case $directory in
      "$root"/*) ;;
      *) printf '%s:' "$directory" ;;
    esac
  done
}

prepare_host() {
  console=ttyAMA0
  qemu_package=qemu-system-arm
  case $arch in
    amd64) qemu=qemu-system-x86_64 qemu_package=qemu-system-x86 board='' cpu=Nehalem console=ttyS0 ;;
    arm64) qemu=qemu-system-aarch64 board='-M virt' cpu=cortex-a72 ;;
    # Debian's kernel for armhf has no large physical addresses.
    armhf) qemu=qemu-system-arm board='-M virt,highmem=off' cpu=cortex-a15 ;;
    *) give_up "no recipe for a machine of type $arch; amd64, arm64 and armhf have one" ;;
  esac
  if is_foreign && [ -z "$root" ]; then give_up "--arch $arch needs --root, a root of that architecture"; fi
  if is_foreign; then PATH=$(path_of_host); fi
  PATH=${PATH%:}:/usr/sbin:/sbin
  packages=$(missing_packages)
  if [ -z "$(busybox_path)" ]; then
    ! is_foreign || give_up "$root: no bin/busybox; its package is busybox-static"
    packages="$packages busybox-static"
  fi
  if [ -n "$packages" ]; then
    # shellcheck disable=SC2086  # Package names, to be split.
    locked install_missing $packages
  fi
}

# Prints the newest stock kernel's package in Debian and Ubuntu. The cloud kernel has no media drivers.
newest_kernel_package() {
  for meta in linux-image-amd64 linux-image-generic; do
    apt-cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p'
  done | head -n 1
}

# Prints the packages of the newest kernel, one per line. Prints none if apt knows no kernel. Debian 12 and 13
# have one package. Ubuntu has the modules in other packages, and so has Debian since forky. Since forky Debian
# also splits off the kernel itself (binary), and its configuration and list of built-in modules (base).
kernel_packages() {
  package=$(newest_kernel_package)
  [ -n "$package" ] || return 0
  echo "$package"
  release=${package#linux-image-}
  for other in "linux-binary-$release" "linux-base-$release" "linux-modules-$release" \
    "linux-modules-extra-$release"; do
    if apt-cache show "$other" >/dev/null 2>&1; then echo "$other"; fi
  done
}

# download_kernel DIR: downloads the kernel's packages, as apt's lists name them.
download_kernel() {
  packages=$(kernel_packages | tr '\n' ' ')
  [ -n "$packages" ] || return 1
  say "fetching $packages"
  # shellcheck disable=SC2086  # Package names, to be split.
  (cd "$1" && apt-get download -qq $packages >/dev/null 2>&1)
}

fetch_kernel() {
  [ ! -d "$cache/kernel" ] || return 0
  command -v apt-get >/dev/null 2>&1 ||
    give_up "no apt-get here: unpack a linux-image package of Debian and name it with --kernel"
  work=$(mktemp -d "$cache/new.XXXXXX")
  # apt's lists may be missing. They may also be so old that the mirror has no such kernel any more.
  if ! download_kernel "$work"; then
    quietly as_root apt-get update -qq || :
    [ -n "$(kernel_packages)" ] || give_up "apt knows neither linux-image-amd64 nor linux-image-generic"
    download_kernel "$work" || give_up "could not download $packages"
  fi
  for file in "$work"/*.deb; do
    dpkg-deb -x "$file" "$work/kernel" || give_up "could not unpack $file"
  done
  index_modules "$work/kernel" || give_up "could not index the modules of $packages"
  mv "$work/kernel" "$cache/kernel"
  rm -rf "$work"
}

# Packages of Debian 13 and newer unpack to usr/lib. No package contains modules.dep.
index_modules() {
  [ -d "$1/lib/modules" ] || ln -s usr/lib "$1/lib" || return 1
  for tree in "$1"/lib/modules/*; do
    [ -f "$tree/modules.dep.bin" ] || depmod -b "$1" "${tree##*/}" || return 1
  done
}

# find_kernel DIR: finds the last packed kernel there, its version and its configuration. Since forky Debian has
# these files beside the modules. Before that, and in Ubuntu, they are in boot.
find_kernel() {
  packed=
  for candidate in "$1"/boot/vmlinuz-* "$1"/usr/lib/modules/*/vmlinuz "$1"/lib/modules/*/vmlinuz; do
    [ ! -r "$candidate" ] || packed=$candidate
  done
  case $packed in
    '') give_up "$1: neither a boot/vmlinuz-* nor a lib/modules/*/vmlinuz that can be read" ;;
    */boot/*)
      kernel_version=${packed##*/vmlinuz-}
      config=${packed%/*}/config-$kernel_version
      ;;
    *)
      kernel_version=${packed%/vmlinuz}
      kernel_version=${kernel_version##*/}
      config=${packed%/*}/config
      ;;
  esac
}

# prepare_kernel DIR: prepares the unpacked kernel packages there. An empty DIR means the fetched packages.
prepare_kernel() {
  kernel_dir=${1:-$cache/kernel}
  if [ -z "$1" ] && [ ! -d "$cache/kernel" ]; then locked fetch_kernel; fi
  find_kernel "$kernel_dir"
  if [ ! -f "$kernel_dir/lib/modules/$kernel_version/modules.dep.bin" ]; then
    locked index_modules "$kernel_dir" || give_up "$kernel_dir: no module index, and none could be made"
  fi
  mkdir -p "$cache"
  kernel_image=$cache/vmlinux-$kernel_version-$(cksum <"$packed" | tr ' ' -)
  [ -f "$kernel_image" ] || locked unpack_kernel "$packed" "$config" "$kernel_image"
}

# little_endian FILE OFFSET SIZE: prints the number there.
little_endian() { od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# unpack_kernel PACKED CONFIG TARGET: unpacks the kernel, since in the guest that costs an emulated processor
# four seconds. QEMU boots an unpacked kernel through its PVH entry. If the kernel cannot be unpacked, the
# packed one serves.
# Offsets: https://docs.kernel.org/arch/x86/boot.html
unpack_kernel() {
  [ ! -f "$3" ] || return 0
  # QEMU boots Debian's kernels for ARM as they are.
  if [ "$arch" != amd64 ]; then
    cp "$1" "$3.$$"
    mv "$3.$$" "$3"
    return
  fi
  start=$((($(little_endian "$1" 497 1) + 1) * 512 + $(little_endian "$1" 584 4)))
  case $(od -A n -t x1 -j "$start" -N 4 "$1" | tr -d ' ') in
    1f8b*) unpacker='gzip -dc' ;;
    fd377a58) unpacker='xz -dc' ;;
    28b52ffd) unpacker='zstd -dcq' ;;
    *) unpacker= ;;
  esac
  if [ -n "$unpacker" ] && command -v "${unpacker%% *}" >/dev/null 2>&1 &&
    grep -q '^CONFIG_PVH=y' "$2" 2>/dev/null; then
    # The last four bytes are the unpacked size, which the tools reject as garbage.
    tail -c "+$((start + 1))" "$1" | head -c "$(($(little_endian "$1" 588 4) - 4))" |
      $unpacker >"$3.$$" 2>/dev/null || rm -f "$3.$$"
  fi
  [ -s "$3.$$" ] || cp "$1" "$3.$$"
  mv "$3.$$" "$3"
}

prepare_initrd() {
  recipe=$(cat "$here/init.sh" "$here/devices.sh" "$here/host.sh" "$(busybox_path)" \
    "$kernel_dir/lib/modules/$kernel_version/modules.dep" | cksum | tr ' ' -)
  initrd=$cache/initrd-$kernel_version-$recipe
  [ -f "$initrd" ] || locked build_initrd "$initrd"
}

# Prints the files of the boot modules. Each file comes after those that it needs.
boot_module_files() {
  # shellcheck disable=SC2086  # Module names, to be split.
  steps=$(modprobe -d "$kernel_dir" -S "$kernel_version" --show-depends -a $boot_modules) || return 1
  printf '%s\n' "$steps" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# unpack_module FILE TARGET: unpacks a module, or copies one that is not packed.
unpack_module() {
  case $1 in
    *.xz) xz -dc "$1" >"$2" ;;
    *.zst) zstd -dcq "$1" >"$2" ;;
    *.gz) gzip -dc "$1" >"$2" ;;
    *) cp "$1" "$2" ;;
  esac
}

# fill_initrd DIR: fills the initrd's tree. Every step must succeed.
fill_initrd() {
  mkdir -p "$1/bin" "$1/boot-modules" "$1/dev" "$1/host" "$1/job" "$1/overlay" "$1/proc" "$1/root" \
    "$1/sys" &&
    cp "$(busybox_path)" "$1/bin/busybox" &&
    cp "$here/init.sh" "$1/init" &&
    cp "$here/devices.sh" "$1/devices.sh" &&
    chmod 755 "$1/init" &&
    files=$(boot_module_files) || return 1
  for command in $boot_commands; do ln -s busybox "$1/bin/$command" || return 1; done
  number=10
  for file in $files; do
    name=${file##*/}
    unpack_module "$file" "$1/boot-modules/$number-${name%%.*}.ko" || return 1
    number=$((number + 1))
  done
}

build_initrd() {
  [ ! -f "$1" ] || return 0
  # A file that is older than a week is of an old recipe, or was left half-made.
  find "$cache" -maxdepth 1 \( -name 'initrd-*' -o -name 'new.*' \) -mtime +7 -exec rm -rf {} +
  work=$(mktemp -d "$cache/new.XXXXXX")
  fill_initrd "$work/tree" || give_up "could not build the initrd"
  (cd "$work/tree" && find . | cpio -o -H newc --quiet) >"$work/initrd" ||
    give_up "could not pack the initrd"
  mv "$work/initrd" "$1"
  rm -rf "$work"
}
