#!/bin/bash
# Power cuts at places spread over a run, sweeps, a merge and a file that is amended, and at their ends,
# and what is resumed from what they leave; tests/validation/validate_power_loss.sh cuts everywhere.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
. "$source/tests/faults/power_cut.sh"
make_tools
build_rebuild
cases="run sweep-1 kept merge measure"
make_cases
for name in $cases; do
    cut_power "$name" 8
done
