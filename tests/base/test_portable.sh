#!/bin/bash
# Calls that Linux alone has stand in src/base/platform.c, beside a way for other systems; those that
# confine a process in src/base/sandbox*.c, beside doing without.
. "$2/tests/support/shell.sh"
cd "$source" || exit 1
linux='sys/(prctl|random|syscall|epoll|eventfd|inotify)\.h|linux/|<endian\.h>|<byteswap\.h>|\b(pipe2|getrandom|prctl|sched_getaffinity|memfd_create|renameat2|gettid) *\(|"/proc/|\benviron *[;[]'
found=$(git ls-files 'src/*.c' 'src/*.h' 2>/dev/null || find src -name '*.[ch]')
check "there are sources" test -n "$found"
# shellcheck disable=SC2086
check "nothing else names them: $(grep -nE "$linux" $found /dev/null | grep -vE '^src/base/(platform|sandbox|sandbox_try)\.c:' | head -n 5)" \
    test -z "$(grep -lE "$linux" $found /dev/null | grep -vE '^src/base/(platform|sandbox|sandbox_try)\.c$')"
check "and that file does" grep -qE "$linux" src/base/platform.c
