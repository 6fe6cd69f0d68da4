#!/bin/bash
# What a newcomer does: a fresh clone of this commit, an empty environment, and every command of README
# and docs/getting-started in order, as printed (indented by four blanks, or after `$ `; an indented block
# that begins with `import` is Python's). Each is looked at: its exit code is 0, and what it should have made is
# there. A command that no check knows is a failure, so that a new one brings its check.
#     tests/newcomer.sh [SOURCE_FOLDER]
# Closes with "N passed, N failed, N skipped". It takes the minutes of `make demo`.
set -u
source=$(realpath "${1:-$(dirname "$0")/..}")
place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
passed=0 failed=0 skipped=0
mkdir "$place/home"
git clone -q "$source" "$place/nulldrift" || exit 1
cd "$place/nulldrift" || exit 1
# The reader's own recordings, as README describes them.
mkdir sessions
for day in 1 2 3; do
    awk -v shift="0.0$day" 'BEGIN {
        print "time,x,cell_1,cell_2,cell_3,cell_4"
        for (f = 0; f < 2400; f++) {
            p = (f % 200 + 0.5) / 100; x = p < 1 ? p : 2 - p
            printf "%.3f,%.4f", f * 0.05, x
            for (c = 0; c < 4; c++) {
                d = x - (c + 0.5) / 4 - shift
                printf ",%d", (d * d < 0.01 && (f * 7919 + c * 31) % 5 < 3)
            }
            print ""
        }
    }' >sessions/day$day.csv
done

# The commands of a page, one a line; Python's blocks as one line, their lines parted by \x01.
commands() {
    awk '
        function flush() { if (python != "") print "python " python; python = "" }
        /^    [^ ]/ || (python != "" && /^    /) {
            line = substr($0, 5)
            if (python == "" && line ~ /^(import|from) /) python = line
            else if (python != "") python = python "\001" line
            else print line
            next
        }
        # in a block ```console: `$ COMMAND`, gone on with by `> `
        /^[$] / { flush(); if (command != "") print command; command = substr($0, 3); next }
        /^> / && command != "" { sub(/ *\\$/, "", command); sub(/^> */, ""); command = command " " $0; next }
        command != "" { print command; command = "" }
        /^$/ { if (python != "") python = python "\001"; next }
        { flush() }
        END { flush() }' "$1"
}

there() { for file; do [ -s "$file" ] || { echo "$file is not there"; return 1; }; done; }
picture() { there "$1" && [ "$(stat -c %s "$1")" -gt 3000 ]; }
output_of() { sed -nE 's/.* -o ([^ ]+).*/\1/p' <<<"$1"; }

# look COMMAND: what the command should have made, or said (in ../said)
look() {
    local output
    output=$(output_of "$1")
    case $1 in
    'make install '*) there "$place/home/.local/bin/nulldrift" "$place"/home/.local/share/man/man1/nulldrift.1* ;;
    export*PATH=*) [ "$(command -v nulldrift)" = "$place/home/.local/bin/nulldrift" ] ;;
    'make demo') picture demo/figure-2.png && there demo/figure-2.nc demo/figure-2.pdf ;;
    'nulldrift run '*) there "${output:-figure-2.nc}" && grep -q 'records and' ../said ;;
    'nulldrift measure '*) grep -q 'tuning ' ../said && nulldrift info "${1##* }" | grep -q 'tuning_curves(' ;;
    'nulldrift figure '*) picture "$output" ;;
    'nulldrift info '*) grep -q 'loss(record)' ../said ;;
    'nulldrift phases '*--json) [ "$(grep -c '^{"phase": ' ../said)" = 3 ] ;;
    'nulldrift phases '*) grep -q 'familiarity' ../said ;;
    'nulldrift record --scan '*) grep -q 'label:' "$output" ;;
    'nulldrift record '*--check) [ "$(grep -c ' 4 cells, ' ../said)" = 3 ] ;;
    'nulldrift record '*) there "$output.nc" "$output.csv" "${output}_statistics.csv" && picture "$output.png" ;;
    'python '*) return 0 ;; # its exit code says it
    *) echo "no check knows this command" && return 1 ;;
    esac
}

# Everything runs in one shell with an empty environment, as the reader's: `export` holds.
export HOME=$place/home
for name in $(compgen -e); do
    case $name in HOME | PATH) ;; *) unset "$name" ;; esac
done
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
hash -r
for page in README.md docs/getting-started.md; do
    while IFS= read -r command; do
        case $command in
        'python '*)
            if ! /usr/bin/python3 -c 'import xarray, matplotlib' 2>/dev/null; then
                echo "skipped: $page: Python (python3-xarray, python3-matplotlib are not here)"
                skipped=$((skipped + 1))
                continue
            fi
            tr '\001' '\n' <<<"${command#python }" >../program.py
            MPLBACKEND=agg /usr/bin/python3 ../program.py >../said 2>&1 </dev/null
            ;;
        'make install '*) [ "$page" = README.md ] && [ ! -e "$HOME/.local" ] || continue
            eval "$command" >../said 2>&1 </dev/null ;;
        export*) eval "$command" ;;
        *) eval "$command" >../said 2>&1 </dev/null ;;
        esac
        code=$?
        shown=$(tr '\001' ' ' <<<"$command" | cut -c1-90)
        if [ $code -eq 0 ] && look "$command"; then
            echo "passed: $page: $shown"
            passed=$((passed + 1))
        else
            echo "FAILED: $page: $shown (exit code $code)"
            tail -n 5 ../said
            failed=$((failed + 1))
        fi
    done < <(commands $page)
done
[ $((passed + failed)) -gt 0 ] || { echo "FAILED: no command was found"; failed=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
