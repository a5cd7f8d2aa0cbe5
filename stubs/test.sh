#!/usr/bin/env bash
# Builds the parts of the stubs that have no registers in them for this machine, with
# sanitizers, and tests them. Needs a C compiler and gzip.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

out=../target/stubs/native
mkdir -p "$out"

flags=(-std=gnu11 -O1 -g -pthread -fsanitize=address,undefined -fno-sanitize-recover=all
  -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror
  -Isrc -Itest -DSTUB_CHIP='"native.h"')

parts=(src/digest.c src/md5.c test/sha256.c src/crc32.c src/inflate.c test/host.c test/test_parts.c)
stub=()
for source in src/*.c; do
  case $(basename "$source") in
  spi.c | port.c | system.c | sha.c | words.c | main.c | libc.c) ;; # registers, and what the mock plays
  *) stub+=("$source") ;;
  esac
done
stub+=(test/sha256.c test/host.c test/mock.c test/ask.c test/test_common.c test/test_own.c test/test_session.c
  test/test_stub.c)

"${CC:-cc}" "${flags[@]}" test/no_line.c "${parts[@]}" -o "$out/test_parts"
"${CC:-cc}" "${flags[@]}" "${stub[@]}" -o "$out/test_stub"

# Streams of several kinds: text with near and far matches, one byte over and over,
# and what does not shrink.
cat src/*.c src/*.h src/*.c >"$out/text"
head -c 100000 /dev/zero >"$out/zeros"
head -c 100000 <(od -An -v -tx1 "$out/text") >"$out/hex"
head -c 60000 <(gzip -9nc "$out/text") >"$out/dense"
files=()
for name in text zeros hex dense; do
  gzip -9nc "$out/$name" >"$out/$name.gz"
  gzip -1nc "$out/$name" >"$out/$name.1.gz"
  files+=("$out/$name" "$out/$name.gz" "$out/$name" "$out/$name.1.gz")
done

"$out/test_parts" "${files[@]}"
"$out/test_stub"
