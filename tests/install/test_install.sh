#!/bin/bash
# What `cmake --install` lays down works: program, man pages, completion, and a C program built
# against the library through pkg-config. test_install.sh PROGRAM SOURCE_FOLDER
set -u
build=$(dirname "$(realpath "$1")") source_folder=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
grep -q 'ND_SANITIZE:STRING=.' "$build/CMakeCache.txt" && { echo "skipped: a sanitizer build is not installed"; exit 77; }
cmake --install "$build" --prefix "$folder" >"$folder/log" 2>&1 || fail "cmake --install: $(cat "$folder/log")"
"$folder/bin/nulldrift" --version | grep -q '^nulldrift [0-9]' || fail "the installed program does not run"
for page in nulldrift nulldrift-run; do
    [ -s "$folder/share/man/man1/$page.1" ] || fail "man page $page is missing"
done
bash -n "$folder/share/bash-completion/completions/nulldrift" || fail "the completion is not bash"
pc=$(dirname "$(find "$folder" -name nulldrift.pc)")
sed -i "s|^prefix=.*|prefix=$folder|" "$pc/nulldrift.pc"
export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=${pc%/pkgconfig}
# shellcheck disable=SC2046
cc "$source_folder/examples/library/drift.c" $(pkg-config --cflags --libs nulldrift) -lm -o "$folder/drift" ||
    fail "the example does not build against the installed library"
"$folder/drift" >"$folder/out" || fail "the example does not run"
[ "$(grep -c '^step' "$folder/out")" -eq 6 ] || fail "the example printed: $(cat "$folder/out")"
hidden=$(nm -D --defined-only "$folder"/lib*/libnulldrift.so "$folder"/lib*/*/libnulldrift.so 2>/dev/null |
    awk '$2 == "T" {print $3}' | grep -v '^nd_' | head -3)
[ -z "$hidden" ] || fail "the library exports names without nd_: $hidden"
echo "installed, and built against"
