"""Ctrl-C as a notebook sends it: SIGINT to a process that runs one cell after the other. Work stops within a second of the
process's time and raises KeyboardInterrupt, the process lives on, and the same cell goes on bit for bit. Where ipykernel
is there, the process is a kernel of Jupyter's, too."""
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np

import package
from package import FIGURE_2, nd

# Reads cells from its input, and says how each ended.
LIKE_A_NOTEBOOK = r"""
import json, sys, traceback
names = {}
for line in sys.stdin:
    try:
        exec(json.loads(line), names)
        end = "ok"
    except KeyboardInterrupt:
        end = "KeyboardInterrupt"
    except Exception:
        end = traceback.format_exc()
    print(json.dumps(end), flush=True)
"""
BEGIN = """
import sys; sys.path.insert(0, {built!r})
import nulldrift as nd, numpy as np
def working(*words):
    open("working", "w").close()
keys = dict(hidden=60, samples=60, run__steps={steps}, run__records=11, run__snapshots=3)
engine = nd.Engine({figure!r}, **keys)
"""
RUN = "nd.run({figure!r}, 'long.nc', progress=working, **keys)"
ADVANCE = "at = engine.step; engine.advance({steps} - at, progress=working)"
SWEEP = "nd.sweep('sweep.yaml', 'store', jobs=1, progress=working)"
STEPS = 60_000


def seconds_of(process):
    """Processor time of a process."""
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Notebook:
    """A process that runs cells."""

    def __init__(self):
        self.child = subprocess.Popen([sys.executable, "-B", "-c", LIKE_A_NOTEBOOK], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.pid = self.child.pid

    def send(self, cell):
        self.child.stdin.write(json.dumps(cell) + "\n")
        self.child.stdin.flush()

    def interrupt(self):
        self.child.send_signal(signal.SIGINT)

    def end(self):
        return json.loads(self.child.stdout.readline())

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


class Kernel:
    """The same by a kernel of Jupyter's."""

    def __init__(self, folder):
        from jupyter_client.manager import KernelManager
        os.environ.update(IPYTHONDIR=folder, JUPYTER_RUNTIME_DIR=folder, JUPYTER_DATA_DIR=folder)
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=folder)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=300)
        self.pid = self.manager.provisioner.pid

    def send(self, cell):
        self.asked = self.client.execute(cell, stop_on_error=False)

    def interrupt(self):
        self.manager.interrupt_kernel()

    def end(self):
        while True:
            answer = self.client.get_shell_msg(timeout=600)
            if answer["parent_header"].get("msg_id") == self.asked:
                content = answer["content"]
                return "ok" if content["status"] == "ok" else content["ename"] if content["ename"] == "KeyboardInterrupt" else str(content)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


class Interrupt(package.Test):
    def ask(self, notebook, cell):
        notebook.send(cell)
        self.assertEqual(notebook.end(), "ok")

    def stop(self, notebook, cell):
        """Sends a cell, and Ctrl-C once it is at work."""
        if os.path.exists("working"):
            os.remove("working")
        notebook.send(cell)
        deadline = time.monotonic() + 300
        while not os.path.exists("working"):
            self.assertLess(time.monotonic(), deadline, "it does not begin")
            time.sleep(0.01)
        before, by_clock = seconds_of(notebook.pid), time.monotonic()
        notebook.interrupt()
        self.assertEqual(notebook.end(), "KeyboardInterrupt")
        took, waited = seconds_of(notebook.pid) - before, time.monotonic() - by_clock
        print(f"{type(notebook).__name__}: {cell[:40]} ... stopped after {waited:.2f} s, {took:.2f} s of the process's time")
        self.assertLess(took, 1)

    def through(self, notebook):
        names = {"built": package.BUILT, "figure": FIGURE_2, "steps": STEPS}
        with open("sweep.yaml", "w", encoding="utf-8") as file:
            file.write("name: long\nbase: |\n  world: {task: predictive-track, samples: 60, input_dim: 3}\n  network: {hidden: 60}\n"
                       f"  run: {{steps: {STEPS}, records: 11}}\nrepeats: 2\n")
        self.ask(notebook, BEGIN.format(**names))
        for cell in (RUN, ADVANCE):
            self.stop(notebook, cell.format(**names))
        self.assertTrue(any(name.startswith("long.nc") for name in os.listdir(".")))
        self.assertFalse(os.path.exists("long.nc"))
        for cell in (RUN, ADVANCE):
            self.ask(notebook, cell.format(**names))  # goes on in the same process
        self.ask(notebook, "np.savez('engine', *engine.parameters)")
        self.stop(notebook, SWEEP)
        run = nd.run(FIGURE_2, hidden=60, samples=60, run__steps=STEPS, run__records=11, run__snapshots=3)
        self.same(nd.open_run("long.nc"), run)
        with np.load("engine.npz") as held:
            for part, name in zip((held[key] for key in held.files), nd.Parameters._fields):
                self.assertEqual(part.tobytes(), run[name].values[-1].tobytes(), name)

    def test_a_process_that_runs_cells(self):
        notebook = Notebook()
        self.addCleanup(notebook.close)
        self.through(notebook)

    def test_a_kernel_of_jupyters(self):
        try:
            import ipykernel  # noqa: F401
            import jupyter_client  # noqa: F401
        except ImportError:
            self.skipTest("ipykernel is not there (python3-ipykernel)")
        notebook = Kernel(os.getcwd())
        self.addCleanup(notebook.close)
        self.through(notebook)


if __name__ == "__main__":
    package.main()
