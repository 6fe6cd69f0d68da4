#!/bin/bash
# A user who may have no more processes or threads (RLIMIT_NPROC, `ulimit -u`): every command does its
# work without, or ends with one line and exit code 1, every file as it was or whole; afterwards the same
# command gives the same result.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
make_tools
make_cases
as_ordinary_user
alone() { (cd "$folder/work" && ordinary bash -c 'ulimit -u 1 && exec "$@"' - "$program" "$@"); }

begin_case run
check "the limit is in force" test -n "$(ordinary bash -c 'ulimit -u 1; (true) 2>&1; true' 2>&1)"
ended=0 done=0
for name in $cases; do
    begin_case "$name"
    [ "$(id -u)" -ne 0 ] || chown -R "$ordinary_user" "$folder/work"
    # shellcheck disable=SC2046
    alone $(command_of "$name") >"$made/out" 2>"$made/err"
    code=$?
    sed -i '/: run-ID.nc of .* runs will take about /d' "$made/err"
    listing >"$made/now"
    check "$name alone: exit code 0 or 1, not $code: $(tail -n 2 "$made/err")" test $code -le 1
    check "$name alone: every file as before or whole" no_halves "$name"
    check "$name alone: what it says is written is there" said_truly "$name" $code
    if [ $code -eq 1 ]; then
        ended=$((ended + 1))
        check "$name alone: one line: $(cat "$made/err")" \
            test "$(grep -c '^nulldrift: ' "$made/err")/$(wc -l <"$made/err")" = 1/1
    else
        done=$((done + 1))
        check "$name alone: its work is done" cmp "$made/$name.whole" "$made/now"
    fi
    # shellcheck disable=SC2046
    (cd "$folder/work" && nulldrift $(command_of "$name") >"$made/out" 2>"$made/err") ||
        [ $code -eq 0 ] || fail "$name, then with processes: $(cat "$made/err")"
    check "$name, then with processes: the same" cmp "$made/$name.whole" <(listing | grep -v '^picture.svg.gnuplot~/')
done
echo "$ended commands ended with a line, $done did their work alone"
check "some needed a process" test $ended -gt 3
check "and some none" test $done -gt 3
