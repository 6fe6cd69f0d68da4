#!/bin/bash
# Ctrl-C and SIGTERM in every command, at calls evenly spread: what is said, the exit code, what is left
# (nothing, or what the command goes on from), and that the same command then does its work.
# tests/validation/validate_interrupts.sh interrupts at many more.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
. "$source/tests/faults/interrupt.sh"
needs setsid
make_tools
cases+=" $readers"
make_cases
for name in $cases; do
    interrupt_calls "$name" 1
done
check "some ended of the signal" test $of_signal -gt 25
check "some at a checkpoint" test $at_checkpoint -gt 5
