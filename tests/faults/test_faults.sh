#!/bin/bash
# Calls that fail, evenly spread over every command, and what is then in the files: in every second
# command the one half of the kinds of calls, in the others the other half.
# tests/validation/validate_faults.sh fails them all.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
make_tools
make_cases
half=0
for name in $cases; do
    fail_calls "$name" 1 3 $half
    cut -d' ' -f1 "$made/tried" >>"$folder/kinds"
    half=$((1 - half))
done
for kind in ${kinds% failed}; do
    check "a call of the kind $kind has failed" grep -qx "$kind" "$folder/kinds"
done
