"""study.py numpy|numba generalize|sizes SCORES OUT [RESAMPLINGS]: the studies behind Figures 2, 3a and 3b, in two processes.

generalize: the learned list, random search over all sets of the file, refined search and the best case, on random halves of the tasks.
sizes: learned lists from 1, 2, 5, 10, .. tasks, on all others. OUT: lines `series trials q25 median q75 mean`."""
import multiprocessing
import os
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "twin"))
from twin import BOOLEAN, coordinates, text, xxh64

if sys.argv[1] == "numba":
    from lazy_numba import along, learn, swap
else:
    from lazy_numpy import along, learn, swap

LEARNER = "adam8p_wide_grid_1k"


def shuffled(items, resample, purpose):
    """MT19937 as numpy has it, GSL's shuffle."""
    rng = np.random.RandomState(xxh64(f"0/{resample}/{purpose}".encode()) & 0xFFFFFFFF or 1)
    return swap(items, rng.randint(0, 1 << 32, len(items) + 64, np.uint32).astype(np.int64))


class Set:
    def __init__(self, group):
        self.f, self.g = (np.ascontiguousarray(group[name][()].T) for name in ("valid", "test"))
        self.hp_names = [text(n) for n in group["hyperparameter_names"][()]]
        self.x = coordinates(self.hp_names, group["hyperparameters"][()])


def learned(s, tasks, resample):
    picks = learn(np.ascontiguousarray(s.f[:, tasks]))
    rest = np.setdiff1d(np.arange(len(s.f)), picks)
    return np.concatenate([picks, shuffled(rest, resample, f"tail:{LEARNER}")])


def refined(s, train, resample, how):
    best = s.f[:, train].argmin(axis=0)
    best = best[s.f[best, train] < 1]
    inside = np.full(len(s.f), len(best) > 0)
    for d, name in enumerate(s.hp_names):
        x, values = s.x[:, d], s.x[best, d]
        if name in BOOLEAN:
            inside &= np.isin(x, values)
            continue
        there = values[~np.isnan(values)]
        is_in = np.isnan(x) & np.isnan(values).any()
        if len(there):
            low, high = np.quantile(there, (0, 1) if how == "minmax" else (.05, .95))
            margin = 1e-9 * (high - low) + 1e-12 * max(abs(low), abs(high))
            is_in |= (x >= low - margin) & (x <= high + margin)
        inside &= is_in
    return shuffled(np.flatnonzero(inside), resample, f"refined-{how}:{LEARNER}")


def generalize(resample):
    n_task = sets[LEARNER].f.shape[1]
    tasks = shuffled(np.arange(n_task), resample, "split")
    train, test = np.sort(tasks[:n_task // 2]), np.sort(tasks[n_task // 2:])
    s = sets[LEARNER]
    parts = {name: tuple(np.ascontiguousarray(table[:, test]) for table in (s.f, s.g)) for name, s in sets.items()}
    out = {"learned": along(*parts[LEARNER], learned(s, train, resample))}
    for name in sets:
        out[f"random:{name}"] = along(*parts[name], shuffled(np.arange(len(sets[name].f)), resample, f"random:{name}"))
    for how in ("minmax", "q90"):
        order = refined(s, train, resample, how)
        out[f"refined-{how}"] = along(*parts[LEARNER], order) if len(order) else np.ones(1)
    out["best-case"] = along(*parts[LEARNER], learned(s, test, resample))
    return out


def sizes(resample):
    s = sets[LEARNER]
    n_task = s.f.shape[1]
    tasks = shuffled(np.arange(n_task), resample, "split")
    out = {}
    for n in (m * 10 ** e for e in range(6) for m in (1, 2, 5)):
        if n < n_task:
            test = np.sort(tasks[n:])
            order = learned(s, np.sort(tasks[:n]), resample)
            out[f"learned:{n}"] = along(np.ascontiguousarray(s.f[:, test]), np.ascontiguousarray(s.g[:, test]), order)
    return out


def main():
    study, out, n_resample = {"generalize": generalize, "sizes": sizes}[sys.argv[2]], sys.argv[4], int((sys.argv[5:] or ["50"])[0])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = pool.map(study, range(n_resample), chunksize=1)
    with open(out, "w") as file:
        for series in results[0]:
            n = max(len(r[series]) for r in results)
            held = np.array([np.pad(r[series], (0, n - len(r[series])), "edge") for r in results])
            columns = np.concatenate([np.quantile(held, (.25, .5, .75), axis=0), held.mean(axis=0)[None]]).T
            for k, row in enumerate(columns.tolist()):
                file.write("\t".join([series, str(k + 1), *map(repr, row)]) + "\n")


with h5py.File(sys.argv[3], "r") as scores:
    wanted = sorted(scores["sets"]) if sys.argv[2] == "generalize" else [LEARNER]
    sets = {name: Set(scores["sets"][name]) for name in wanted}
main()
