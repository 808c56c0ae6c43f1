"""One sweep of random curves (diverged points, runs that are not there, steps of any size), written as npz, result tree, JSON and CSV: the
archives hold the same numbers, and scores and list are the same to the bit. Each check tells its seed; PROPERTY_SEED=N gives others."""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from make_npz import members, optimizers, release_file, write_zip
from tap import done, good, need_program, ok, read_bytes, same, temporary

SAMPLER, SET = "adam4p_wide_grid", "adam4p_wide_grid_1k"
SPLITS = ("train", "valid_inner", "valid_outer", "test")
FIELDS = ("valid", "test", "valid_min", "valid_last", "init", "best", "n_missing", "n_diverged", "degenerate")
SEED = int(os.environ.get("PROPERTY_SEED", "1"))


class Sweep:
    """curves: {task: (config, replica, step, split)}; ran: {task: (config, replica)}; names are those of the released set, whose
    hyperparameters are known."""

    def __init__(self, seed, may_lack_runs):
        rng = np.random.RandomState(seed)
        self.n_config, self.n_replica, self.n_step = rng.randint(2, 9), rng.randint(1, 4), rng.randint(2, 12)
        self.steps = np.arange(self.n_step) * int(rng.choice([1, 7, 200]))
        self.curves, self.ran = {}, {}
        for t in range(rng.randint(1, 4)):
            shape = (self.n_config, self.n_replica, self.n_step, len(SPLITS))
            ys = 10.0 ** rng.uniform(-9, 9, shape) * rng.choice([-1, 1], shape)
            bad = rng.uniform(size=shape) < .04
            ys[bad] = rng.choice([np.nan, np.inf, -np.inf, 1e300], bad.sum())
            ran = rng.uniform(size=shape[:2]) < (.8 if may_lack_runs else 2)
            ran[:, -1] |= t == 0  # what never ran is not there in every format
            ran[0, 0] = ran[-1, -1] = True
            self.curves[f"mini_quadratic_family_seed{t}"], self.ran[f"mini_quadratic_family_seed{t}"] = ys, ran
        self.names = [f"{SAMPLER}_seed{c}" for c in range(self.n_config)]

    def runs(self):
        for task, ys in self.curves.items():
            for c, name in enumerate(self.names):
                for r in range(self.n_replica):
                    if self.ran[task][c, r]:
                        yield task, name, r, ys[c, r]


def number(x):
    return "NaN" if np.isnan(x) else ("Infinity" if x > 0 else "-Infinity") if np.isinf(x) else repr(float(x))


def write_npz(folder, sweep):
    for task, ys in sweep.curves.items():
        write_zip(release_file(folder, task, SET, int(sweep.steps[-1]), sweep.n_replica),
                  members(optimizers(SAMPLER, range(sweep.n_config)), sweep.steps, ys))
    return [folder]


def write_tree(folder, sweep):
    for task, name, r, ys in sweep.runs():
        run = os.path.join(folder, task, name, str(int(sweep.steps[-1])), str(r))
        os.makedirs(run)
        with open(os.path.join(run, "result"), "w") as f:
            f.write("{" + ", ".join(f'"{step}": [{", ".join(map(number, row))}]' for step, row in zip(sweep.steps, ys)) + "}")
    return ["--set", SET, folder]


def write_json(folder, sweep):
    os.makedirs(folder)
    for task, ys in sweep.curves.items():
        configs = []
        for c, name in enumerate(sweep.names):
            curves = {split: [ys[c, r, :, s].tolist() if sweep.ran[task][c, r] else None for r in range(sweep.n_replica)] for s, split in enumerate(SPLITS)}
            configs.append({"name": name, "curves": curves})
        with open(os.path.join(folder, task + ".json"), "w") as f:
            json.dump({"task": task, "set": SET, "steps": sweep.steps.tolist(), "configs": configs}, f)
    return [folder]


def write_csv(folder, sweep, rng):
    """Rows in any order."""
    rows = [[name, task, str(r), str(step), *map(number, row)] for task, name, r, ys in sweep.runs() for step, row in zip(sweep.steps, ys)]
    os.makedirs(folder)
    with open(os.path.join(folder, "sweep.csv"), "w") as f:
        f.write(",".join(("config", "task", "replica", "step", *SPLITS)) + "\n")
        f.writelines(",".join(rows[i]) + "\n" for i in rng.permutation(len(rows)))
    return ["--set", SET, "--grid", str(sweep.n_step), folder]


def differ(a, b):
    return [f"{SET}: {field}" for field in FIELDS if not np.array_equal(getattr(a.sets[SET], field), getattr(b.sets[SET], field), equal_nan=True)]


def check(tmp, seed, may_lack_runs):
    sweep, first = Sweep(seed, may_lack_runs), None
    label = f"seed {seed}, {len(sweep.curves)} tasks x {sweep.n_config} x {sweep.n_replica} x {sweep.n_step}"
    sources = {"tree": lambda d: write_tree(d, sweep), "json": lambda d: write_json(d, sweep),
               "csv": lambda d: write_csv(d, sweep, np.random.RandomState(seed))}
    if not may_lack_runs:  # an npz file has every run
        sources["npz"] = lambda d: write_npz(d, sweep)
    for kind, write in sources.items():
        a, s, l = (os.path.join(tmp, f"{kind}{seed}{e}") for e in (".h5", ".s.h5", ".json"))
        good("ingest", "-q", "--no-provenance", "-o", a, *write(os.path.join(tmp, kind + str(seed))))
        archive = twin.Archive(a)
        for task, ys in sweep.curves.items():
            found, ran = archive.sets[SET].curves(task)[:2]
            there = sweep.ran[task]
            # A cell that is not finite may have lost which kind of not finite it was: a text knows nan alone in some formats.
            finite = there[:, :, None, None] & np.isfinite(ys)
            ok(found.shape == ys.shape and np.array_equal(ran != 0, there) and np.array_equal(found[finite], ys[finite]) and not np.isfinite(found[~finite]).any(),
               f"{label}: {kind}: the archive holds the curves of {task}", found.shape, ys.shape)
        good("normalize", "-q", "--no-provenance", "-o", s, a)
        good("learn", "-q", "--no-provenance", "--set", SET, "-o", l, s)
        now = (twin.read_scores(s), read_bytes(l))
        first = first or now
        same((differ(now[0], first[0]), now[1] == first[1]), ([], True), f"{label}: {kind}: the same scores and list")


def main():
    need_program()
    tmp = temporary()
    for i in range(20 if os.environ.get("TORTURE") else 4):
        check(tmp, 4000 * SEED + i, i % 2 == 1)
    done()


main()
