# The commands that faults, kills and power cuts are tried on, each of some milliseconds. Sourced after
# tests/support/shell.sh by the tests here, tests/validation/validate_faults.sh and scripts/kill-test.
#     make_tools         builds $tools/faults.so and $tools/contents; skips where that cannot be
#     make_cases         makes the inputs and, of every case in $cases, the undisturbed result
#     begin_case NAME    a new folder `work` as it is before the command
#     $(command_of NAME) the command's words, to be given in `work`
# $readers: those that write nothing.
#     listing            what is in `work`, by contents; a line each, sorted
# In "$made/NAME.before" and "$made/NAME.whole" are its listings.
cases="run hebbian continue measure spectrum phases direction sweep-1 sweep-2 kept merge record figure script tuning landscape"
readers="info status table check scan"
tools=$folder/tools made=$folder/made
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

make_tools() {
    local from=$source/tests/faults compiler=${CC:-cc}
    needs "$compiler"
    needs pkg-config
    needs gnuplot
    mkdir -p "$tools"
    # shellcheck disable=SC2046
    "$compiler" -O1 -o "$tools/contents" "$from/contents.c" $(pkg-config --cflags --libs netcdf sqlite3) || exit 1
    "$compiler" -std=gnu17 -O1 -D_GNU_SOURCE -U_FORTIFY_SOURCE -fPIC -fno-builtin -shared \
        -o "$tools/faults.so" "$from/faults.c" "$from/calls.c" "$from/memory.c" -ldl -lpthread || exit 1
    # What is not glibc's, or is built with sanitizers, takes no such library.
    counts=$tools/counts
    new_counts
    ND_FAULTS_COUNTS=$counts LD_PRELOAD=$tools/faults.so "$program" figure --list >/dev/null 2>&1 &&
        [ "$(count_of memory)" -gt 0 ] || skip "calls of this program cannot be made to fail by a preloaded library"
}

kinds="open write fsync rename truncate close lock fork thread mkdir unlink memory failed"
printf -v no_counts '\\0%.0s' {1..104}
# shellcheck disable=SC2059
new_counts() { printf "$no_counts" >"$counts"; }
count_of() { # KIND
    local i=0 kind
    for kind in $kinds; do
        [ "$kind" = "$1" ] && break
        i=$((i + 1))
    done
    echo $(($(od -An -td8 -j $((8 * i)) -N 8 "$counts")))
}

# `look`: which files are in `work`, and in $sums every byte of them. What is the same to the byte is
# looked into once.
shopt -s globstar dotglob
declare -A looked_into
look() {
    local file
    files=()
    cd "$folder/work" || exit 1
    for file in **; do
        [ ! -f "$file" ] || [ -L "$file" ] || files+=("$file")
    done
    sums=$([ ${#files[@]} -eq 0 ] || sha1sum -- "${files[@]}")
    cd "$OLDPWD" || exit 1
}

listing() {
    look
    [ ${#files[@]} -gt 0 ] || return 0
    [ -n "${looked_into[$sums]+there}" ] ||
        looked_into[$sums]=$(cd "$folder/work" && "$tools/contents" "${files[@]}")
    echo "${looked_into[$sums]}"
}

command_of() {
    case $1 in
    run) echo "run small.yaml -o run.nc --set run.steps=20000 --checkpoint-every 0.001 --quiet" ;;
    hebbian) echo "hebbian ring.yaml -o ring.nc --set run.steps=2000 --checkpoint-every 0.001 --quiet" ;;
    continue) echo "run --continue run.nc --set run.steps=80 -o longer.nc --quiet" ;;
    measure | spectrum | phases) echo "$1 run.nc" ;;
    direction) echo "drift-direction run.nc --branches 8 --steps 20 --quiet" ;;
    sweep-1) echo "sweep run sweep.yaml -o sweep --jobs 1 --checkpoint-every 0.001 --quiet" ;;
    sweep-2) echo "sweep run sweep.yaml -o sweep --jobs 2 --checkpoint-every 0.001 --quiet" ;;
    kept) echo "sweep run sweep.yaml -o sweep --jobs 1 --keep runs --quiet" ;;
    merge) echo "sweep merge sweep" ;;
    record) echo "record days.yaml -o days --picture none" ;;
    figure) echo "figure fig6 run.nc -o picture.svg --force" ;;
    script) echo "figure fig6 run.nc -o picture.svg --keep-script --force" ;;
    tuning) echo "tuning activity.nc -o tuning.nc" ;;
    info) echo "info run.nc" ;;
    status) echo "sweep status sweep" ;;
    table) echo "sweep table sweep" ;;
    check) echo "record days.yaml --check" ;;
    scan) echo "record --scan ." ;;
    landscape) echo "landscape -o walks.nc --walkers 3 --steps 20 --records 5 --drift-walkers 0" ;;
    esac
}

