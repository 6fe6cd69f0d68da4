#!/bin/bash
# Calls that fail, evenly spread over every command, and what is then in the files.
# tests/validation/validate_faults.sh fails them all.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
make_tools
make_cases
for name in $cases; do
    fail_calls "$name" 1 3
done
