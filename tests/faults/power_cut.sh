# Power cuts: what a command does to files is written down (ND_FAULTS_LOG), and the folder as it may be
# after the first so many of these steps is rebuilt. Sourced after cases.sh and fail_each.sh.
#     cut_power NAME MOST    at most so many places, and the last twenty, each with what was not durable there, lost, and half
#                            lost: every state is resumed by the same command, to the same result
states=0

build_rebuild() {
    "${CC:-cc}" -O1 -D_GNU_SOURCE -o "$tools/rebuild" "$source/tests/faults/rebuild.c" || exit 1
}

# The state in `work`: resumed, if no state like it was.
resume_state() { # NAME WHAT
    look
    new_state || return 0
    states=$((states + 1)) checks=$((checks + 1))
    # shellcheck disable=SC2046
    (cd "$folder/work" && timeout 600 "$program" $(command_of "$1") >"$made/out" 2>"$made/err") ||
        fail "$1 after a power cut $2: exit code $?: $(cat "$made/err")"
    listing >"$made/now"
    diff "$made/$1.whole" "$made/now" >"$made/difference" ||
        fail "$1 after a power cut $2: $(cat "$made/difference" "$made/err")"
}

cut_power() {
    local entries cut how before=$states wrong=$failures
    seen=()
    rm -f "$made/log"
    begin_case "$1"
    rm -rf "$made/before" && cp -r "$folder/work" "$made/before"
    # shellcheck disable=SC2046
    (cd "$folder/work" && ND_FAULTS_LOG=$made/log ND_FAULTS_ROOT=$(realpath "$folder/work") LD_PRELOAD=$tools/faults.so \
        "$program" $(command_of "$1") >/dev/null 2>&1) || fail "$1 while it is written down: exit code $?"
    listing | diff "$made/$1.whole" - || fail "$1 while it is written down: another result"
    rebuild() { rm -rf "$folder/work" && "$tools/rebuild" "$made/log" "$root" "$made/before" "$folder/work" "$@"; }
    root=$(realpath "$folder/work")
    entries=$(rebuild 99999999 all)
    check "$1: its steps were written down" test "$entries" -gt 5
    listing | grep -v '\.sqlite' | diff <(grep -v '\.sqlite' "$made/$1.whole") - || fail "$1: the steps do not make the result"
    rebuild "$entries" none >/dev/null
    listing >"$made/now"
    check "$1: what it made is durable once it has ended" \
        test -z "$(grep -v '\.lock ' "$made/$1.whole" | grep -vxFf "$made/now")"
    for cut in $( (spread "$entries" "$2"; seq $((entries > 20 ? entries - 20 : 1)) "$entries") | sort -nu); do
        for how in all none "$cut"; do
            rebuild "$cut" "$how" >/dev/null || fail "$1: no state at $cut, $how"
            resume_state "$1" "at step $cut of $entries ($how)"
        done
    done
    echo "$1: $entries steps, $((states - before)) states resumed, $((failures - wrong)) wrong"
}
