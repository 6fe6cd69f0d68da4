#!/bin/bash
# Only regular files are read: a named pipe, a device or a folder in the place of one is told in a
# line, and never waited for; what looks like an address is the name of a file that is not there; a
# netCDF file's values lie in the file itself.
. "$2/tests/support/shell.sh"
cat >run.yaml <<'END'
world: {task: random, samples: 4, input_dim: 3, output_dim: 2}
network: {hidden: 4}
run: {steps: 20, records: 3, snapshots: 2}
END
succeeds run run.yaml -o run.nc --quiet
mkfifo pipe.nc pipe.yaml pipe.csv
mkdir folder.nc folder.yaml folder.csv
ln -s /dev/zero device.nc
ln -s /dev/zero device.yaml
ln -s /dev/zero device.csv
ln -s /etc/passwd passwd.nc

# ends_in_time WORDS ARGUMENTS...: exit code 1, nothing that is waited for, one line with the words
ends_in_time() {
    local words=$1 code
    shift
    checks=$((checks + 1))
    timeout 300 "$program" "$@" >out 2>err </dev/null
    code=$?
    if [ $code -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -qF -- "$words" err; then
        fail "nulldrift $*: exit code $code, or not one line with '$words': $(cat err)"
    fi
}

manifest() {
    printf 'bins: 10\nsessions: [{day: 1, file: "%s"}]\n' "$1" >m.yaml
}
data_file() {
    printf 'world: {task: file, path: "%s"}\nnetwork: {hidden: 4}\nrun: {steps: 20}\n' "$1" >d.yaml
}

for kind in pipe folder device; do
    case $kind in
    pipe) words="named pipe" ;;
    folder) words="folder" ;;
    device) words="device" ;;
    esac
    ends_in_time "$words" run $kind.yaml -o x.nc
    ends_in_time "$words" record $kind.yaml -o x
    ends_in_time "$words" sweep run $kind.yaml -o sweep
    ends_in_time "$words" measure $kind.nc
    ends_in_time "$words" figure fig2 $kind.nc -o x.svg
    ends_in_time "$words" figure recording $kind.nc -o x.svg
    ends_in_time "$words" tuning $kind.nc -o x.nc
    ends_in_time "$kind.nc" run --continue $kind.nc --set run.steps=40
    ends_in_time "$words" phases $kind.csv
    data_file $kind.nc
    ends_in_time "$words" run d.yaml -o x.nc
    manifest $kind.csv
    [ $kind = folder ] && words="of a kind that is read" manifest_words="a folder of no kind" ||
        words="is not a file that can be read" manifest_words=$words
    ends_in_time "$manifest_words" record m.yaml --check
    ends_in_time "$words" record --scan $kind.csv
done
for kind in pipe device; do
    ends_in_time "no regular file" info $kind.nc
done

# Nothing is made beside what cannot be amended, not even the lock.
mkdir pipe.nc.lock
ends_in_time "named pipe" measure pipe.nc

# A folder of the address's name makes the name one that is there; it is still no address.
mkdir -p "http:/localhost:9" && cp run.nc "http:/localhost:9/run.nc"
succeeds info http://localhost:9/run.nc
for address in http://localhost:9/other.nc https://localhost:9/a.nc s3://bucket/a.nc "dods://a/b"; do
    ends_in_time "No such file" info "$address"
    ends_in_time "No such file" measure "$address"
done
mkdir -p "x.nc#mode=zarr,file"
ends_in_time "folder" measure "x.nc#mode=zarr,file"

# What netCDF makes of names: blanks at the front dropped, a backslash turned into a slash. The file
# meant is read and written, or refused, and no other.
mkdir odd odd/a
(cd odd && cp ../run.yaml ../run.nc . && for name in " x.nc" "x.nc " "~x.nc" "c:x.nc" "%41.nc" "x.nc#mode=bytes" "./-x.nc"; do
    "$program" run run.yaml -o "$name" --quiet && "$program" spectrum "$name" --quiet &&
        "$program" info "$name" >info && grep -q gauss_newton_rank info && rm "$name" || echo "$name"
done) >odd.out 2>&1
check "odd names: $(cat odd.out)" test ! -s odd.out
check "odd names: nothing else is left: $(ls odd)" test "$(LC_ALL=C ls odd | tr '\n' ' ')" = "a info run.nc run.yaml "
cp run.nc 'odd/a\b.nc'
for command in info measure "figure fig2 -o x.svg"; do
    ends_in_time "a backslash" $command 'odd/a\b.nc'
done
ends_in_time "a backslash" run run.yaml -o 'odd/a\c.nc'
check "a backslash is no slash" test -z "$(ls odd/a)"
cp run.nc odd/a/b.nc
ends_in_time "a backslash" info 'odd/a\b.nc'

# A line end in a name makes no line of its own.
forged=$'odd/x\nall is well.nc'
cp run.nc "$forged"
printf 'world: {task: file, path: "odd/x\\nall is well.nc"}\nnetwork: {hidden: 4}\nrun: {steps: 20}\n' >d.yaml
succeeds run d.yaml -o forged.nc
check "no line is forged by a data file's name" test "$(cat out err | grep -c '^nulldrift: all is well')" = 0
printf 'name: s\nbase: |\n  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}\n  network: {hidden: 3}\n  run: {steps: 20, records: 3, snapshots: 2}\ngrid: [{key: seed, values: [1, 2]}]\n' >s.yaml
succeeds sweep run s.yaml -o "${forged%.nc}" --keep runs
check "nor by a folder's" test "$(cat out err | grep -c '^nulldrift: all is well')" = 0

# Links, external storage and virtual data sets of netCDF-4's HDF5.
python=/usr/bin/python3
[ -x $python ] || python=python3
if $python -c 'import h5py' 2>/dev/null; then
    $python - <<'END'
import h5py, shutil
for how in ("link", "raw", "virtual"):
    shutil.copy("run.nc", how + ".nc")
    with h5py.File(how + ".nc", "r+") as f:
        if how == "link":
            f["away"] = h5py.ExternalLink("/etc/passwd", "/")
        elif how == "raw":
            f.create_dataset("away", (10,), dtype="u1", external=[("/etc/passwd", 0, 10)])
        else:
            layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
            layout[:] = h5py.VirtualSource("other.nc", "step", shape=(3,))
            f.create_virtual_dataset("away", layout)
END
    for how in link raw virtual; do
        for command in "info" "measure" "phases"; do
            ends_in_time "away" $command $how.nc
        done
        data_file $how.nc
        ends_in_time "away" run d.yaml -o x.nc
    done
else
    echo "skipped: links, for there is no h5py"
fi

# All files that a manifest names are read, wherever they lie; times in files of their own, too.
python=/usr/bin/python3
[ -x $python ] || python=python3
if $python -c 'import numpy' 2>/dev/null; then
    mkdir -p manifests far/away
    (cd far/away && $python -c '
import numpy as np
t = np.arange(400) * 0.05
np.save("t.npy", t); np.save("u.npy", t); np.save("x.npy", abs((t / 10) % 2 - 1)); np.save("a.npy", (np.random.rand(400, 3) < 0.1) * 1.0)')
    cat >manifests/m.yaml <<END
bins: 10
sessions:
  - day: 1
    activity: {file: ../far/away/a.npy, times: ../far/away/t.npy}
    position: {file: $PWD/far/away/x.npy, times: {file: $PWD/far/away/u.npy}}
END
    succeeds record manifests/m.yaml --check --picture none
    says "400 of 400 frames"
fi
