#!/bin/bash
# Text of manifests, recordings, experiments and file names is data: whatever it says, no command of
# it is carried out (a file CANARY would tell), no control reaches the terminal, and pictures show
# it as it is.
. "$2/tests/support/shell.sh"

running_table 800 0 >day1.csv
running_table 800 0.02 >day2.csv
running_table 800 0.04 >day3.csv

# The texts of a drawn SVG, a line each, entities resolved.
texts_of() {
    sed -n 's/.*<text>\(.*\)<\/text>.*/\1/p' "$1" |
        sed -e 's/<[^>]*>//g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e "s/&#39;/'/g" -e 's/&amp;/\&/g'
}
# No control but tabs and line ends, in bytes or in UTF-8 (C1, turned direction).
calm() {
    checks=$((checks + 1))
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$1" ||
        fail "$2: controls reach the terminal: $(LC_ALL=C cat -v "$1")"
}
safe() {
    check "$1: no command was carried out" test -z "$(find . -name 'C*' -newer day1.csv)"
}

# manifest TEXT: a YAML scalar in double quotes in every field of text
manifest() {
    cat <<YAML
name: "$1"
about: {title: "$1", citation: "$1"}
day_name: "$1"
position_unit: "$1"
activity_unit: "$1"
bins: 20
range: [0, 1]
directions: pooled
minimum_speed: 0.05
significance: {shuffles: 5, threshold: 1}
defaults: {animal: "$1", environment: "$1", direction: "$1", registered: true, speed: {column: velocity}}
sessions:
  - {day: 1, label: "$1", file: day1.csv}
  - {day: 2, label: "$1 2", file: day2.csv}
  - {day: 3, label: "$1 3", file: day3.csv}
YAML
}

# In YAML's escapes, and what a picture shows of it, whole, in a map's title and on an axis, which have
# room for 8 and 24 characters; more texts are tried in figure/test_plot.
n=0
while IFS='|' read -r yaml shown title axis; do
    n=$((n + 1))
    manifest "$yaml" >m.yaml
    succeeds record m.yaml -o "r$n" --picture svg --threads 1
    calm out "record" && calm err "record"
    texts_of "r${n}_maps.svg" >maps.txt
    says "$title 1" maps.txt
    says "${axis}s apart" maps.txt
    texts_of "r$n.svg" >fig3.txt
    says "$shown" fig3.txt
    succeeds record m.yaml --check --picture svg -o "c$n"
    calm out "record --check"
    texts_of "c${n}_check.svg" >check.txt
    says "$shown, " check.txt
    for command in "info r$n.nc" "info r$n.nc --json" "datasets r$n.nc" "datasets r$n.nc --json"; do
        succeeds $command
        calm out "$command"
    done
    for page in fig3 recording drift-measures decoding; do
        succeeds figure $page "r$n.nc" -o "$page$n.svg"
        calm out "figure $page" && calm err "figure $page"
        check "$page is a whole picture" grep -q '</svg>' "$page$n.svg"
    done
    nulldrift figure time-experience "r$n.nc" -o "time$n.svg" >out 2>err # no visits enough
    calm out "figure time-experience" && calm err "figure time-experience"
    safe "$yaml"
