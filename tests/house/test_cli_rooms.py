"""The commands go through the public interface wherever that costs nothing: what a file of src/cli includes
beside public headers, the words and JSON of base and the figures is listed here with its reason. A new one is a
fault; one that is gone must be taken off the list.

    python3 tests/house/test_cli_rooms.py PROGRAM SOURCE
"""
import os
import re
import sys

# What a command needs that the public interface does not hand out.
LISTED = {
    "command_bench.c": {"engine/benchmark.h"},  # times engines' kernels, which are nobody's to call
    "command_datasets.c": {"analyse/words_of_recording.h", "store/recording_file.h"},  # words, a table of files
    "command_drift_direction.c": {"analyse/drift_of_run.h"},  # of a run file's snapshots
    "command_hebbian.c": {"hebbian/agreement.h", "run/hebbian_run.h", "store/hebbian_file.h"},  # --check
    "command_info.c": {"analyse/measured_run.h", "experiment/parse.h", "run/unfinished.h", "sweep/standing.h"},  # words
    "command_landscape.c": {"store/landscape_file.h"},  # writes the picture's file
    "command_measure.c": {"analyse/drift_measures_of_run.h", "analyse/measured_run.h",
                          "analyse/words_of_drift.h"},  # words, and waiting as the user asks
    "command_phases.c": {"analyse/phases_of_run.h"},  # words
    "command_record.c": {"analyse/words_of_drift.h", "analyse/words_of_recording.h", "recording/manifest.h",
                         "recording/scan.h", "sessions/followed_sessions.h", "store/recording_file.h"},
    "command_spectrum.c": {"analyse/spectra_of_run.h", "analyse/words_of_spectra.h"},  # words
    "command_sweep.c": {"sweep/shards.h", "sweep/sweep.h"},  # shards in words, and waiting as the user asks
    "command_tuning.c": {"analyse/tuning_file.h", "measure/tuning.h"},  # tables of files
    "growth.c": {"engine/benchmark.h"},
    "main.c": {"reader/trades.h"},  # the reader is this program, too
    "run_output.c": {"run/unfinished.h"},
}

folder = os.path.join(sys.argv[2], "src", "cli")
faults, public = [], 0
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        included = set(re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read(), flags=re.M))
    below = {path for path in included if path.split("/")[0] not in ("base", "cli", "figure", "nulldrift", "nulldrift.h")}
    listed = LISTED.pop(name, set())
    faults += [f"{name} includes {path}: is there a public function for it?" for path in sorted(below - listed)]
    faults += [f"{name} includes {path} no more: take it off the list" for path in sorted(listed - below)]
    public += not below
faults += [f"there is no {name}" for name in sorted(LISTED)]
print("\n".join(faults) if faults else f"{public} files include public headers, base and figures alone")
sys.exit(1 if faults else 0)