inputs_of() {
    case $1 in
    run) echo small.yaml ;;
    hebbian) echo ring.yaml ;;
    sweep-? | kept) echo sweep.yaml ;;
    merge) echo sweep.yaml shards ;;
    status | table) echo merged ;;
    scan) echo day1.csv day2.csv ;;
    record | check) echo days.yaml day1.csv day2.csv ;;
    tuning) echo activity.nc ;;
    landscape) ;;
    *) echo run.nc ;;
    esac
}

begin_case() {
    local input
    rm -rf "$folder/work"
    mkdir "$folder/work"
    for input in $(inputs_of "$1"); do
        if [ "$input" = shards ] || [ "$input" = merged ]; then
            cp -r "$made/$input" "$folder/work/sweep"
        else
            cp "$made/$input" "$folder/work"
        fi
    done
}

make_cases() {
    local name day
    mkdir -p "$made" && cd "$made" || exit 1
    cat >small.yaml <<'END'
name: small
world: {task: predictive-track, samples: 20, input_dim: 3}
network: {hidden: 12}
learning: {update_noise: 0.01}
run: {steps: 40, records: 21, snapshots: 3}
END
    cat >ring.yaml <<'END'
name: ring
network: {model: hebbian, inputs: ring, neurons: 6, input_count: 12}
learning: {noise_forward: 0.01}
run: {steps: 40, records: 21, snapshots: 3}
END
    cat >sweep.yaml <<'END'
name: few
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 400, records: 5}
samples: 4
draw:
  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}
END
    for day in 1 2; do
        running_table 200 "0.0$day" >day$day.csv
    done
    printf 'range: [0, 1]\nbins: 10\nsignificance: {shuffles: 20}\nsessions:\n  - {file: day1.csv}\n  - {file: day2.csv}\n' >days.yaml
    "$program" run small.yaml -o run.nc --quiet || exit 1
    for day in 1 2; do
        "$program" sweep run sweep.yaml -o shards --shard $day/2 --quiet || exit 1
    done
    cp -r shards merged && "$program" sweep merge merged >/dev/null || exit 1
    make_activity || exit 1
    for name in $cases; do
        begin_case "$name"
        listing >"$made/$name.before"
        # shellcheck disable=SC2046
        (cd "$folder/work" && "$program" $(command_of "$name") >"$made/$name.out" 2>"$made/$name.err") ||
            { fail "$name: $(cat "$made/$name.err")"; exit 1; }
        listing >"$made/$name.whole"
    done
    cd "$folder" || exit 1
}

# position(sample) and activity(sample, unit) of an animal running up and down
make_activity() {
    needs ncgen
    {
        echo 'netcdf activity { dimensions: sample = 200; unit = 2; variables: double position(sample); double activity(sample, unit); data:'
        awk 'BEGIN {
            for (i = 0; i < 200; i++) { x = i % 40 / 20; p = p (i ? "," : "") (x < 1 ? x : 2 - x)
                a = a (i ? "," : "") (i % 40 < 8) "," (i % 40 > 30) }
            print "position = " p ";\nactivity = " a ";" }'
        echo '}'
    } >activity.cdl
    ncgen -4 -o activity.nc activity.cdl
}
