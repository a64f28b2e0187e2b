#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs host test programs; shows the output of those that fail. Last line: N passed, N failed.
passed=0
failed=0
for program in "$@"; do
	if output=$("$program" 2>&1); then
		n=$(printf '%s\n' "$output" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p')
		passed=$((passed + ${n:-1}))
	else
		printf '%s\nFAILED: %s\n' "$output" "$program"
		failed=$((failed + 1))
	fi
done
echo "host: $passed passed, $failed failed"
[ "$failed" = 0 ]
