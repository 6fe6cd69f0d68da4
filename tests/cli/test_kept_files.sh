#!/bin/bash
# What a file that is to be amended or replaced may not lose, or does not allow: read-only files, those
# of others, access lists, attributes, the modes of kept scripts. What cannot be replaced at the end is
# refused at the start.
. "$2/tests/support/shell.sh"
needs gnuplot
cat >track.yaml <<'Y'
name: track
world: {task: predictive-track, samples: 30, input_dim: 3}
network: {hidden: 20}
learning: {update_noise: 0.01}
run: {steps: 400, records: 21, snapshots: 3}
Y
for day in 1 2; do
    running_table 600 "0.0$day" >day$day.csv
done
printf 'range: [0, 1]\nbins: 10\nsessions:\n  - {file: day1.csv}\n  - {file: day2.csv}\n' >days.yaml
walks=(--walkers 3 --steps 20 --records 5 --drift-walkers 0 --quiet)
succeeds run track.yaml -o run.nc --quiet

# By root, whom modes do not stop: files that may not change, or only grow.
if [ "$(id -u)" -eq 0 ] && cp run.nc fixed.nc && chattr +i fixed.nc 2>/dev/null; then
    for flag in i a; do
        chattr -i -a fixed.nc
        chattr +$flag fixed.nc
        for command in "measure fixed.nc" "run --continue fixed.nc --set run.steps=800" "landscape -o fixed.nc --force ${walks[*]}"; do
            # shellcheck disable=SC2086
            refuses 1 "fixed.nc: is immutable or append-only, and cannot be replaced" $command
        done
    done
    chattr -i -a fixed.nc
else
    echo "skipped: immutable files, for none can be made here"
fi

# Access lists and the user's own attributes are handed on; those of the folder are no substitute.
cat >lists.py <<'P'
import os, struct, sys
what, path = sys.argv[1:]
LIST, OWN = "system.posix_acl_access", "user.note"
entries = [(1, 6, 2**32 - 1), (2, 6, 1234), (4, 0, 2**32 - 1), (16, 6, 2**32 - 1), (32, 0, 2**32 - 1)]
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
if what == "put":
    os.setxattr(path, LIST, acl)
    os.setxattr(path, OWN, b"of mouse 7")
elif what == "folder":
    os.setxattr(path, "system.posix_acl_default", acl)
elif what == "has":
    sys.exit(not (os.getxattr(path, LIST) == acl and os.getxattr(path, OWN) == b"of mouse 7"))
else:
    sys.exit(len([name for name in os.listxattr(path) if name != "security.selinux"]))
P
cp run.nc listed.nc
if python3 lists.py put listed.nc 2>/dev/null; then
    for command in "measure listed.nc" "phases listed.nc" "run --continue listed.nc --set run.steps=800"; do
        # shellcheck disable=SC2086
        succeeds $command --quiet
        check "$command: list and attribute are kept" python3 lists.py has listed.nc
        check "$command: and the mode" test "$(stat -c %a listed.nc)" = 660
    done
    mkdir shared
    cp run.nc shared/plain.nc
    chmod 640 shared/plain.nc
    python3 lists.py folder shared
    succeeds measure shared/plain.nc --quiet
    check "nobody is let in by the folder's list who was not before" python3 lists.py none shared/plain.nc
    check "its mode is kept" test "$(stat -c %a shared/plain.nc)" = 640
else
    echo "skipped: access lists, for there is no python3, or this file system takes none"
fi

# A name that leaves no room for the longest of five results.
long=$(printf 'n%.0s' $(seq 210))
refuses 1 "_cells.csv: the name has 220 bytes" record days.yaml -o "$long" --picture none --quiet

as_ordinary_user

# What its owner made read-only is not amended, nor replaced but by --force.
chmod 444 run.nc
md5sum run.nc >sums
for command in measure spectrum phases "drift-direction --branches 8 --steps 20" "run --continue"; do
    set -- $command
    if [ "$1" = run ]; then
        set -- run --continue run.nc --set run.steps=800
    else
        set -- "$@" run.nc
    fi
    refuses 1 "run.nc: is read-only" "$@" --quiet
done
refuses 1 "run.nc: is read-only" landscape -o run.nc "${walks[@]}"
check "it is as it was" md5sum --quiet -c sums
succeeds record days.yaml -o days --picture none --quiet
chmod 400 days_cells.csv
refuses 1 "days_cells.csv: is read-only" record days.yaml -o days --picture none --quiet
succeeds landscape -o run.nc --force "${walks[@]}"
check "--force keeps the mode" test "$(stat -c %a run.nc)" = 444

# Somebody else's file in a folder like /tmp.
if [ "$(id -u)" -eq 0 ]; then
    mkdir common
    chmod 1777 common
    chown root common
    cp listed.nc common/theirs.nc
    chmod 666 common/theirs.nc
    refuses 1 "theirs.nc: is somebody else's, in a folder where none but its owner may replace it" \
        landscape -o common/theirs.nc "${walks[@]}"
    refuses 1 "theirs.nc: is somebody else's" measure common/theirs.nc --quiet
else
    echo "skipped: files of others, for root alone can make them"
fi

# A kept script that was for its owner's eyes stays so.
succeeds run track.yaml -o again.nc --quiet
succeeds figure fig6 again.nc -o picture.svg --keep-script
chmod 700 picture.svg.gnuplot
chmod 600 picture.svg.gnuplot/plot.gp
succeeds figure fig6 again.nc -o picture.svg --keep-script --force
check "the folder's mode is kept" test "$(stat -c %a picture.svg.gnuplot)" = 700
check "and the script's" test "$(stat -c %a picture.svg.gnuplot/plot.gp)" = 600
check "and what stands beside it is readable" test "$(stat -c %a picture.svg.gnuplot/house.gp)" = 644
