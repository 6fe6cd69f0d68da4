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


def areas_of_alf_by_the_clusters_channels(lab):
    """The area of each channel, the channel of each cluster: numbers of the atlas, or words counted from 1; with
    `keep` beside it, by a value for each cluster, those without spikes too."""
    t = lab.track
    spikes = t.spike_list()
    ids = np.array([1, 4, 6])[spikes[:, 1].astype(int)]
    lab.save("alf/spikes.times.npy", spikes[:, 0])
    lab.save("alf/spikes.clusters.npy", ids.astype("u4"))
    channels = np.array([9, 0, 9, 9, 2, 9, 3, 9])  # of clusters 0 to 7
    lab.save("alf/clusters.channels.npy", channels)
    lab.save("alf/channels.brainLocationIds_ccf_2017.npy", np.array([382, 382, 423, 382, 0, 0, 0, 0, 0, 0]))
    lab.table("alf/channels.brainLocation.tsv", "ccf_ap\tccf_dv\tccf_lr\tallen_ontology", [*np.arange(30.0).reshape(3, 10), ["CA1", "CA1", "CA2", "CA1"] + ["root"] * 6], separator="\t")
    lab.save("alf/clusters.peakChannel.npy", channels + 1)
    lab.save("alf/clusters._phy_annotation.npy", np.array([0, 2, 0, 0, 2, 0, 1, 0]))
    lab.table("alf/position.csv", "time,x", [t.t, t.x])
    right = np.array(information(t.x, t.a))
    text = ("sessions:\n  - {activity: {file: alf/spikes.times.npy, kind: spike-times}, ids: {file: alf/spikes.clusters.npy}, "
            "position: {file: alf/position.csv}, %s}\n")
    atlas = "cells: {file: alf/channels.brainLocationIds_ccf_2017.npy, channels: alf/clusters.channels.npy, area: %s}"
    words = "cells: {file: alf/channels.brainLocation.tsv, column: allen_ontology, channels: alf/clusters.peakChannel.npy, base: 1, area: ca1}"
    lab.right(text % (atlas % 382), right[[0, 2]])
    lab.right(text % words, right[[0, 2]])
    lab.checked(text % words, "2 of 3 are of area 'ca1'")
    lab.right(text % (words + ", keep: {file: alf/clusters._phy_annotation.npy, equals: 2}"), right[[0]])
    lab.refused(text % (atlas % 999), "none of the 3 cells is of area '999'")
    lab.refused(text % "cells: {file: alf/channels.brainLocationIds_ccf_2017.npy, area: 382, base: 1}", "base is not used")
    lab.save("alf/clusters.channels.npy", channels + 9)
    lab.refused(text % (atlas % 382), "lies on a channel that", "base: 0 or 1")
    lab.save("alf/clusters.channels.npy", channels[:2])
    lab.refused(text % (atlas % 382), "lengths disagree: clusters.channels.npy has 2 rows")


def areas_in_phys_own_table(lab):
    """cluster_info.tsv with a column of areas, by cluster_id, beside `keep`."""
    t = lab.track
    _phy(lab, "m/kilosort")
    lab.table("m/position.csv", "time,x", [t.t, t.x])
    lab.text("m/kilosort/cluster_info.tsv", "cluster_id\tch\tarea\tgroup\n" + "".join(f"{c}\t1\t{'CA1' if c != 5 else 'DG'}\t{GROUPS.get(c, '')}\n" for c in (2, 3, 5, 7, 9, 11)))
    right = np.array(information(t.x, t.a))
    lab.right("sessions:\n  - {activity: {file: m/kilosort/spike_times.npy, kind: spike-times, time_unit: samples, rate: 30000}, ids: {file: m/kilosort/spike_clusters.npy}, "
              "position: {file: m/position.csv}, keep: {file: m/kilosort/cluster_info.tsv, column: group, equals: good}, "
              "cells: {file: m/kilosort/cluster_info.tsv, column: area, area: CA1}}\n", right[[0, 2]])


def hc_11_in_matlab(lab):
    """As CRCNS hc-11 has it: pyramidal cells alone, those in PyrIDs, by --scan's manifest as it is."""
    t = lab.track
    spikes = t.spike_list(first=101)
    noise = np.column_stack([np.random.default_rng(8).uniform(0, 29.9, 500), np.full(500, 110.0)])
    spikes = np.array(sorted(map(tuple, np.vstack([spikes, noise]))))
    parts = {"SpikeTimes": spikes[:, 0], "SpikeIDs": spikes[:, 1], "PyrIDs": np.array([101.0, 102.0, 103.0]), "IntIDs": np.array([110.0])}
    info = Structs([{"Spikes": Structs([parts]), "Position": Structs([{"OneDLocation": t.x, "TimeStamps": t.t}]),
                     "Epochs": Structs([{"MazeEpoch": np.array([[0.0, 30.0]])}])}])
    mat5(lab.at("rat/sessInfo.mat"), sessInfo=info)
    _runs(lab, "rat", information(t.x, t.a))
    text = ("sessions:\n  - {file: rat/sessInfo.mat, activity: {name: sessInfo.Spikes.SpikeTimes, kind: spike-times}, ids: {name: sessInfo.Spikes.SpikeIDs}, "
            "position: {name: sessInfo.Position.OneDLocation, times: sessInfo.Position.TimeStamps}, keep: {%s}}\n")
    lab.checked(text % "name: sessInfo.Spikes.PyrIDs, kind: ids", "3 of 4 cells are in the list of 3")
    lab.refused(text % "name: sessInfo.Spikes.PyrIDs, kind: ids, equals: 1", "equals is not used")
    lab.refused(text % "name: sessInfo.Spikes.PyrIDs, kind: order", "of keep there is one: ids")
    parts["PyrIDs"] = np.array([7.0, 8.0])
    mat5(lab.at("rat/sessInfo.mat"), sessInfo=info)
    lab.refused(text % "name: sessInfo.Spikes.PyrIDs, kind: ids", "none of the 4 cells is in the list of 2")


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
