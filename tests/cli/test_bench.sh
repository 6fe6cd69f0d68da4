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

# A Python that says it is another, and one that has no PyTorch.
mkdir other none
printf '#!/bin/sh\necho "500.0 of another"\n' >other/python3
printf '#!/bin/sh\nexit 1\n' >none/python3
chmod +x other/python3 none/python3
number='[0-9.]+ +'

"$program" bench --cases C >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+%$"
echo 'print("1000.0 of a test")' >peer.py
PATH="$folder/other:$PATH" "$program" bench --cases C --peer peer.py >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+% +500\.0 +[0-9.e+]+$"
expect '^PyTorch: of another$'
if [ -x /usr/bin/python3 ]; then
    PATH="$folder/none:$PATH" "$program" bench --cases C --peer peer.py >out || failures=$((failures + 1))
    expect "^C +100000 +($number){4}[0-9]+% +1000\.0 +[0-9.e+]+$"
    expect '^PyTorch: of a test$'
fi
: >nothing.py
PATH="$folder/none:$PATH" "$program" bench --cases C --peer nothing.py >out || failures=$((failures + 1))
expect "^C +100000 +($number){4}[0-9]+% +none +-$"

[ "$failures" -eq 0 ] || exit 1
echo "bench: its table, a peer by the first Python and by the second, one that does not run"
