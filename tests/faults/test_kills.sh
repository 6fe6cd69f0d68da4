#!/bin/bash
# Twenty-four random kills over all commands, each resumed to the undisturbed result; scripts/kill-test N
# makes as many as one likes.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/kill.sh"
make_tools
make_cases
list=($cases)
for ((k = 0; killed < 24; k++)); do
    kill_once "${list[k % ${#list[@]}]}"
done
tell_kills
