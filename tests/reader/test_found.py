"""A host that loads libnulldrift.so finds the reader beside it, wherever both were moved, and no other:
none of PATH or the working folder, none of another version, nothing that is no reader."""
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile

program, source = (os.path.abspath(path) for path in sys.argv[1:3])
build = os.path.dirname(program)

# What a host does: loads the library by its path and reads a data file through it.
HOST = r"""
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.nd_experiment_parse.restype = library.nd_dataset_make.restype = ctypes.c_void_p
library.nd_dataset_make.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
class Error(ctypes.Structure):
    _fields_ = [("where", ctypes.c_char * 512), ("what", ctypes.c_char * 512), ("mend", ctypes.c_char * 512)]
error = Error()
text = b"world: {task: file, path: data.nc}\nnetwork: {hidden: 3}\n"
experiment = library.nd_experiment_parse(text, b"host.yaml", sys.argv[2].encode(), None, ctypes.c_size_t(0),
                                         ctypes.byref(error))
data = library.nd_dataset_make(experiment, ctypes.byref(error)) if experiment else None
print("read" if data else "%s: %s" % (error.where.decode(), error.what.decode()))
"""

STATIC_HOST = r"""
#include <nulldrift.h>
#include <stdio.h>
int main(int count, char **given) {
    nd_error e = {0};
    char text[5000];
    snprintf(text, sizeof text, "world: {task: file, path: \"%s\"}\nnetwork: {hidden: 3}\n", given[count - 1]);
    nd_experiment *experiment = nd_experiment_parse(text, "host.yaml", NULL, NULL, 0, &e);
    nd_dataset *data = experiment ? nd_dataset_make(experiment, &e) : NULL;
    printf("%s%s%s\n", data ? "read" : e.where, data ? "" : ": ", data ? "" : e.what);
    return 0;
}
"""

WRITES_NOTHING = "#!/bin/sh\ntouch '%s'\n"
OTHER_VERSION = """#!/usr/bin/python3
import os, struct
os.write(3, struct.pack("24s40sQ", b"nulldrift-reader", b"0.0.1", 0))
os.read(3, 1)
"""


def put_program(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, 0o755)