done <<'TEXTS'
l'essai|l'essai|l'essai|l'essai
a'.system('touch CANARY').'|a'.system('touch CANARY').'|a'.syst…|a'.system('touch CANARY…
`touch C*`|`touch C*`|`touch …|`touch C*`
\n!touch CANARY\n|\n!touch CANARY\n|\n!touch…|\n!touch CANARY\n
\e[31m\a\x9b\u202e|\x1b[31m\x07\x9b\u202e|\x1b[31m\x07\x9b\u202e|\x1b[31m\x07\x9b\u202e
TEXTS
check "all texts were tried" test $n -eq 5

# Names of files: those given with -o, and those of inputs in messages.
manifest day >m.yaml
for name in '|touch CANARY;' $'`touch CANARY`\n\'touch CANARY\'' $'it\'s "so" \e[31m'; do
    succeeds record m.yaml -o "$name" --picture svg --threads 1
    check "$name: the picture is there" test -s "$name.svg"
    calm out "record -o" && calm err "record -o"
    safe "$name"
    nulldrift record "$name" -o x >out 2>err
    calm err "an error"
    nulldrift info "$name.csv" >out 2>err
    calm out "info" && calm err "info"
done

# Names of files and columns in a manifest that is drafted: nothing but values and comments, by which the
# files are found again, letters of every script among them.
hostile=$'täg\nname: evil "1\\ \e.csv'
sed '1s/cell_1/Zelle_ä/' day1.csv >"$hostile"
succeeds record --scan "$hostile" -o drafted.yaml
calm drafted.yaml "a drafted manifest"
check "it has one name, its own" test "$(grep -c '^ *name:' drafted.yaml)" -eq 1
check "the column is called as it is" grep -q 'Zelle_ä' drafted.yaml
succeeds record drafted.yaml --check --picture none
says "2 cells, 800 of 800 frames" out

# Names of MATLAB's variables are whatever bytes a file says: drafted, read by, drawn, listed.
little32() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\0\\0"; }
# matlab4 NAME ROWS COLUMNS: a variable of version 4, its numbers those of standard input
matlab4() {
    local length
    length=$(printf %s "$1" | LC_ALL=C wc -c)
    little32 0 && little32 "$2" && little32 "$3" && little32 0 && little32 $((length + 1))
    printf '%s\0' "$1" && head -c $((8 * $2 * $3))
}
half='\0\0\0\0\0\0\xe0\x3f' one='\0\0\0\0\0\0\xf0\x3f' none='\0\0\0\0\0\0\0\0'
for k in $(seq 200); do printf "$none$half$one$half"; done >positions
for k in $(seq 400); do printf "$none$one"; done >spikes
cat spikes spikes >both
evil=$'spikes\e[31m`touch CANARY`\n!touch CANARY\xe2\x80\xae'
{
    matlab4 "$evil" 800 2 <both
    matlab4 $'position\e[2J"`touch CANARY`\'' 800 1 <positions
} >hostile.mat
succeeds record --scan hostile.mat -o matlab.yaml
calm matlab.yaml "a drafted manifest of MATLAB's names" && calm out "record --scan" && calm err "record --scan"
check "the name is found again" grep -qF 'spikes\x1b[31m`touch CANARY`\n!touch CANARY\u202e' matlab.yaml
sed -i -e 's/position_is_bin: true.*/bins: 3/' -e 's/# frame_seconds: 0.05.*/frame_seconds: 0.05/' matlab.yaml
succeeds record matlab.yaml --check --picture svg -o matlab
calm out "record --check of MATLAB's names" && calm err "record --check of MATLAB's names"
succeeds record matlab.yaml -o matlab --picture svg --threads 1
calm out "record of MATLAB's names"
succeeds info matlab.nc
calm out "info of MATLAB's names"
sed -i 's/name: "spikes[^"]*"/name: "none\\e[31m"/' matlab.yaml
nulldrift record matlab.yaml -o matlab --force >out 2>err
check "a name that is not there is an error" test $? -eq 1
calm err "an error of MATLAB's names"
safe "MATLAB's names"

# Texts of a sweep's file.
for text in '\e[31m`touch CANARY`\n!touch CANARY' "'); DROP TABLE runs; --" '\u202e\x9b'; do
    cat >sweep.yaml <<YAML
name: "$text"
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 3}
  run: {steps: 20, records: 3}
grid: [{key: seed, values: [1, 2]}]
YAML
    rm -rf swept
    succeeds sweep run sweep.yaml -o swept --jobs 1
    calm out "sweep run" && calm err "sweep run"
    for command in "sweep status swept" "sweep status swept --json" "sweep table swept" "sweep table swept --json" \
        "info swept"; do
        succeeds $command
        calm out "$command" && calm err "$command"
    done
    nulldrift sweep run sweep.yaml --set "base.$text=1" -o other >out 2>err
    calm err "sweep run, an error"
    sed -i "s/key: seed/key: \"$text\"/" sweep.yaml
    nulldrift sweep run sweep.yaml -o another >out 2>err
    check "a key that is none is an error" test $? -ne 0
    calm err "sweep run, a key"
    safe "a sweep: $text"
done

# A picture that cannot be drawn: exit code 1, the tables there, one line.
mkdir none
printf "#!/bin/sh\nexit 3\n" >none/gnuplot && chmod +x none/gnuplot
PATH=$PWD/none:$PATH "$program" record m.yaml -o undrawn --quiet --threads 1 >out 2>err
check "a picture that could not be drawn is exit code 1" test $? -eq 1
check "its tables are there" test -s undrawn.csv
says 'undrawn.png: gnuplot ended' err
