#!/bin/sh
# SPDX-License-Identifier: MIT
# fuzz.sh SECONDS PROGRAM...: each fuzz target for so long, growing its corpus in build/host/corpus.
seconds=$1
shift
failed=0
for program in "$@"; do
	name=${program##*/fuzz_}
	corpus=build/host/corpus/$name
	mkdir -p "$corpus"
	seeds=tests/host/fuzz/seeds/$name
	[ -d "$seeds" ] || seeds=
	if "$program" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=20 \
		-print_final_stats=0 -verbosity=0 -artifact_prefix="build/host/crash-$name-" \
		"$corpus" $seeds >"build/host/fuzz-$name.log" 2>&1; then
		echo "fuzz: $name survived $seconds s, $(ls "$corpus" | wc -l) inputs kept"
	else
		tail -40 "build/host/fuzz-$name.log"
		echo "fuzz: $name FAILED, see build/host/fuzz-$name.log"
		failed=$((failed + 1))
	fi
done
echo "fuzz: $(($# - failed)) passed, $failed failed"
[ "$failed" = 0 ]
