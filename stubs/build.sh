#!/usr/bin/env bash
# Builds the stub images with Debian's cross compilers (gcc-xtensa-lx106,
# gcc-riscv64-unknown-elf), and prints their sizes.
#   stubs/build.sh           write images/ and its manifest
#   stubs/build.sh --check   compare with what is committed, bit for bit
# Intermediate files, ELF files among them, are in target/stubs/.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

# Bytes that an image may have, and that it may take up when it has unpacked itself.
upload_limit=8192
code_limit=$((0x4000))

# Image, architecture, layout of the memory.
chips='
esp8266        xtensa  split
esp32          xtensa  split
esp32s2        xtensa  split
esp32s3        xtensa  split
esp32c2        riscv   split
esp32c3        riscv   split
esp32c5        riscv   unified
esp32c6        riscv   unified
esp32c61       riscv   unified
esp32h2        riscv   unified
esp32p4        riscv   unified
esp32p4-early  riscv   unified
esp32s31       riscv   unified
'

# For size, and for what packs well: scheduling and hoisting make like code unlike.
# Each stub is optimised as a whole.
common=(-std=c11 -Os -flto -ffreestanding -fno-common
  -fno-tree-loop-distribute-patterns -fno-schedule-insns2 -fno-move-loop-invariants
  -fno-section-anchors -fno-tree-loop-optimize
  -fno-caller-saves -fno-tree-vrp -fno-tree-tail-merge -fno-code-hoisting
  -fno-guess-branch-probability
  -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror
  -Isrc -Ichips)
link=(-nostdlib -nostartfiles -Wl,--gc-sections -Wl,--build-id=none)
xtensa=(-mno-serialize-volatile -fno-rerun-cse-after-loop -fno-cse-follow-jumps
  -fira-region=all -fno-ipa-cp -fno-ssa-phiopt)
riscv=(-mabi=ilp32 -msmall-data-limit=0 -msave-restore)
# The assembler wants Zicsr and Zifencei named; libgcc is sorted by what it has.
riscv_compile=(-march=rv32imc_zicsr_zifencei)
riscv_link=(-march=rv32imac)
xtensa_compile=()
xtensa_link=()
# The code that unpacks has global registers, and saves none.
xtensa_unpack=(-fno-lto)
riscv_unpack=(-fno-lto -mno-save-restore)

out=../target/stubs
images=images
if [[ ${1:-} == --check ]]; then
  images=$out/images
fi
mkdir -p "$out" "$images"

cc -std=c11 -O2 -Wall -Wextra -Wconversion -Wshadow -Werror pack/pack.c -o "$out/pack"

prefix() {
  case $1 in
  xtensa) echo xtensa-lx106-elf ;;
  riscv) echo riscv64-unknown-elf ;;
  esac
}

# compile DIRECTORY ARCHITECTURE SOURCE FLAG…
compile() {
  local directory=$1 architecture=$2 source=$3
  shift 3
  local -n arch=$architecture more=${architecture}_compile
  "$(prefix "$architecture")-gcc" "${common[@]}" "${arch[@]}" "${more[@]}" "$@" \
    -c "$source" -o "$directory/$(basename "${source%.*}").o"
}

# link_elf ARCHITECTURE OUT FLAG…
link_elf() {
  local architecture=$1 elf=$2
  shift 2
  local -n arch=$architecture more=${architecture}_link
  "$(prefix "$architecture")-gcc" "${common[@]}" "${arch[@]}" "${more[@]}" "${link[@]}" "$@" \
    -lgcc -o "$elf"
  "$(prefix "$architecture")-objcopy" -O binary "$elf" "${elf%.elf}.bin"
}

build() { # IMAGE ARCHITECTURE LAYOUT
  local image=$1 architecture=$2 layout=$3 source chip
  local dir=$out/$image
  rm -rf "$dir"
  mkdir -p "$dir/stub" "$dir/packed"
  chip=-DSTUB_CHIP="\"$image.h\""

  for source in src/start_"$architecture".S src/*.c; do
    # GCC calls these two after the whole stub has been optimised.
    if [[ $source == src/libc.c ]]; then
      compile "$dir/stub" "$architecture" "$source" "$chip" -fno-lto
    else
      compile "$dir/stub" "$architecture" "$source" "$chip"
    fi
  done
  link_elf "$architecture" "$dir/stub.elf" -T "chips/$image.ld" -T "ld/$layout.ld" "$dir"/stub/*.o
  "$out/pack" "$dir/stub.bin" "$dir/payload" "$architecture"

  local -n unpack=${architecture}_unpack
  compile "$dir/packed" "$architecture" pack/start_"$architecture".S "$chip"
  compile "$dir/packed" "$architecture" pack/unpack.c "$chip" "${unpack[@]}"
  compile "$dir/packed" "$architecture" pack/payload.S -DPAYLOAD="\"$dir/payload\""
  link_elf "$architecture" "$dir/packed.elf" -T "chips/$image.ld" -T ld/packed.ld "$dir"/packed/*.o
}

symbol() { # ARCHITECTURE ELF NAME
  "$(prefix "$1")-nm" "$2" | awk -v name="$3" '$3 == name { print "0x" toupper($1) }'
}

length() { stat -c %s "$1"; }

manifest=$images/manifest.rs
cat >"$manifest" <<'END'
// Written by stubs/build.sh.

/// The images, as `stubs/build.sh` has built them.
pub(super) const IMAGES: [Image; COUNT] = [
END

printf '%-14s %8s %8s %8s   limit %d\n' image upload unpacked RAM $upload_limit
failed=0
count=0
while read -r image architecture layout; do
  [[ -n $image ]] || continue
  build "$image" "$architecture" "$layout"
  dir=$out/$image
  upload=$(length "$dir/packed.bin")
  code=$(length "$dir/stub.bin")
  load=$(symbol "$architecture" "$dir/packed.elf" packed_load)
  entry=$(symbol "$architecture" "$dir/packed.elf" packed_start)
  bss=$(($(symbol "$architecture" "$dir/stub.elf" stub_ram_end) - \
    $(symbol "$architecture" "$dir/stub.elf" stub_bss_start)))
  printf '%-14s %8d %8d %8d\n' "$image" "$upload" "$code" "$bss"
  if ((upload > upload_limit || code > code_limit)); then
    echo "$image is too large" >&2
    failed=1
  fi
  install -m 644 "$dir/packed.bin" "$images/$image.bin"
  cat >>"$manifest" <<END
    Image {
        name: "$image",
        load: $load,
        entry: $entry,
        bytes: include_bytes!("$image.bin"),
        sha256: "$(sha256sum <"$images/$image.bin" | cut -d' ' -f1)",
    },
END
  count=$((count + 1))
done <<<"$chips"
echo '];' >>"$manifest"
sed -i "s/COUNT/$count/" "$manifest"

if [[ ${1:-} == --check ]]; then
  diff -r "$images" images
  echo "the committed images are what the sources give"
fi
exit $failed
