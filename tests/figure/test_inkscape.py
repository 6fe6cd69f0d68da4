"""Every figure's SVG and PDF open in Inkscape, which has nothing to say about them."""
import os
import shutil
import subprocess
import sys
import tempfile

if not shutil.which("inkscape"):
    print("skipped: there is no inkscape")
    sys.exit(77)
try:
    import figure_data
except ImportError as missing:
    print(f"skipped: {missing}; install python3-numpy")
    sys.exit(77)

maker = figure_data.Maker(os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2]))


def opened(files):
    """What Inkscape says as it draws them, small, as PNG; but for what it says of itself without a display."""
    variables = dict(os.environ, HOME=os.getcwd(), INKSCAPE_PROFILE_DIR=os.getcwd(), LC_ALL="C.UTF-8")
    variables.pop("DISPLAY", None)
    done = subprocess.run(["inkscape", "--export-type=png", "--export-dpi=20", *files], env=variables,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if line.strip() and "GtkRecentManager" not in line]
    return said + ([f"exit code {done.returncode}"] if done.returncode else [])


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("wrong.svg", "w") as file:
        file.write("<svg><g></svg>")
    if not opened(["wrong.svg"]):
        sys.exit("FAILED the test itself: Inkscape has nothing to say about a broken file")
    files = []
    for name, _, inputs in figure_data.of_the_papers_kind(maker):
        for ending in ("svg", "pdf"):
            files.append(f"{name}-{ending}.{ending}")
            maker.nulldrift("figure", name, *inputs, "-o", files[-1])
    faults = opened(files)
    faults += [f"{file} was not drawn" for file in files
               if not os.path.exists(file[:-3] + "png") or os.path.getsize(file[:-3] + "png") < 500]
    for fault in faults:
        print(f"FAILED {fault}")
    print(f"{len(files)} files opened in Inkscape, {len(faults)} failed")
    sys.exit(1 if faults else 0)
