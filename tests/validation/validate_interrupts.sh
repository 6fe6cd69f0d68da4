#!/bin/bash
# Ctrl-C and SIGTERM in every command, at ND_MOST (25) opens, writes, fsyncs, renames, closes and unlinks
# each, evenly spread: the exit code, what is said, what is left, and the same command again.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
. "$source/tests/faults/interrupt.sh"
needs setsid
make_tools
cases="${ND_CASES:-$cases $readers}"
make_cases
for name in $cases; do
    interrupt_calls "$name" "${ND_MOST:-25}"
done
echo "$interrupted interrupted: $of_signal ended of the signal, $at_checkpoint at a checkpoint, the others were done; $failures wrong"
