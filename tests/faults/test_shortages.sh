#!/bin/bash
# What is not to be had at all: processes, locks, address space, somebody who reads what is printed. One
# clear line, and every file as it was or whole.
. "$2/tests/support/shell.sh"
. "$source/tests/faults/cases.sh"
. "$source/tests/faults/fail_each.sh"
make_tools
make_cases

for name in $cases; do
    fail_call "$name" fork 1+
    fail_call "$name" lock 1+:38 # ENOSYS
    ! grep -q 'another process\|another command' "$made/err" || fail "$name without locks: $(cat "$made/err")"
    fail_call "$name" lock 1+:37 # ENOLCK
    ! grep -q 'another process\|another command' "$made/err" || fail "$name without locks: $(cat "$made/err")"
done

# Ever less address space, in KB, as far down as the program can be loaded at all.
limited() { (ulimit -v "$1" && shift && exec "$program" "$@"); }
lowest=50000
# OpenBLAS 0.3.29 tries for ever for its 128 MiB, while the program is being loaded.
until (ulimit -v $lowest && exec timeout 10 "$program" --version) >/dev/null 2>&1; do
    lowest=$((lowest + 10000))
done
ended=0
for name in $cases; do
    for more in 2000 60000; do
        begin_case "$name"
        # shellcheck disable=SC2046
        (cd "$folder/work" && limited $((lowest + more)) $(command_of "$name") >"$made/out" 2>"$made/err")
        code=$?
        sed -i '/: run-ID.nc of .* runs will take about /d' "$made/err"
        listing >"$made/now"
        check "$name in $((lowest + more)) KB: exit code 0 or 1, not $code: $(tail -n 2 "$made/err")" test $code -le 1
        check "$name in $((lowest + more)) KB: every file as before or whole" no_halves "$name"
        [ $code -ne 1 ] || { ended=$((ended + 1)) && check "$name in $((lowest + more)) KB: one line: $(cat "$made/err")" \
            test "$(grep -c '^nulldrift: ' "$made/err")/$(wc -l <"$made/err")" = 1/1; }
    done
done
check "some commands had too little" test $ended -gt 0

# Nobody reads: what is written to files is whole, and what could not be printed is one line.
for name in $cases; do
    begin_case "$name"
    words=$(command_of "$name" | sed 's/ --quiet//')
    (cd "$folder/work" && unread "$program" $words 2>"$made/err")
    code=$?
    check "$name | true: exit code 0 or 1, not $code" test "$code" -le 1
    check "$name | true: one line: $(cat "$made/err")" test "$(grep -c 'standard output: cannot be written' "$made/err")" = "$code"
    check "$name | true: its work is done" cmp "$made/$name.whole" <(listing)
done
