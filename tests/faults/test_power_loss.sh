#!/bin/bash
# Power cuts at places spread over a run, a sweep and a file that is amended, and what is resumed from
# what they leave; tests/validation/validate_power_loss.sh cuts everywhere.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
. "$source/tests/faults/power_cut.sh"
make_tools
build_rebuild
cases="run sweep-1 measure"
make_cases
for name in $cases; do
    cut_power "$name" 16
done
