"""compare.py KIND OURS PEER [SOURCE]: exit 1, and the first difference on stderr, where our numbers are not the peer's.

Picks, curves and counts are equal, to the bit; means and quantiles of doubles, whose last digit hangs on the order of adding, agree to
1e-12. An archive is at most 1.08 times as large as the peer's."""
import json
import os
import sys

TOLERANCE = 1e-12
MOST_SIZE = 1.08  # of the peer's file


def differ(place, ours, theirs):
    sys.exit(f"{place}: ours {ours}, the peer's {theirs}")


def near(a, b):
    return a == b or abs(a - b) <= TOLERANCE * max(1, abs(a), abs(b))


def learn(ours, peer, _):
    with open(ours) as a, open(peer) as b:
        entries, theirs = [e for e in json.load(a)["entries"] if e["phase"] == "greedy"], json.load(b)
    if len(entries) != len(theirs["picks"]):
        differ("number of picks", len(entries), len(theirs["picks"]))
    for k, (entry, pick, mean) in enumerate(zip(entries, theirs["picks"], theirs["J"])):
        if entry["index"] != pick:
            differ(f"pick {k + 1}", entry["index"], pick)
        if not near(entry["J"], mean):
            differ(f"J of pick {k + 1}", entry["J"], mean)


def series_of(path):
    """{(series, trial): [q25, median, q75, mean]}, with or without a header and comments."""
    with open(path) as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith(("#", "series"))]
    return {(r[0], int(r[1])): [float(x) for x in r[2:6]] for r in rows}


def same_series(ours, theirs):
    for key in sorted(theirs.keys() | ours.keys()):
        a, b = ours.get(key), theirs.get(key)
        if a is None or b is None or not all(map(near, a, b)):
            differ("series %s, trial %d" % key, a, b)


def generalize(ours, peer, _):
    same_series(series_of(ours), series_of(peer))


def sizes(ours, peer, _):
    """OURS: the folder of figures 3a and 3b."""
    theirs = series_of(peer)
    same_series(series_of(os.path.join(ours, "figure3a.tsv")), theirs)
    slices = series_of(os.path.join(ours, "figure3b.tsv"))
    most = {}
    for series, k in theirs:
        most[series] = max(k, most.get(series, 0))
    same_series(slices, {(f"at:{k}", int(series[8:])): theirs[series, k] for series in most for k in (1, 2, 5, 10, 20, 50, 100)
                         if k <= most[series]})


def same_array(place, ours, theirs, is_exact=True):
    import numpy as np
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape:
        differ(place, f"of shape {ours.shape}", theirs.shape)
    if is_exact:
        wrong = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
    else:
        with np.errstate(invalid="ignore"):
            wrong = ~((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)) | (abs(ours - theirs) <= TOLERANCE * np.maximum(1, abs(theirs))))
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        differ(f"{place} at {at}", ours[at], theirs[at])


def size(path):
    """Of an HDF5 file and of those beside it that its links lead to."""
    folder, name = os.path.split(path)
    return sum(os.path.getsize(os.path.join(folder, n)) for n in os.listdir(folder) if n == name or n.startswith(name + "."))


def release(ours, peer, _):
    import h5py
    if size(ours) > MOST_SIZE * size(peer):
        differ("size", f"{size(ours)} bytes", f"{size(peer)}, of which {MOST_SIZE} times are allowed")
    with h5py.File(ours, "r") as a, h5py.File(peer, "r") as b:
        if sorted(a["sets"]) != sorted(b):
            differ("sets", sorted(a["sets"]), sorted(b))
        for name in b:
            curves = a[f"sets/{name}/curves"]
            tasks = sorted(t for t in b[name] if t != "config_names")
            if sorted(curves) != tasks:
                differ(f"{name}: tasks", sorted(curves), tasks)
            for task in tasks:
                same_array(f"{name}/{task}", curves[task][()].view("u4"), b[name][task][()].view("u4"))
                same_array(f"{name}/{task} steps", curves[task].attrs["steps"], b[name][task].attrs["steps"])


