"""Spikes as two vectors, times and clusters, as they lie on a disk: Kilosort and Phy, the IBL's ALF, CRCNS
hc-11 and plain variables in MATLAB; --scan's manifest of the folder runs as it is."""
import os

import numpy as np

from cases.made import Structs, information, mat5

# Clusters that Phy's user called good, multi-unit and noise; one that nobody looked at.
GROUPS = {2: "good", 5: "good", 7: "good", 3: "mua", 9: "noise"}


def _phy(lab, folder, rate=30000.0, parameters=True, spread=1):
    """spike_times.npy in samples, sorted; cells 2, 5, 7 are the track's, 3, 9, 11 fire anywhere."""
    t = lab.track
    random = np.random.default_rng(4)
    spikes = [(s, c) for c, times in zip((2, 5, 7), t.spikes()) for s in times]
    spikes += [(s, c) for c in (3, 9, 11) for s in random.uniform(0, 29.9, 400)]
    spikes = np.array(sorted(spikes))
    lab.save(folder + "/spike_times.npy", np.round(spikes[:, 0] * rate).astype("u8").reshape((-1, 1) if spread == 2 else -1))
    lab.save(folder + "/spike_clusters.npy", spikes[:, 1].astype("i4"))
    lab.save(folder + "/spike_templates.npy", spikes[:, 1].astype("i4"))
    lab.save(folder + "/amplitudes.npy", np.ones(len(spikes)))
    lab.save(folder + "/channel_positions.npy", np.ones((32, 2)))
    lab.save(folder + "/similar_templates.npy", np.ones((12, 12)))
    lab.text(folder + "/cluster_group.tsv", "cluster_id\tgroup\n" + "".join(f"{c}\t{g}\n" for c, g in GROUPS.items()))
    lab.text(folder + "/cluster_KSLabel.tsv", "cluster_id\tKSLabel\n" + "".join(f"{c}\tgood\n" for c in (2, 3, 5, 7, 9, 11)))
    if parameters:
        lab.text(folder + "/params.py", f"dat_path = 'temp_wh.dat'\nn_channels_dat = 32\nsample_rate = {rate}\nhp_filtered = False\n")
    return spikes


def _runs(lab, folder, expected):
    """--scan's manifest of the folder, as it is."""
    assert lab.run("record", "--scan", folder, "-o", "scan.yaml", "--force") == 0, lab.said
    assert "QUESTION" not in lab.out, lab.out
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
    found = [float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")]
    assert np.allclose(found, expected, atol=1e-6), (found, expected, open(lab.at("scan.yaml")).read())


def phy_with_positions_in_csv(lab):
    t = lab.track
    for spread in (1, 2):
        _phy(lab, "m/kilosort", spread=spread)
        lab.table("m/position.csv", "time,x", [t.t, t.x])
        _runs(lab, "m", information(t.x, t.a))


def phy_with_positions_and_times_in_arrays(lab):
    t = lab.track
    _phy(lab, "m/kilosort")
    lab.save("m/position.npy", t.x)
    lab.save("m/timestamps.npy", t.t)
    _runs(lab, "m", information(t.x, t.a))


def phy_without_its_parameters_asks(lab):
    """One question, with choices; the manifest is refused until it is answered."""
    t = lab.track
    _phy(lab, "m/kilosort", rate=32000.0, parameters=False)
    lab.table("m/position.csv", "time,x", [t.t, t.x])
    assert lab.run("record", "--scan", "m", "-o", "scan.yaml") == 0, lab.said
    assert lab.out.count("QUESTION") == 1 and "32000" in lab.out and "30000" in lab.out, lab.out
    assert lab.run("record", "scan.yaml", "--check", "--picture", "none") == 1
    assert "question" in lab.said and "rate" in lab.said and len(lab.said.splitlines()) == 1, lab.said
    text = open(lab.at("scan.yaml"), encoding="utf-8").read()
    lab.text("scan.yaml", text.replace("rate: ask", "rate: 32000"))
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none") == 0, lab.said
    assert np.allclose([float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")], information(t.x, t.a), atol=1e-6)


def clusters_that_kilosort_calls_good(lab):
    """Without the laboratory's word, Kilosort's own."""
    t = lab.track
    spikes = _phy(lab, "m/kilosort")
    os.remove(lab.at("m/kilosort/cluster_group.tsv"))
    lab.table("m/position.csv", "time,x", [t.t, t.x])
    counts = [np.histogram(spikes[spikes[:, 1] == c, 0], np.append(t.t, t.t[-1] + 0.05))[0] for c in (2, 3, 5, 7, 9, 11)]
    _runs(lab, "m", information(t.x, np.stack(counts, 1)))


def alf_of_the_ibl(lab):
    """Times in seconds, as they are no whole numbers."""
    t = lab.track
    spikes = t.spike_list()
    lab.save("alf/spikes.times.npy", spikes[:, 0])
    lab.save("alf/spikes.clusters.npy", spikes[:, 1].astype("u4"))
    lab.save("alf/spikes.amps.npy", spikes[:, 0])
    lab.save("alf/spikes.depths.npy", spikes[:, 0])
    lab.table("position.csv", "time,x", [t.t, t.x])
    lab.table("alf/position.csv", "time,x", [t.t, t.x])
    _runs(lab, "alf", information(t.x, t.a))


def hc_11_in_matlab(lab):
    t = lab.track
    spikes = t.spike_list(first=101)
    info = Structs([{"Spikes": Structs([{"SpikeTimes": spikes[:, 0], "SpikeIDs": spikes[:, 1], "PyrIDs": np.array([101.0, 103.0])}]),
                     "Position": Structs([{"OneDLocation": t.x, "TimeStamps": t.t}])}])
    mat5(lab.at("rat/sessInfo.mat"), sessInfo=info)
    _runs(lab, "rat", information(t.x, t.a))


def lying_vectors(lab):
    t = lab.track
    _phy(lab, "m/kilosort")
    lab.table("m/position.csv", "time,x", [t.t, t.x])
    lab.save("m/kilosort/spike_clusters.npy", np.arange(7))
    text = ("sessions:\n  - {file: m/kilosort/spike_times.npy, activity: {kind: spike-times, time_unit: samples, rate: 30000}, "
            "ids: {file: m/kilosort/spike_clusters.npy}, position: {file: m/position.csv}}\n")
    lab.refused(text, "lengths disagree", "7 cells")
    lab.text("m/kilosort/params.py", "sample_rate = -1\n")
    lab.scanned(["m"], "QUESTION")
    good = open(lab.at("m/kilosort/spike_times.npy"), "rb").read()
    with open(lab.at("m/kilosort/spike_times.npy"), "wb") as file:
        file.write(good[:len(good) // 2])
    lab.refused(text, "spike_times.npy", "copy it again")
