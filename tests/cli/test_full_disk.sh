#!/bin/bash
# A disk that fills up: a clear word, and the run can be resumed once there is room.
. "$2/tests/support/shell.sh"
may_mount "$@"
trap 'umount "$folder/tiny" 2>/dev/null; at_end' EXIT

mkdir tiny
check "a disk is mounted" mount -t tmpfs -o size=16m tmpfs tiny
head -c $((16 * 1024 * 1024 - 64 * 1024)) /dev/zero >tiny/ballast # leaves 64 KB
cat >tiny/good.yaml <<'Y'
name: good
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 500}
learning: {update_noise: 0.01}
run: {steps: 200, records: 11, snapshots: 3}
Y
nulldrift run tiny/good.yaml -o tiny/run.nc --quiet 2>err
check "a full disk is exit code 1" test $? -eq 1
check "in one line" test "$(wc -l <err)" -eq 1
check "and leaves no run file, nor half of one" test -z "$(ls tiny | grep -e '^run.nc$' -e tmp-)"
rm tiny/ballast
succeeds run tiny/good.yaml -o tiny/run.nc --quiet

# A link to another disk that leads nowhere yet is followed, by pictures, too.
ln -s tiny/linked.nc linked.nc
ln -s tiny/linked.svg linked.svg
succeeds run tiny/good.yaml -o linked.nc --quiet
check "a run goes where the link leads" test -L linked.nc -a -f tiny/linked.nc
succeeds figure fig6 linked.nc -o linked.svg
check "and a picture" test -L linked.svg -a -s tiny/linked.svg
check "and nothing else stays there" test -z "$(ls -d -- *tmp-* tiny/*tmp-* 2>/dev/null)"

# A disk that is only read is refused at the start, root or not.
mount -o remount,ro "$folder/tiny" || skip "no disk can be mounted to be read only"
refuses 1 "its folder cannot be written to" run tiny/good.yaml -o tiny/another.nc --quiet
mount -o remount,rw "$folder/tiny"

# A file that is amended on a full disk: however little room there is, one line, the file as it was, and
# no crash at the program's end.
sed 's/random, samples: 5, input_dim: 4, output_dim: 3/predictive-track, samples: 60, input_dim: 3/; s/hidden: 500/hidden: 100/' \
    tiny/good.yaml >track.yaml
succeeds run track.yaml -o track.nc --quiet
failed=0
for room in 1 3 6 9 12 15; do
    rm -f tiny/*
    cp track.nc tiny/track.nc
    head -c $((16 * 1024 * 1024 - $(stat -c %s track.nc) - room * 16384)) /dev/zero >tiny/ballast 2>/dev/null
    nulldrift measure tiny/track.nc --quiet 2>err && continue
    code=$?
    failed=$((failed + 1))
    check "with $room pages free: exit code 1, not $code" test $code -eq 1
    check "in one line" test "$(wc -l <err)" -eq 1
    check "and the file is as it was" cmp track.nc tiny/track.nc
done
check "the disk was full more than once" test $failed -gt 1
