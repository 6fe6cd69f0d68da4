#!/bin/bash
# What `cmake --install` lays down works: program, man pages, completion, and a C program built
# against the library through pkg-config.
. "$2/tests/support/shell.sh"
build=$(dirname "$program")
grep -q 'ND_SANITIZE:STRING=.' "$build/CMakeCache.txt" && skip "a sanitizer build is not installed"
check "it installs" cmake --install "$build" --prefix "$folder" >log
check "the installed program runs" test "$("$folder/bin/nulldrift" --version | grep -c '^nulldrift [0-9]')" = 1
for page in nulldrift nulldrift-run; do
    check "man page $page" test -s "share/man/man1/$page.1"
done
check "the completion is bash" bash -n share/bash-completion/completions/nulldrift
pc=$(dirname "$(find "$folder" -name nulldrift.pc)")
sed -i "s|^prefix=.*|prefix=$folder|" "$pc/nulldrift.pc"
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=${pc%/pkgconfig}
# shellcheck disable=SC2046
check "the example builds against the installed library" \
    cc "$source/examples/library/drift.c" $(pkg-config --cflags --libs nulldrift) -lm -o drift
check "and runs" ./drift >out
check "its six steps" test "$(grep -c '^step' out)" -eq 6
hidden=$(nm -D --defined-only lib*/libnulldrift.so lib*/*/libnulldrift.so 2>/dev/null |
    awk '$2 == "T" {print $3}' | grep -v '^nd_' | head -3)
check "the library exports names with nd_ alone, not $hidden" test -z "$hidden"
