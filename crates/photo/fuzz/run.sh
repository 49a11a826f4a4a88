#!/bin/sh
# Builds the fuzz targets with the coverage that libFuzzer needs, by a stable compiler, and runs one.
set -eu
target=$1
seconds=$2
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
args="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
args="$args -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
args="$args -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing"
# With a target named, build scripts and macros are built without the flags.
RUSTFLAGS="$args" cargo build --release --target "$host" --bin "$target"
mkdir -p "corpus/$target" "artifacts/$target"
exec "target/$host/release/$target" "corpus/$target" -max_total_time="$seconds" -timeout=10 \
  -rss_limit_mb=1024 -max_len=8192 -artifact_prefix="artifacts/$target/"
