#!/bin/bash
# nulldrift bench: where the first Python of PATH has no PyTorch, /usr/bin/python3 runs the peer.
. "$2/tests/support/shell.sh"
needs /usr/bin/python3
mkdir none
printf '#!/bin/sh\nexit 1\n' >none/python3
chmod +x none/python3
number='[0-9.]+ +'
echo 'print("1000.0 of a test")' >peer.py
PATH="$folder/none:$PATH" succeeds bench --cases C --peer peer.py
matches "^C +100000 +($number){4}[0-9]+% +1000\.0 +[0-9.e+]+$"
matches '^PyTorch: of a test$'
