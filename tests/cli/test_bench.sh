#!/bin/bash
# nulldrift bench: the table, and the peer beside it by the first Python of PATH.
. "$2/tests/support/shell.sh"

# A Python that says it is another, and one that has no PyTorch (test_bench_second.sh goes on).
mkdir other none
printf '#!/bin/sh\necho "500.0 of another"\n' >other/python3
printf '#!/bin/sh\nexit 1\n' >none/python3
chmod +x other/python3 none/python3
number='[0-9.]+ +'

succeeds bench --cases C
matches "^C +100000 +($number){4}[0-9]+%$"
echo 'print("1000.0 of a test")' >peer.py
PATH="$folder/other:$PATH" succeeds bench --cases C --peer peer.py
matches "^C +100000 +($number){4}[0-9]+% +500\.0 +[0-9.e+]+$"
matches '^PyTorch: of another$'
: >nothing.py
PATH="$folder/none:$PATH" succeeds bench --cases C --peer nothing.py
matches "^C +100000 +($number){4}[0-9]+% +none +-$"
