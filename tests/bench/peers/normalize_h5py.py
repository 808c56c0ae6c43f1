"""normalize_h5py.py OUT PROCESSES ARCHIVE: one score a task and config of every set, by h5py and numpy."""
import multiprocessing
import sys

import h5py
import numpy as np

COLUMNS = (1, 3)  # valid_inner, test


def averaged(task):
    """{set: [config, step] of each column}: means over replicas."""
    out = {}
    for name, group in archive["sets"].items():
        if task in group["curves"]:
            curves = group["curves"][task][()]
            out[name] = [curves[..., k].mean(axis=1, dtype=np.float64) for k in COLUMNS]
    return out


def score(task):
    means = averaged(task)
    out = {name: {} for name in means}
    for k, table in enumerate(("valid", "test")):
        first = np.concatenate([m[k][:, 0] for m in means.values()])
        init = first[np.isfinite(first)].mean()
        best = min(m[k][np.isfinite(m[k])].min() for m in means.values())
        for name, m in means.items():
            is_finite = np.isfinite(m[k])
            y = np.where(is_finite, np.clip((m[k] - best) / (init - best), 0, 1), 1.0)
            out[name][table] = y.mean(axis=1)
            out[name][f"constants_{table}"] = np.array([init, best])
            if k == 0:
                out[name]["valid_min"], out[name]["valid_last"] = y.min(axis=1), y[:, -1]
                out[name]["n_diverged"] = np.array((~is_finite).any(axis=1).sum())
    return out


def open_archive():
    global archive
    archive = h5py.File(sys.argv[3], "r")


def main():
    open_archive()
    tasks = [t.decode() for t in archive["tasks/name"][()]]
    if sys.argv[2] == "1":
        results = [score(t) for t in tasks]
    else:
        archive.close()
        with multiprocessing.get_context("fork").Pool(int(sys.argv[2]), open_archive) as pool:
            results = pool.map(score, tasks, chunksize=1)
    with h5py.File(sys.argv[1], "w") as out:
        for name in results[0]:
            for table in results[0][name]:
                out[f"{name}/{table}"] = np.array([r[name][table] for r in results])


main()
