#!/bin/bash
# nulldrift bench: the table, and the peer beside it, found by the first Python that runs it.
# test_bench.sh PROGRAM SOURCE_FOLDER
set -u
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# expect PATTERN: a line of out matches
expect() {
    grep -qE -- "$1" out && return
    echo "FAILED: no line '$1' in:"
    cat out
    failures=$((failures + 1))
}

# A Python that prints what the peer's file says, or fails where it is empty.
mkdir bin
cat >bin/python3 <<'P'
#!/bin/sh
test -s "$1" && cat "$1"
P
chmod +x bin/python3
number='[0-9.]+ +'

"$program" bench --cases C >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+%$"
echo "1000.0 of a test" >peer.py
PATH="$folder/bin:$PATH" "$program" bench --cases C --peer peer.py >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+% +1000\.0 +[0-9.e+]+$"
expect '^PyTorch: of a test$'
: >nothing.py
PATH="$folder/bin:$PATH" "$program" bench --cases C --peer nothing.py >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+% +none +-$"

[ "$failures" -eq 0 ] || exit 1
echo "bench: its table, a peer that runs, one that does not"
