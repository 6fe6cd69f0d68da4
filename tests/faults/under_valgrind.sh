#!/bin/bash
# Under valgrind: by memcheck (`memory`) every command that writes files and the short tests of
# tests/concurrent.txt; by helgrind (`races`) what has threads. scripts/thorough calls it; it closes with
# "N passed, N failed, N skipped".
#     under_valgrind.sh PROGRAM SOURCE_FOLDER memory|races
# What is started anew (the confined reader, gnuplot) runs without valgrind, which writes files and takes
# address space that the reader's limits forbid; the sanitizers of scripts/lint look into it.
. "$2/tests/support/shell.sh"
needs valgrind
. "$source/tests/faults/cases.sh"
what=$3
tests=$(dirname "$program")/tests
trap 'cd / && rm -rf "$folder"' EXIT
passed=0 failed=0
valgrind=(valgrind -q --error-exitcode=99 --vgdb=no --trace-children=no "--suppressions=$source/tests/support/valgrind.supp")
[ "$what" = memory ] || valgrind+=(--tool=helgrind)

# under NAME COMMAND...: it succeeds, and valgrind has nothing to report (==); of system calls that it
# does not know it only warns (--)
under() {
    local name=$1
    shift
    if "${valgrind[@]}" "--log-file=$folder/report-%p" "$@" >"$folder/said" 2>&1 && ! cat "$folder"/report-* | grep -q ^==; then
        passed=$((passed + 1))
        echo "$name: nothing to report"
    else
        failed=$((failed + 1))
        echo "$name: FAILED"
        tail -n 20 "$folder/said"
        cat "$folder"/report-* | head -n 60
    fi
    rm -f "$folder"/report-*
}

make_tools
make_cases
if [ "$what" = memory ]; then
    for name in $cases; do
        begin_case "$name"
        # shellcheck disable=SC2046
        cd "$folder/work" && under "$name" "$program" $(command_of "$name")
    done
    cd "$source" || exit 1
    for test in $(sed -n 's/^- //p' tests/concurrent.txt); do
        under "$test" "$tests/${test/\//_}"
    done
else
    begin_case run
    cd "$folder/work" || exit 1
    under "run on two threads" "$program" run small.yaml -o run.nc --set network.hidden=600 --threads 2 --quiet
    under "spectrum" "$program" spectrum run.nc --quiet
    for name in sweep-2 kept merge record; do
        begin_case "$name"
        # shellcheck disable=SC2046
        cd "$folder/work" && under "$name" "$program" $(command_of "$name" | sed 's/--jobs 1/--jobs 2/')
    done
fi
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
