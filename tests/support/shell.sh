# What every shell test shares. A test begins with
#     . "$2/tests/support/shell.sh"
# and is called with the program and the source folder. It then stands in a new folder of its own,
# removed at its end, and has $program, $source and the words below. Its exit code is 1 when a check
# failed or none was made, 77 when it was skipped.
set -u
program=$(realpath "$1")
source=$(realpath "$2")
folder=$(mktemp -d "${TMPDIR:-/tmp}/nulldrift-test-XXXXXX") || exit 1
cd "$folder" || exit 1
checks=0 failures=0

at_end() {
    local code=$?
    cd / && rm -rf "$folder"
    [ $code -ne 0 ] && [ $failures -eq 0 ] && exit $code
    [ $checks -gt 0 ] || { echo "FAILED: nothing was checked" && exit 1; }
    echo "$checks checks, $failures failed"
    exit $((failures > 0))
}
trap at_end EXIT

nulldrift() { "$program" "$@"; }

# The program meets the user's locale; what a test writes itself has points for decimals under any.
awk() { LC_ALL=C command awk "$@"; }

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
    return 1
}

# skip WHY: where what a test needs is not there
skip() {
    echo "skipped: $*"
    exit 77
}
needs() { command -v "$1" >/dev/null || skip "there is no $1"; }

# needs_reference FOLDER: a folder of ../shared/reference, which is not in the repository; $reference
# is its path. Tests that need one are test_*_shared.sh.
needs_reference() {
    reference=${ND_SHARED:-$source/../shared}/reference/$1
    [ -d "$reference" ] || skip "the reference data $1 are not here"
    reference=$(realpath "$reference")
}

# running_table FRAMES [SHIFT]: a table of an animal running up and down, whose three cells like places of
# their own, all of them moved by SHIFT.
running_table() {
    LC_ALL=C awk -v frames="$1" -v shift="${2:-0}" 'BEGIN {
        print "time,position,velocity,cell_1,cell_2,cell_3"
        for (f = 0; f < frames; f++) {
            p = (f % 200 + 0.5) / 100; x = p < 1 ? p : 2 - p
            printf "%.3f,%.4f,%g", f * 0.05, x, p < 1 ? 0.2 : -0.2
            for (c = 0; c < 3; c++) {
                d = x - (c + 0.5 + shift) / 3
                printf ",%d", (d * d < 0.01 && (f * 7919 + c * 31) % 5 < 3)
            }
            print ""
        }
    }'
}

# may_mount "$@": goes on where disks of any size can be mounted, by root or, in a namespace of its
# own, by anyone; skips where the machine allows neither. First in a test.
may_mount() {
    [ -z "${ND_MAY_MOUNT:-}" ] || return 0
    local how=(--mount)
    [ "$(id -u)" = 0 ] || how+=(--user --map-root-user)
    unshare "${how[@]}" mount -t tmpfs none "$folder" 2>/dev/null || skip "no disk can be mounted here"
    cd / && rm -rf "$folder"
    ND_MAY_MOUNT=1 exec unshare "${how[@]}" bash "$0" "$@"
}

# as_ordinary_user: from here on the program is run as a user to whom not everything is allowed: by
# root as a user of a number of this test's own, to whom the test's folder is given; skips where
# root cannot do that. `ordinary COMMAND...` does the same for other commands.
ordinary() { "$@"; }
as_ordinary_user() {
    [ "$(id -u)" -eq 0 ] || return 0
    needs setpriv
    ordinary_user=$((60000 + $$ % 5000))
    ordinary() { setpriv --reuid $ordinary_user --regid $ordinary_user --clear-groups -- "$@"; }
    cp "$program" "$folder/nulldrift" && program=$folder/nulldrift
    chown -R $ordinary_user:$ordinary_user "$folder"
    ordinary "$program" --version >/dev/null 2>&1 || skip "root cannot be an ordinary user here"
    nulldrift() { ordinary "$program" "$@"; }
}

# check DESCRIPTION COMMAND...: the command succeeds
check() {
    local description=$1
    shift
    checks=$((checks + 1))
    "$@" || fail "$description"
}

# succeeds ARGUMENTS...: the program's exit code is 0; what it said is in the files out and err
succeeds() {
    checks=$((checks + 1))
    nulldrift "$@" >out 2>err || fail "nulldrift $*: exit code $?: $(cat err)"
}

# refuses CODE WORDS ARGUMENTS...: the program's exit code, one line on standard error that holds the
# words, and no file that was not there before
refuses() {
    local code=$1 words=$2 got before after
    shift 2
    checks=$((checks + 1))
    : >out 2>err
    before=$(find . | sort)
    nulldrift "$@" >out 2>err
    got=$?
    after=$(find . | sort)
    if [ $got -ne "$code" ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -qF -- "$words" err; then
        fail "nulldrift $*: exit code $got (wanted $code), or not one line with '$words': $(cat err)"
    elif [ "$before" != "$after" ]; then
        fail "nulldrift $*: files came or went: $(diff <(echo "$before") <(echo "$after"))"
    fi
}

# says TEXT [FILE] and matches PATTERN [FILE]: a line of the file, or of out, holds it
says() {
    checks=$((checks + 1))
    grep -qF -- "$1" "${2-out}" || fail "no '$1' in ${2-out}: $(cat "${2-out}")"
}
matches() {
    checks=$((checks + 1))
    grep -qE -- "$1" "${2-out}" || fail "no line like '$1' in ${2-out}: $(cat "${2-out}")"
}

# draws NAME INPUT... -o FILE: the figure, and it is not nearly empty
draws() {
    local picture=${*: -1}
    succeeds figure "$@"
    [ "$(stat -c %s "$picture" 2>/dev/null || echo 0)" -gt 3000 ] || fail "$picture of figure $*: nearly empty"
}

# until_there FILE [JOB]: waits for a file, no longer than the job lasts
until_there() {
    until [ -e "$1" ]; do
        kill -0 "${2-$$}" 2>/dev/null || return 1
        sleep 0.02
    done
}

# until_said TEXT FILE [JOB]: waits for a line that holds the text, no longer than the job lasts. What a
# test does to a program that works it does after such a sign, not after some time.
until_said() {
    until grep -qF -- "$1" "$2" 2>/dev/null; do
        kill -0 "${3-$$}" 2>/dev/null || return 1
        sleep 0.02
    done
}

# unread COMMAND...: its standard output is a pipe that nobody reads any more
unread() {
    local reader writer code
    mkfifo "$folder/unread" || exit 1
    exec {reader}<>"$folder/unread" {writer}>"$folder/unread" {reader}>&-
    "$@" >&"$writer"
    code=$?
    exec {writer}>&-
    rm -f "$folder/unread"
    return $code
}
