#!/bin/bash
# Help points to nothing that is not installed; pages are in the program; no line ends in blanks; what was
# meant is proposed; completion knows commands, figures, verbs, keys and files.
. "$2/tests/support/shell.sh"
pages="experiment-file run-file recordings model worlds sweeps phases flatness hebbian information verdict figures methods"
for page in $pages; do
    succeeds help $page
    check "the page $page is whole: its last line is there" \
        test "$(wc -l <out)" -ge "$(grep -vc '^!\[' "$source/docs/$page.md")"
    check "no link of $page leads to a file" test -z "$(grep -E '\]\([a-z-]*\.md' out)"
    cat out >>pages
done
for page in $pages; do
    check "pages name help's page $page, no file" test -z "$(grep "docs/$page.md" pages)"
done
nulldrift --help >all
for command in $(sed -n 's/^  \([a-z-]*\)  *[a-zA-Z].*/\1/p' all); do
    nulldrift help "$command" >>all 2>/dev/null
done
check "no line ends in blanks" test -z "$(grep -n ' $' all)"
check "help names pages, not files of the source" test -z "$(grep -n 'docs/' all)"
refuses 2 "there is no command 'measur'; did you mean measure?" measur
refuses 2 "there is no command or page 'swep'; did you mean sweep?" help swep
refuses 2 "--quiett; did you mean --quiet?" run x.yaml --quiett
refuses 2 "there is no figure 'informaton'; did you mean information?" figure informaton x.nc -o x.pdf
succeeds help --man-folder .
for page in nulldrift.1 nulldrift-run.1 nulldrift-experiment-file.7 nulldrift-model.7; do
    check "$page" test -s $page
done
succeeds help --completion complete.bash
completes() { # completes WORD WORDS...: the words so far, the last to be completed, offer WORD
    local wanted=$1
    shift
    check "$* is completed to $wanted" bash -c '
        . ./complete.bash
        wanted=$1
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _nulldrift
        printf "%s\n" "${COMPREPLY[@]}" | grep -qxF -- "$wanted"' - "$wanted" "$@"
}
completes measure nulldrift mea
completes fig2 nulldrift figure fi
completes merge nulldrift sweep me
completes run-file nulldrift help run-
completes learning.update_noise= nulldrift run x.yaml --set learning.up
completes --snapshots nulldrift spectrum run.nc --sn
completes nulldrift.1 nulldrift info nulldrift.
