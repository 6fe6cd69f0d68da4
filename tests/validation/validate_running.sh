#!/bin/bash
# Verdicts of two mice on two tracks, sessions cut to the shortest's running frames, and to half of
# these over the days, forward and backward (docs/verdict.md): one of four may change, none into
# directed drift or out of it. validate_running.sh PROGRAM SOURCE_FOLDER. About a minute.
set -u
test=$(dirname "$(realpath "$1")")/tests/sessions_test_cut_running_shared
[ -x "$test" ] || test=$(realpath "$2")/build-test/tests/sessions_test_cut_running_shared
[ -x "$test" ] || {
    echo "skipped: $test is not built (make test builds it)"
    exit 77
}
cd "$2" || exit 1
"$test" 2>&1 | grep -v '^\[\(  *RUN\|=\|  *PASSED\)'
exit "${PIPESTATUS[0]}"
