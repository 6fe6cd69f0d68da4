# Kills at random moments. Sourced after cases.sh.
#     kill_once NAME     the command, killed at a random moment of its usual time, then given again
#     tell_kills         how many were killed, by command
killed=0
declare -A kills ended usual

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

kill_once() {
    local name=$1 process begin after
    begin_case "$name"
    if [ -z "${usual[$name]:-}" ]; then
        begin=$(milliseconds)
        # shellcheck disable=SC2046
        (cd "$folder/work" && exec "$program" $(command_of "$name") >/dev/null 2>&1)
        usual[$name]=$(($(milliseconds) - begin + 1))
        begin_case "$name"
    fi
    after=$((RANDOM * usual[$name] / 32768))
    # shellcheck disable=SC2046
    (cd "$folder/work" && exec "$program" $(command_of "$name") >"$made/out" 2>&1) &
    process=$!
    sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
    kill -KILL $process 2>/dev/null
    wait $process 2>/dev/null
    if [ $? -ne 137 ]; then # it was faster this time
        ended[$name]=$((${ended[$name]:-0} + 1))
        usual[$name]=$((usual[$name] * 9 / 10 + 1))
        return 0
    fi
    killed=$((killed + 1)) checks=$((checks + 1)) kills[$name]=$((${kills[$name]:-0} + 1))
    # shellcheck disable=SC2046
    (cd "$folder/work" && timeout 600 "$program" $(command_of "$name") >"$made/out" 2>"$made/err") ||
        fail "$name killed after $after ms, then again: exit code $?: $(cat "$made/err")"
    listing | diff "$made/$name.whole" - >"$made/difference" ||
        fail "$name killed after $after ms, then again: $(cat "$made/difference" "$made/err")"
}

tell_kills() {
    local name
    for name in $cases; do
        echo "$name: ${kills[$name]:-0} killed and resumed, ${ended[$name]:-0} ended before"
    done
    echo "$killed kills, $failures differ"
}
