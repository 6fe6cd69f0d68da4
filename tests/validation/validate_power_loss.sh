#!/bin/bash
# Power cuts after every step of a run, a Hebbian run, a sweep, kept runs, a merge and amended files, with
# what was not durable lost, half lost and kept; every state is resumed to the undisturbed result.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
. "$source/tests/faults/power_cut.sh"
make_tools
build_rebuild
cases=${ND_CASES:-run hebbian sweep-1 kept merge measure spectrum}
make_cases
for name in $cases; do
    cut_power "$name" 100000
done
echo "$states states resumed"
