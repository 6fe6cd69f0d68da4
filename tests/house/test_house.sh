#!/bin/bash
# The house has no circle and no arrow up, its picture is what the code says, and scripts/house would
# see each of these faults.
. "$2/tests/support/shell.sh"

# house ARGUMENTS...: its exit code; what it said is in the file out
house() { "$source/scripts/house" "$@" >out; }

check "the picture is drawn anew" house --source "$source" --picture "$source/docs/pictures/house.svg" --check
says 'no circle, no arrows up'

# Each fault on its own, in a small house.
file() {
    mkdir -p "$(dirname "small/src/$1")"
    printf '%b' "$2" >"small/src/$1"
}
sees() {
    check "scripts/house does not see: $1" eval '! house --source small'
    says "$1"
    rm -r small
}
file base/a.c 'int nd_a(void) {\n    return nd_b();\n}\n'
file base/b.c 'int nd_b(void) {\n    return nd_a();\n}\n'
sees 'circle of files: base/a.c, base/b.c'

file rule/a.h '#include "world/b.h"\n'
file world/b.h '#include "rule/c.h"\n'
file rule/c.h ''
sees 'circle of rooms: rule, world'

file base/a.c '#include "cli/b.h"\n'
file cli/b.h ''
sees 'arrow up: base/a.c includes cli/b.h'

file attic/a.c ''
sees 'room without a place: src/attic'

# Comments and texts are no calls.
file base/a.c 'int nd_a(void) {\n    /* nd_b() */ return puts("nd_b()");\n}\n'
file base/b.c 'int nd_b(void) {\n    return nd_a();\n}\n'
check "a comment taken for a call" house --source small
