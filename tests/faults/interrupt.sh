# Ctrl-C and SIGTERM at the n-th call of a command. Sourced after cases.sh and fail_each.sh.
#     interrupt_call NAME KIND N SIGNAL   2 (to the whole group, as Ctrl-C) or 15 (to the program): either
#                                   it is done all the same; or it ends with exit code 3, says how to go
#                                   on, and leaves what it goes on from; or it ends of the signal, every
#                                   file as before or whole, and nothing else is there. Then the same
#                                   command does its work
#     interrupt_calls NAME MOST     at most so many calls of each kind, Ctrl-C and SIGTERM in turn
goes_on=" run hebbian continue sweep-1 sweep-2 kept "
interrupted=0 of_signal=0 at_checkpoint=0

# Each file as before or whole, and neither folder nor file that is put together.
nothing_else() {
    grep -vxFf "$made/$1.before" "$made/now" | grep -vxFf "$made/$1.whole"
    find "$folder/work" -name '*.tmp-*'
}

interrupt_call() {
    local name=$1 what="$1 with signal $4 at $2 $3" code
    begin_case "$name"
    new_counts
    # shellcheck disable=SC2046
    (
        cd "$folder/work" || exit 1
        timeout 600 setsid --wait env ND_FAULTS_SIGNAL="$4" ND_FAULTS="$2:$3" ND_FAULTS_COUNTS="$counts" \
            LD_PRELOAD="$tools/faults.so" "$program" $(command_of "$name") >"$made/out" 2>"$made/err"
    ) 2>/dev/null
    code=$?
    interrupted=$((interrupted + 1)) checks=$((checks + 1))
    sed -i -e '/: run-ID.nc of .* runs will take about /d' "$made/err"
    listing >"$made/now"
    if [ $code -eq 0 ]; then
        diff "$made/$name.whole" "$made/now" >"$made/difference" || fail "$what: done, and another result: $(cat "$made/difference")"
        return
    elif [ $code -eq 3 ] && [[ $goes_on = *" $name "* ]]; then
        at_checkpoint=$((at_checkpoint + 1))
        grep -q 'run the same command again' "$made/out" "$made/err" || fail "$what: exit code 3, and not a word on how to go on"
        no_halves "$name" >"$made/difference" || fail "$what: $(cat "$made/difference")"
    elif [ $code -eq $((128 + $4)) ]; then
        of_signal=$((of_signal + 1))
        [ ! -s "$made/err" ] || { [ "$(wc -l <"$made/err")" -eq 1 ] && grep -q '^nulldrift: .*stopped' "$made/err"; } ||
            fail "$what: it said $(head -n 5 "$made/err")"
        nothing_else "$name" >"$made/difference"
        [ ! -s "$made/difference" ] || fail "$what: there is $(cat "$made/difference")"
    else
        fail "$what: exit code $code: $(tail -n 3 "$made/err")"
    fi
    new_state || return 0
    # shellcheck disable=SC2046
    (cd "$folder/work" && timeout 600 "$program" $(command_of "$name") >"$made/out" 2>"$made/err2") ||
        fail "$what, then again: exit code $?: $(cat "$made/err2")"
    listing >"$made/now"
    grep -v '^picture.svg.gnuplot~/' "$made/now" | diff "$made/$name.whole" - >"$made/difference" ||
        fail "$what, then again: $(cat "$made/difference")"
}

interrupt_calls() {
    local kind calls n number=2 before=$failures first=$interrupted ended=$of_signal stopped=$at_checkpoint
    count_calls "$1"
    seen=()
    while read -r kind calls; do
        case $kind in open | write | fsync | rename | close | unlink) ;; *) continue ;; esac
        for n in $(spread "$calls" "$2"); do
            interrupt_call "$1" "$kind" "$n" $number
            number=$((17 - number))
        done
    done <"$made/$1.counts"
    echo "$1: $((interrupted - first)) times, $((of_signal - ended)) ended of the signal, $((at_checkpoint - stopped)) at a checkpoint, the others were done; $((failures - before)) wrong"
}
