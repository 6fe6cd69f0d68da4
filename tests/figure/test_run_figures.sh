#!/bin/bash
# The figures of a run: drawn in every format, from measured and bare runs, the input left as it is.
. "$2/tests/support/shell.sh"
needs gnuplot
small() { # OUTPUT KEY=VALUE...
    local output=$1 sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    succeeds run "$source/examples/figure-2.yaml" -o "$output" --quiet --set run.steps=20 \
        --set run.records=5 --set run.snapshots=5 --set network.hidden=30 "${sets[@]}"
}
small run.nc
small two.nc world.environments=2
small log.nc run.spacing=log
small random.nc world=default world.task=random world.samples=150 world.input_dim=17 world.output_dim=5
cp run.nc before.nc
for ending in pdf svg png eps; do draws fig2 run.nc -o fig2.$ending; done
# An EPS as a journal takes it: of its size in points, its fonts within, text as text.
check "an EPS is one" grep -aq '^%!PS-Adobe-3.0 EPSF-3.0' fig2.eps
check "its fonts are within" grep -aq '^%%BeginResource: font' fig2.eps
draws fig2 run.nc --width 89 -o narrow.eps
says "its text is 4.0 points tall, journals ask for 5: from 113 mm on" err
draws fig2 run.nc --width 183 -o wide.eps
check "text that is large enough is no matter" test ! -s err
# A font that is not installed is never replaced in silence; what else is to be said is said, too.
check "fc-match comes with what gnuplot draws by" command -v fc-match >out
family=$(fc-match --format='%{family[0]}' Helvetica)
draws fig2 run.nc --font "$family" -o font.pdf
check "a font that is installed is no matter" test ! -s err
draws fig2 run.nc --font "$(tr 'a-zA-Z' 'A-Za-z' <<<"$family" | tr -d ' ')" -o named.pdf
check "by a name without blanks, in other letters" test ! -s err
draws fig2 run.nc --font "No-Such Font" --width 89 -o font.eps
says "drawn; the font No-Such Font is not installed, its text is in $(fc-match --format='%{family[0]}' 'No\-Such Font'); its text is 4.0 points tall" err
draws fig2 run.nc --font "No-Such Font" -o font.svg
says "drawn; it names the font No-Such Font, which is not installed here" err
mkdir without && ln -s "$(command -v gnuplot)" without/gnuplot
check "it is drawn where no font can be asked for" \
    env PATH="$PWD/without" "$program" figure fig2 run.nc --font "$family" -o asked.pdf 2>err
says "whether the font $family is installed could not be asked" err
check "89 mm are 252 points" grep -aq '^%%BoundingBox: 0 0 252 ' narrow.eps
succeeds figure fig2 run.nc -o "a figure.v2" --format eps
check "--format gives a name its ending" grep -aq EPSF "a figure.v2.eps"
draws fig2 run.nc --format svg -o same.svg
refuses 2 "--format says another kind of picture than the name's ending, .pdf" \
    figure fig2 run.nc -o other.pdf --format eps
refuses 2 "--format takes pdf, svg, png or eps" figure fig2 run.nc -o other --format tiff
check "what is refused draws nothing" test -z "$(ls other* 2>/dev/null)"
# The chunk pHYs, right after the header: 7874 dots in a metre are 200 in an inch.
check "a PNG tells its density" \
    test "$(od -A n -t x1 -j 33 -N 21 fig2.png | tr -d ' \n' | cut -c1-34)" = 000000097048597300001ec200001ec201
check "drawing leaves the run file as it is" cmp -s run.nc before.nc
succeeds measure run.nc --quiet
draws fig2 run.nc -o measured.svg
draws fig2 two.nc -o two.svg
# Several seeds: means and standard errors over them.
for seed in 2 3; do small seed$seed.nc seed=$seed; done
draws fig2 run.nc seed2.nc seed3.nc --keep-script -o seeds.svg
says "mean, s.e.m. of 3 seeds" seeds.svg.gnuplot/plot.gp
check "a band lies around the mean" awk '
    /^\$.loss-band. *<</ { inside = 1; next } inside && /^EOD|^e$/ { exit }
    { if (NF == 3 && $3 > $2) wide++ } END { exit !(wide > 0) }' seeds.svg.gnuplot/loss-band*
small longer.nc run.steps=30
refuses 1 "longer.nc: its records or snapshots are at other steps than those of run.nc" figure fig2 run.nc longer.nc -o x.pdf
draws fig2 log.nc -o log.svg
draws fig6 two.nc -o fig6.svg
draws fig6 random.nc -o fig6.png
draws environments two.nc -o environments.svg
# A world of the user's own, without walls: its positions and inputs are shown.
small file.nc world=default world.task=file world.path=run.nc
draws fig2 file.nc -o file.svg
refuses 1 "no positions" figure fig2 random.nc -o x.pdf
refuses 1 "run.nc" figure environments run.nc -o x.pdf
refuses 2 "no-such-figure" figure no-such-figure run.nc -o x.pdf
refuses 2 "-o FILE" figure fig2 run.nc
