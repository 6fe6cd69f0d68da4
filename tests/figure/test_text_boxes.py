"""No text of any figure lies on another one, on data or over the picture's edge: drawn from short runs
of the paper's kind, and from awkward data of one's own; and text is text, in SVG and in PDF."""
import os
import re
import sys
import tempfile

try:
    import figure_data
    import text_boxes
    import vector_files
except ImportError as missing:
    print(f"skipped: {missing}; install python3-numpy and python3-matplotlib")
    sys.exit(77)

maker = figure_data.Maker(os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]))
checked = failures = texts = 0


def noted(picture):
    """Is there a line at its foot?"""
    with open(picture) as file:
        return re.search(r'fill="rgb\(96,96,96\)" font-family="[^"]*" font-size="8.00"', file.read()) is not None


def check(name, what, inputs, as_pdf=False):
    global checked, failures, texts
    picture = f"{checked}-{name}.svg"
    maker.nulldrift("figure", name, *inputs, "-o", picture)
    found, count = text_boxes.faults(picture)
    if not noted(picture):
        found.append("nothing at its foot")
    if count < 4:
        found.append(f"only {count} texts were found")
    if as_pdf:
        maker.nulldrift("figure", name, *inputs, "-o", picture + ".pdf")
        with open(picture + ".pdf", "rb") as file:
            # neighbours on a line may be shown as one
            found += ["the PDF " + fault for fault in vector_files.pdf_faults(file.read(), count // 2)]
    for line in found:
        print(f"FAILED {name} of {what or ', '.join(inputs)}: {line}")
    checked, failures, texts = checked + 1, failures + len(found), texts + count


def can_fail():
    """The measure sees what is wrong with a picture that is."""
    text = ('<g transform="translate({},{})" font-size="10" text-anchor="start"><text><tspan '
            'font-family="Helvetica">{}</tspan></text></g>')
    with open("wrong.svg", "w") as file:
        file.write('<svg width="100mm" height="100mm" viewBox="0 0 100 100" xmlns="http://www.w3.org/2000/svg">'
                   + text.format(10, 20, "one") + text.format(15, 22, "two") + text.format(90, 60, "over")
                   + text.format(10, 80, "struck") + text.format(10, 50, "free")
                   + '<g id="gnuplot_plot_1"><path d="M0,77 L100,77"/></g></svg>')
    found = " ".join(text_boxes.faults("wrong.svg")[0])
    for words in ("'one' at 10,13 lies on 'two'", "'over' at 90,53 is cut", "'struck' at 10,73 lies on data"):
        if words not in found:
            sys.exit(f"FAILED the measure itself: no \"{words}\" in \"{found}\"")
    if "free" in found:
        sys.exit(f"FAILED the measure itself: a free text is none: {found}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    can_fail()
    if vector_files.can_fail():
        sys.exit("FAILED the measure itself: " + vector_files.can_fail())
    for picture in figure_data.of_the_papers_kind(maker):
        check(*picture, as_pdf=True)
    for picture in figure_data.of_ones_own(maker):
        check(*picture)
    maker.nulldrift("figure", "fig6", "figure-2.nc", "-o", "bare.svg", "--no-note")
    if noted("bare.svg"):
        sys.exit("FAILED --no-note: there is a line at the foot")
    print(f"{checked} pictures, {texts} texts, {failures} failed")
    sys.exit(1 if failures else 0)
