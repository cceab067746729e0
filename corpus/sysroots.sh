#!/bin/sh
# sysroots.sh DIR: makes the wasm sysroots that Debian has no package for.
# Needs Debian's rustc-web, cargo-web, rust-web-src and lld-19. Takes some minutes and 200 MB.
#   std  wasm32-unknown-unknown with the features of today's compilers
#   mvp  the same for the first version of WebAssembly
#   v1   wasm32v1-none: core and alloc, for the first version of WebAssembly
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd)
source=/usr/lib/rustlib/src/rust
host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src

# An empty crate: what counts is what is compiled for it.
probe=$dir/probe
mkdir -p "$probe/src"
echo '#![no_std]' > "$probe/src/lib.rs"
cat > "$probe/Cargo.toml" <<'T'
[package]
name = "probe"
version = "0.1.0"
edition = "2021"

[profile.release]
opt-level = 3

[workspace]
T

# No path of this machine may get into a contract through the texts of its panics.
remap() {
    printf -- '--remap-path-prefix=%s=/rustc/1.96.0 ' "$source" "$(readlink -f "$source")"
    for folder in "$registry"/*; do
        printf -- '--remap-path-prefix=%s=/cargo/registry ' "$folder"
    done
}

make() { # NAME TARGET CRATES FLAGS
    (cd "$probe" && RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_DIR="$dir/build-$1" RUSTFLAGS="-C embed-bitcode=yes $4 $(remap)" \
        /usr/bin/cargo build --release --target "$2" "-Zbuild-std=$3")
    lib=$dir/$1/lib/rustlib
    mkdir -p "$lib/$2/lib"
    ln -sfn "/usr/lib/rustlib/$host" "$lib/$host"
    cp "$dir/build-$1/$2"/release/deps/*.rlib "$lib/$2/lib/"
    rm -f "$lib/$2/lib"/libprobe-*
}

# The sources of the standard library's own dependencies must be there before their folder can be mapped.
(cd "$source/library" 2> /dev/null && /usr/bin/cargo fetch --locked 2> /dev/null) || true
make std wasm32-unknown-unknown std,panic_abort ""
make mvp wasm32-unknown-unknown std,panic_abort "-C target-cpu=mvp"
make v1 wasm32v1-none core,alloc ""
