# Calls that fail, one at a time. Sourced after cases.sh.
#     count_calls NAME              fills $made/NAME.counts: KIND CALLS, in an undisturbed run
#     fail_call NAME KIND N         the command with its N-th call of that kind failing: either it is
#                                   done all the same, or it ends with exit code 1 (3 where it can be
#                                   resumed) and one line, every file as before or whole; then the same
#                                   command does its work, and nothing else is left
#                                   (once for all failures that left the same files)
#     said_truly NAME CODE          what it said is written is there, whole; nothing is said before it is.
#                                   `record` names its files; the others speak when all is done
#     spread N M                    M numbers of 1 to N, evenly; all where there are no more
tried=0 told=0

# Whether no state like the one that was looked at last has been seen since `seen` was emptied: every
# byte of every file but the temporary ones, which no command reads.
declare -A seen
new_state() {
    local line state=
    while read -r line; do
        case $line in
        *.tmp-*) line=${line#* } line=${line%%.tmp-*} ;;
        esac
        state+=$line/
    done <<<"$sums"
    [ -z "${seen[$state]+there}" ] && seen[$state]=1
}

with_faults() { # WORDS COMMAND...
    local words=$1
    shift
    timeout 600 env ND_FAULTS="$words" ND_FAULTS_COUNTS="$counts" LD_PRELOAD="$tools/faults.so" "$program" "$@"
}

count_calls() {
    local kind
    begin_case "$1"
    new_counts
    # shellcheck disable=SC2046
    (cd "$folder/work" && with_faults open:0 $(command_of "$1") >/dev/null 2>&1) || fail "$1 under the library: exit code $?"
    for kind in ${kinds% failed}; do
        echo "$kind $(count_of "$kind")"
    done >"$made/$1.counts"
}

spread() {
    awk -v n="$1" -v m="$2" 'BEGIN { if (m > n) m = n; for (i = 0; i < m; i++) print int((i + 0.5) * n / m) + 1 }'
}

# Is every file as it was, or whole, or one of those that are kept until the work is done?
no_halves() {
    local line
    [ "$(<"$made/now")" != "$(<"$made/$1.before")" ] || return 0
    while read -r line; do
        case ${line% *} in
        *.part | *.ckpt | *.ckpt.1 | *.tmp-* | *.lock | sweep/*) continue ;;
        esac
        grep -qxF "$line" "$made/$1.before" "$made/$1.whole" || { echo "half: $line"; return 1; }
    done <"$made/now"
    while read -r line; do
        cut -d' ' -f1 "$made/now" | grep -qxF "${line% *}" || { echo "gone: $line"; return 1; }
    done <"$made/$1.before"
}

said_truly() {
    local file
    [ -s "$made/out" ] || return 0
    [ "$(tail -n 1 "$made/out")" != "Written:" ] || { echo "it said 'Written:' and no more"; return 1; }
    while read -r file; do
        grep -qxF "$(grep "^$file " "$made/$1.whole")" "$made/now" || { echo "not written: $file"; return 1; }
    done < <(sed -n '/^Written:$/,$s/^  //p' "$made/out")
    [ "$2" -eq 0 ] || [ "$1" = record ] || [ -z "$(grep -v '\.lock ' "$made/$1.whole" | grep -vxFf "$made/now")" ] ||
        { echo "it said before it was done: $(head -n 3 "$made/out")"; return 1; }
}

fail_call() {
    local name=$1 what="$1 with $2 $3 failing" code
    begin_case "$name"
    new_counts
    # shellcheck disable=SC2046
    (cd "$folder/work" && with_faults "$2:$3" $(command_of "$name") >"$made/out" 2>"$made/err")
    code=$?
    [ $code -ne 0 ] || [ "$(count_of failed)" -gt 0 ] || return 0 # threads: one call less this time
    tried=$((tried + 1)) checks=$((checks + 1))
    echo "$2 $3" >>"$made/tried"
    # said under --quiet, too
    [ ! -s "$made/err" ] || sed -i -e '/: run-ID.nc of .* runs will take about /d' -e '/: its file system knows no locks; let no/d' "$made/err"
    listing >"$made/now"
    said_truly "$name" $code >"$made/difference" || fail "$what: $(cat "$made/difference")"
    if [ $code -eq 0 ]; then # a store that opens for reading alone keeps SQLite's files till the next command
        grep -v '\.sqlite-\(shm\|wal\) ' "$made/now" | diff "$made/$name.whole" - >"$made/difference" || { [ "$2" = unlink ] && no_halves "$name" >/dev/null; } ||
            fail "$what: exit code 0, and another result: $(cat "$made/difference" "$made/err")"
    elif [ $code -ne 1 ] && [ $code -ne 3 ]; then
        fail "$what: exit code $code: $(tail -n 3 "$made/err")"
    elif [ $code -eq 1 ] && { [ "$(wc -l <"$made/err")" -ne 1 ] || ! grep -q '^nulldrift: .' "$made/err"; }; then
        fail "$what: not one line: $(head -n 5 "$made/err")"
    else
        told=$((told + 1))
        no_halves "$name" >"$made/difference" || fail "$what: $(cat "$made/difference" "$made/err")"
    fi
    [ $code -ne 0 ] || ! cmp -s "$made/$name.whole" "$made/now" || return 0
    new_state || return 0
    # shellcheck disable=SC2046
    (cd "$folder/work" && timeout 600 "$program" $(command_of "$name") >"$made/out" 2>"$made/err2") ||
        fail "$what, then without: exit code $?: $(cat "$made/err2"), after: $(cat "$made/err")"
    listing >"$made/now"
    grep -v '^picture.svg.gnuplot~/' "$made/now" | diff "$made/$name.whole" - >"$made/difference" || fail "$what, then without: $(cat "$made/difference"), after: $(cat "$made/err")"
}

fail_calls() { # NAME MOST MOST_MEMORY [0|1]: of each kind, or every second, at most so many calls, and so many for memory
    local kind calls most n turn=0 all=0 before=$failures tried_before=$tried told_before=$told
    count_calls "$1"
    : >"$made/tried"
    seen=()
    while read -r kind calls; do
        turn=$((turn + 1))
        [ $# -lt 4 ] || [ $((turn % 2)) -eq "$4" ] || continue
        most=$2 all=$((all + calls))
        [ "$kind" != memory ] || most=$3
        for n in $(spread "$calls" "$most"); do
            fail_call "$1" "$kind" "$n"
        done
    done <"$made/$1.counts"
    echo "$1: $((tried - tried_before)) of $all calls failed, $((told - told_before)) ended it with a line, the others were done without; $((failures - before)) wrong"
}