def normalize(ours, peer, _):
    import h5py
    import numpy as np
    with h5py.File(ours, "r") as a, h5py.File(peer, "r") as b:
        for name in b:
            g, p = a["sets"][name], b[name]
            for table in ("valid", "test", "valid_min", "valid_last", "n_diverged"):
                same_array(f"{name}/{table}", g[table][()], p[table][()], table == "n_diverged")
            for k, table in enumerate(("valid", "test")):
                constants = np.stack([g["init"][:, k], g["best"][:, k]], axis=1)
                same_array(f"{name}/init and best of {table}", constants, p[f"constants_{table}"][()], False)


def curves_json(ours, peer, _):
    import h5py
    import numpy as np
    tables = np.load(peer)
    with h5py.File(ours, "r") as a:
        (group,) = a["sets"].values()
        tasks = sorted(group["curves"])
        if len(tasks) != len(tables):
            differ("files", len(tasks), len(tables))
        for task, table in zip(tasks, tables):
            same_array(task, group["curves"][task][:, 0], table)


def tree(ours, peer, _):
    import h5py
    import numpy as np
    with h5py.File(ours, "r") as a, np.load(peer) as tables:
        (group,) = a["sets"].values()
        if sorted(group["curves"]) != sorted(tables.files):
            differ("tasks", sorted(group["curves"]), sorted(tables.files))
        for task in tables.files:
            same_array(task, group["curves"][task][()], tables[task])


def csv(ours, peer, source):
    """The peer grids nothing, so that the grid is made here: 51 points a task, each the last observation at or before it."""
    import h5py
    import numpy as np
    import pandas
    frame = pandas.read_csv(source, float_precision="round_trip")  # (its default is off by a last digit here and there)
    with open(peer) as file:
        if tuple(map(int, file.read().split())) != frame.shape:
            differ("rows and columns", frame.shape, "others")
    splits = ["train_loss", "valid_loss", "test_loss"]
    with h5py.File(ours, "r") as a:
        (group,) = a["sets"].values()
        configs = [c.decode() for c in group["config_names"][()]]
        columns = [[s.decode() for s in group["split_names"][()]].index(s[:-5]) for s in splits]
        for task, rows in frame.groupby("task"):
            table, ran = group["curves"][task][()], group["ran"][task][()]
            steps, numbers = rows.step.to_numpy(np.int64), rows[splits].to_numpy()
            first, last, n_grid = int(steps.min()), int(steps.max()), table.shape[2]
            config, study = np.array([configs.index(c) for c in rows.config]), np.unique(rows.study, return_inverse=True)[1]
            order = np.lexsort((steps, study, config))
            begins = [0, *(np.flatnonzero((np.diff(config[order]) != 0) | (np.diff(study[order]) != 0)) + 1), len(order)]
            expected = np.full(table.shape, np.nan)
            for begin, end in zip(begins, begins[1:]):
                run = order[begin:end]
                run = run[np.diff(steps[run], prepend=-1) > 0]  # of several at a step the first
                is_lost = np.isnan(numbers[run]).all(axis=1)  # the run was there and had nothing to report
                for k, column in enumerate(columns):
                    use = run[is_lost | ~np.isnan(numbers[run, k])]
                    if len(use):
                        at = np.searchsorted((steps[use] - first) * (n_grid - 1), (last - first) * np.arange(n_grid), side="right") - 1
                        expected[config[run[0]], study[run[0]], :, column] = numbers[use, k][np.maximum(at, 0)]
            same_array(f"{task}", np.where(np.isfinite(table), table, np.nan), np.where(np.isfinite(expected), expected, np.nan))
            if int(ran.sum()) != len(begins) - 1:
                differ(f"{task}: runs", int(ran.sum()), len(begins) - 1)


KINDS = {"learn": learn, "generalize": generalize, "sizes": sizes, "release": release, "normalize": normalize, "json": curves_json,
         "tree": tree, "csv": csv}
if __name__ == "__main__":
    KINDS[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None)
