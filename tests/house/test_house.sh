#!/bin/bash
# The house has no circle and no arrow up, and scripts/house would see one.
# tests/house/test_house.sh PROGRAM SOURCE_FOLDER
set -eu
source=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$source/scripts/house" --source "$source" --picture "$source/docs/pictures/house.svg" --check >"$place/words" ||
    { cat "$place/words"; exit 1; }
grep -q 'no circle, no arrows up' "$place/words"

# Each fault on its own, in a small house: rooms in a circle, files in one, an arrow up, an unknown room.
check() {
    local wanted=$1
    if "$source/scripts/house" --source "$place/small" >"$place/words"; then
        echo "not seen: $wanted"
        exit 1
    fi
    grep -qF "$wanted" "$place/words" || { cat "$place/words"; echo "expected: $wanted"; exit 1; }
    rm -rf "$place/small"
}
file() {
    mkdir -p "$(dirname "$place/small/src/$1")"
    printf '%b' "$2" >"$place/small/src/$1"
}
file base/a.c 'int nd_a(void) {\n    return nd_b();\n}\n'
file base/b.c 'int nd_b(void) {\n    return nd_a();\n}\n'
check 'circle of files: base/a.c, base/b.c'

file rule/a.h '#include "world/b.h"\n'
file world/b.h '#include "rule/c.h"\n'
file rule/c.h ''
check 'circle of rooms: rule, world'

file base/a.c '#include "cli/b.h"\n'
file cli/b.h ''
check 'arrow up: base/a.c includes cli/b.h'

file attic/a.c ''
check 'room without a place: src/attic'

# Comments and texts are no calls.
file base/a.c 'int nd_a(void) {\n    /* nd_b() */ return puts("nd_b()");\n}\n'
file base/b.c 'int nd_b(void) {\n    return nd_a();\n}\n'
"$source/scripts/house" --source "$place/small" >/dev/null
