#!/usr/bin/env bash
# Puts Espressif's mask ROMs and stub flashers under target/roms, for the tests
# that execute them. They come from the crates.io package espflash 4.7.0, which
# carries them under the Apache licence; cargo downloads it for a throwaway
# manifest, so that it is no dependency of anything here. Nothing of it is
# committed.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}/roms

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
touch "$folder/src/lib.rs"
cat >"$folder/Cargo.toml" <<'MANIFEST'
[package]
name = "roms"
version = "0.0.0"
edition = "2021"
[dependencies]
espflash = { version = "=4.7.0", default-features = false }
[workspace]
MANIFEST
cargo fetch --quiet --manifest-path "$folder/Cargo.toml"
package=$(cargo metadata --quiet --format-version 1 --manifest-path "$folder/Cargo.toml" |
  grep -o '"manifest_path":"[^"]*/espflash-4\.7\.0/Cargo\.toml"' |
  sed 's/.*:"//; s/Cargo\.toml"$//')

mkdir -p "$target/stubs"
cp "$package"resources/roms/*.elf "$target/"
cp "$package"resources/stubs/*.toml "$target/stubs/"
chmod -R u+w,a-x+X "$target"
echo "$(ls "$target"/*.elf | wc -l) ROMs, $(ls "$target"/stubs/*.toml | wc -l) stubs in $target"
