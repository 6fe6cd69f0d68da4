#!/bin/bash
# Every call that can fail does, one at a time, in every command: the n-th open, write, fsync, rename or
# link, ftruncate, close, lock, fork, thread, mkdir, unlink and allocation. Where a command makes more
# than ND_MOST calls of a kind (100), so many of them, evenly spread.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
make_tools
make_cases
most=${ND_MOST:-100}
for name in ${ND_CASES:-$cases}; do
    fail_calls "$name" "$most" "$most"
done
echo "$tried calls failed; $told of them ended the command"
