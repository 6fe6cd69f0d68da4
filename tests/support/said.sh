#!/bin/bash
# What commands print, held by exact files: tests/ROOM/said_*.txt.
#     said.sh PROGRAM SOURCE_FOLDER FILE
# In such a file `$ ` begins a command of the shell and `> ` goes on with it. What it printed, standard
# output and error together, follows, each line after four blanks and without blanks at its end; then
# [N] where its exit code N was not 0. `~ EXPRESSION` is for sed, which makes what comes after it the
# same on every machine. The program's
# version and the folders it works in are taken out already. `#` begins a comment; the blank lines before are for the eye.
# All commands of a file run in one new folder. With ND_WRITE_SAID=1 the file is written anew: see with
# `git diff` that what changed is meant.
. "$2/tests/support/shell.sh"
held=$source/${3#"$2"/}
export LC_ALL=C.UTF-8 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export NULLDRIFT_INSTRUCTIONS=baseline # rounding of others differs, and not every machine has them
version=$(nulldrift --version | sed 's/.* //; s/\./[.]/g')
same=(-e "s|$folder/||g" -e "s|$source|SOURCE|g" -e "s/\b$version\b/VERSION/")
now=$(mktemp)
trap 'rm -f "$now"; at_end' EXIT

command="" before=""
carry_out() { # the command collected so far, if any
    [ -n "$command" ] || return 0
    eval "$command" >"$now.out" 2>&1 </dev/null
    local code=$?
    sed -E "${same[@]}" -e 's/ +$//; s/^(.+)$/    \1/' "$now.out" >>"$now"
    rm -f "$now.out"
    [ $code -eq 0 ] || echo "[$code]" >>"$now"
    command=""
}
while IFS= read -r line; do
    case $line in
    '> '*)
        command+=$'\n'${line#> }
        echo "$line" >>"$now"
        continue
        ;;
    '$ '* | '#'* | '~ '*)
        carry_out
        # a blank line before each part
        [ -s "$now" ] && [[ $line == '#'* && $before != '#'* ]] && echo >>"$now"
        echo "$line" >>"$now"
        before=$line
        ;;
    esac
    case $line in
    '$ '*) command=${line#$ } ;;
    '~ '*) same+=(-e "${line#~ }") ;;
    esac
done <"$held"
carry_out
if [ -n "${ND_WRITE_SAID-}" ]; then
    checks=1
    cat "$now" >"$held"
else
    check "$held holds what is said (ND_WRITE_SAID=1 writes it anew)" diff "$held" "$now"
fi
