#!/bin/bash
# The Debian packages in a bare system, by root: install, a demo, programs in C and C++ built by
# pkg-config and by CMake, and removal that leaves nothing. use_packages.sh FOLDER_OF_DEBS SOURCES
# Called by scripts/elsewhere SUITE/deb, inside a root that is thrown away.
set -u
debs=$1 source=$2
checks=0 failures=0
check() {
    local description=$1
    shift
    checks=$((checks + 1))
    if "$@" >/tmp/log 2>&1; then
        echo "ok: $description"
    else
        echo "FAILED: $description: $(tail -n 20 /tmp/log)"
        failures=$((failures + 1))
    fi
}
export DEBIAN_FRONTEND=noninteractive
files() {
    find / -xdev \( -path /proc -o -path /tmp -o -path /root -o -path /home \) -prune -o -name '*nulldrift*' -print |
        grep -v -e ^/var/lib/dpkg -e ^/var/cache -e ^/var/log
}
apt-get update -qq
check "the program's package installs" apt-get install -y "$debs"/nulldrift_*.deb
mkdir /tmp/work && cd /tmp/work || exit 1
check "the program runs" nulldrift --version
check "its demo: a run" nulldrift run /usr/share/nulldrift/examples/figure-2.yaml --set run.steps=20000 -o figure-2.nc --quiet
check "measured" nulldrift measure figure-2.nc
check "and drawn" nulldrift figure fig2 figure-2.nc -o figure-2.png
check "the picture is there" test -s figure-2.png
check "a man page" test -e /usr/share/man/man1/nulldrift-run.1.gz
check "the licence" test -s /usr/share/doc/nulldrift/copyright
check "the library's packages install" apt-get install -y --no-install-recommends "$debs"/libnulldrift0.2_*.deb \
    "$debs"/libnulldrift-dev_*.deb gcc g++ cmake make pkg-config libc6-dev
cp -r /usr/share/nulldrift/examples/library/. .
line=$(sed -n 's/.*Build: *\(cc .* -o drift\).*/\1/p' drift.c)
check "C by pkg-config: $line" bash -c "$line && ./drift && ldd drift | grep -q libnulldrift"
check "C++ by pkg-config" bash -c "c++ $source/tests/install/drift.cpp \$(pkg-config --cflags --libs nulldrift) -o plus && ./plus"
check "C by find_package" bash -c 'cmake -S . -B build && cmake --build build && build/drift'
sed 's/LANGUAGES C/LANGUAGES CXX/; s/drift\.c)/drift.cpp)/; s/ m)/)/' CMakeLists.txt >CMakeLists.new
cp "$source/tests/install/drift.cpp" . && mv CMakeLists.new CMakeLists.txt
check "C++ by find_package" bash -c 'cmake -S . -B build-plus && cmake --build build-plus && build-plus/drift'
check "the static library" bash -c "cc drift.c \$(pkg-config --cflags nulldrift) -l:libnulldrift.a \$(pkg-config --static --libs nulldrift) -o still && ./still"
check "the Python package installs" apt-get install -y --no-install-recommends "$debs"/python3-nulldrift_*.deb
cat >lines.py <<'LINES'
import nulldrift as nd, numpy
run = nd.measure(nd.run("/usr/share/nulldrift/examples/figure-2.yaml", run__steps=2000, run__records=21, run__snapshots=3))
assert run["tuning_curves"].dims[0] == "snapshot" and nd.phases(run).sizes["phase"] == 3
numbers = numpy.random.default_rng(1)
engine = nd.Engine(inputs=numbers.normal(size=(30, 3)), targets=numbers.normal(size=(30, 2)), hidden=20, rule="adam")
assert [record.step for record in engine.steps(300, every=100)] == [100, 200, 300]
curves = nd.tuning_curves(numbers.poisson(1, (500, 7)), numbers.uniform(size=500), bins=10)
assert curves["tuning_curves"].shape == (7, 10)
assert nd.open_file("figure-2.nc")["loss"].size and nd.__path__ == ["/usr/lib/python3/dist-packages/nulldrift"]
LINES
check "import nulldrift, and a few lines" python3 lines.py
check "a tutorial" test -s /usr/share/doc/python3-nulldrift/examples/first_ten_minutes.py
check "pip and others see it" python3 -c 'import importlib.metadata as m; assert m.version("nulldrift")'
check "they are removed" apt-get purge -y python3-nulldrift nulldrift libnulldrift0.2 libnulldrift-dev
check "nothing of theirs is left: $(files | head -n 3)" test -z "$(files)"
echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