def host(library, folder, **changes):
    done = subprocess.run([sys.executable, "-c", HOST, library, folder], capture_output=True, text=True,
                          cwd=changes.pop("cwd", folder), env={**os.environ, **changes}, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def expect(what, said, words):
    assert words in said, f"{what}: '{said}' lacks '{words}'"
    print(f"ok: {what}")


with tempfile.TemporaryDirectory(prefix="nulldrift reader ") as top:
    experiment = os.path.join(top, "small.yaml")
    with open(experiment, "w", encoding="ascii") as file:
        file.write("world: {task: random, samples: 20, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 3}\nrun: {steps: 4, records: 2, snapshots: 2}\n")
    subprocess.run([program, "run", experiment, "-o", os.path.join(top, "data.nc"), "--quiet"], check=True)
    place = os.path.join(top, "moved here")
    os.mkdir(place)
    library = os.path.join(place, "libnulldrift.so")
    shutil.copy(os.path.join(build, "libnulldrift.so"), library)
    reader = os.path.join(build, "nulldrift-reader")
    version = subprocess.run([program, "--version"], capture_output=True, text=True,
                             check=True).stdout.split()[1]

    # Without one: a clear line, and neither PATH nor the working folder is looked through.
    elsewhere, canary = os.path.join(top, "bin"), os.path.join(top, "canary")
    os.mkdir(elsewhere)
    put_program(os.path.join(elsewhere, "nulldrift-reader"), WRITES_NOTHING % canary)
    put_program(os.path.join(top, "nulldrift-reader"), WRITES_NOTHING % canary)
    said = host(library, top, PATH=elsewhere + ":" + os.environ["PATH"])
    expect("no reader: a clear line", said, "nulldrift-reader: is neither in " + place)
    assert not os.path.exists(canary), "a reader of PATH or of the working folder was started"

    beside = os.path.join(place, "nulldrift-reader")
    inner = os.path.join(place, "nulldrift-" + version)
    os.mkdir(inner)
    shutil.copy(reader, inner)
    expect("in nulldrift-VERSION beside the library, as installed", host(library, top), "read")
    expect("by a path of another working folder",
           host(os.path.relpath(library, "/usr"), top, cwd="/usr"), "read")
    shutil.rmtree(inner)
    shutil.copy(reader, beside)
    expect("beside the library, as built", host(library, top), "read")
    link = os.path.join(top, "libnulldrift.so")
    os.symlink(library, link)
    os.unlink(os.path.join(top, "nulldrift-reader"))
    expect("through a link to the library", host(link, top), "read")

    os.unlink(beside)
    os.mkfifo(beside)
    expect("a named pipe is none", host(library, top), "nulldrift-reader: is neither in")
    os.unlink(beside)
    put_program(beside, OTHER_VERSION)
    expect("another version's is refused", host(library, top),
           f"nulldrift-reader: is of nulldrift 0.0.1, the library of {version}")
    put_program(beside, "#!/bin/sh\nexit 0\n")
    expect("what says nothing is refused", host(library, top),
           "nulldrift-reader: is no reader of nulldrift")

    # A program that holds the static library finds the reader in its own folder, or says that there is none.
    static = os.path.join(top, "static")
    os.mkdir(static)
    with open(os.path.join(static, "host.c"), "w", encoding="ascii") as file:
        file.write(STATIC_HOST)
    said = subprocess.run(["pkg-config", "--static", "--libs", "nulldrift"], capture_output=True, text=True, check=True,
                          env={**os.environ, "PKG_CONFIG_PATH": build}).stdout
    needs = [word for word in shlex.split(said) if word != "-lnulldrift"] # a folder's blanks are escaped
    subprocess.run(["cc", "host.c", "-I" + os.path.join(source, "include"), "-L" + build, "-l:libnulldrift.a", *needs,
                    "-o", "host"], cwd=static, check=True)

    def static_host():
        return subprocess.run([os.path.join(static, "host"), os.path.join(top, "data.nc")], capture_output=True,
                              text=True, check=True, timeout=300).stdout

    expect("a static library without a reader: a clear line", static_host(),
           "nulldrift-reader: is neither in " + static)
    shutil.copy(reader, static)
    expect("a static library reads through the one beside its program", static_host(), "read\n")

    # The program takes the reader beside it, which starts the faster, and else itself.
    alone = os.path.join(top, "program")
    os.mkdir(alone)
    own = shutil.copy(program, alone)
    small = os.path.join(top, "data.nc")

    def info(name, words):
        done = subprocess.run([own, "info", small], capture_output=True, text=True, cwd=top, timeout=300)
        expect(name, done.stdout + done.stderr, words)

    info("a program alone reads by itself", "dimensions:")
    put_program(os.path.join(alone, "nulldrift-reader"), OTHER_VERSION)
    info("a program takes the reader beside it", "is of nulldrift 0.0.1")
    os.chmod(os.path.join(alone, "nulldrift-reader"), 0o777)
    info("but for one that others may write to", "dimensions:")
    shutil.copy(reader, os.path.join(alone, "nulldrift-reader"))
    os.chmod(os.path.join(alone, "nulldrift-reader"), 0o755)
    info("and reads through it", "dimensions:")

    # A host's variables and open files stay its own.
    os.unlink(beside)
    seen = os.path.join(top, "seen")
    put_program(beside, f"#!/bin/sh\n(env; ls -l /proc/self/fd) >'{seen}'\n")
    host(library, top, SECRET_TOKEN="nobody's business", HDF5_PLUGIN_PATH="/nowhere")
    with open(seen, encoding="utf-8") as file:
        text = file.read()
    assert "SECRET_TOKEN" not in text and "HDF5_PLUGIN_PATH=/nowhere" in text, text
    print("ok: the reader is given no variables but those that libraries are found by")

done = subprocess.run([reader], capture_output=True, text=True)
assert done.returncode == 2 and done.stderr.count("\n") == 1 and not done.stdout, done
print("ok: started by hand it says what it is for")
