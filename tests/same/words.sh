# The words of experiments.txt beside plain shell; scripts/same-runs reads this before each line.
set -eu
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 LC_ALL=C

nulldrift() { "$PROGRAM" "$@"; }

# Leaves an experiment out, saying why; same-runs counts it.
leave_out() {
    echo "$*" >&2
    exit 77
}

# simulate COMMAND [FILE.yaml] [KEY=VALUE]... [--OPTION VALUE]...: into run.nc
simulate() {
    local command=$1 experiment=small.yaml arguments=()
    shift
    case ${1-} in *.yaml) experiment=$1 && shift ;; esac
    while [ $# -gt 0 ]; do
        case $1 in
        --*) arguments+=("$1" "$2") && shift ;;
        *) arguments+=(--set "$1") ;;
        esac
        shift
    done
    nulldrift "$command" "$experiment" -o run.nc --quiet "${arguments[@]}"
}
run() { simulate run "$@"; }
hebbian() { simulate hebbian "$@"; }

# interrupted COMMAND ...: stopped as by Ctrl-C once a checkpoint is there, then resumed by the same
# command. Give it steps enough for some tenths of a second.
interrupted() {
    "$@" --checkpoint-every 0.02 &
    local job=$! code=0
    until [ -e run.nc.ckpt ] || [ -e run.nc ]; do sleep 0.01; done
    # the shell that stands for the function, and the program in it
    pkill -INT -P "$job" 2>/dev/null || true
    wait "$job" || code=$?
    [ -e run.nc.ckpt ] || { echo "was over before it could be interrupted ($code)" >&2 && return 1; }
    "$@"
}

# instructions SET COMMAND...: with these instructions, where the processor has them
instructions() {
    local flag=${1/avx512/avx512f}
    [ "$flag" = baseline ] || grep -qw "$flag" /proc/cpuinfo || leave_out "this processor has no $1"
    export NULLDRIFT_INSTRUCTIONS=$1
    shift
    "$@"
}

# reference FILE...: links to recordings of the reference data, where they lie beside the repository
reference() {
    local file
    for file in "$@"; do
        [ -e "$REFERENCE/recordings/$file" ] || leave_out "there is no $file in the reference data"
        ln -s "$REFERENCE/recordings/$file" .
    done
}

# example NAME: an example manifest, with shuffles and repetitions for a comparison only
example() { sed 's/shuffles: 1000/shuffles: 40/; s/repetitions: 100/repetitions: 10/' "$EXAMPLES/$1.yaml" >"$1.yaml"; }

# record NAME: NAME.yaml into NAME-result.nc and the tables beside it
record() { nulldrift record "$1.yaml" -o "$1-result" --quiet --picture none --threads 1; }

# sweep NAME: its store, and its table
sweep() {
    nulldrift sweep run "$1.yaml" -o "$1" --jobs 1 --quiet
    nulldrift sweep table "$1" --all-keys -o table.csv
}
