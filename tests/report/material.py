"""A folder to report on: scores of two sets with holes and a degenerate task, lists, evaluations, and a figure."""
import json
import os
import shutil

import numpy as np

from make_scores import write_scores
from tap import good

A, B = "adam8p_wide_grid_1k", "adam1p_wide_grid_1k"
NASTY = "<script>alert(1)</script>&\"'"


def make(folder, figures=True):
    os.mkdir(folder)
    rng = np.random.RandomState(1)
    f, g = rng.uniform(0, 1, (6, 12)), rng.uniform(0, 1, (6, 12))
    f[3] = g[3] = np.nan
    f[0, 2] = g[0, 2] = np.nan
    scores = os.path.join(folder, "scores.h5")
    tasks = ["mlp_family_seed1", "mlp_family_seed2", "nvp_family_seed0", "quadratic_family_seed7", "task " + NASTY, "tâche"]
    write_scores(scores, {A: (f, g), B: (rng.uniform(0, 1, (6, 9)), rng.uniform(0, 1, (6, 9)))}, tasks=tasks)
    good("learn", "scores.h5", "--set", A, "-o", "list.json", cwd=folder)
    good("evaluate", "list.json", "scores.h5", "-o", "evaluation.tsv", cwd=folder)
    good("evaluate", "list.json", "scores.h5", "--per-task", "-o", "per_task.tsv", cwd=folder)
    good("generalize", "scores.h5", "--set", A, "--resamples", "3", "-k", "4", "-o", "halves.tsv", cwd=folder)
    if figures and shutil.which("gnuplot"):
        good("reproduce", "scores.h5", "-o", ".", "--resamples", "3", "--format", "svg,dumb", "figure2", cwd=folder)
    with open(os.path.join(folder, "own.json"), "w") as h:
        json.dump({"schema": "hyperlist.list/1", "set": NASTY, "objective": {}, "train_tasks": [], "seed": 0, "entries": [
            {"rank": 1, "config": "</td>" + NASTY, "index": 0, "hyperparameters": {"x" + NASTY: 1e-300, "use_nesterov": True}, "phase": "greedy", "J": None},
            {"rank": 2, "config": "\x01\n", "index": 1, "hyperparameters": {}, "phase": "random", "J": .25}]}, h)
    return tasks
