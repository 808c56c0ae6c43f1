"""Result trees as train_inner leaves them, written by hand."""
import json
import os


def write_run(root, task, config, steps, replica, result, seconds=None):
    """result: {step: [4 losses]}, or the text of the file, or None; seconds: mean_time, or the text of the file."""
    folder = os.path.join(root, task, config, str(steps), str(replica))
    os.makedirs(folder, exist_ok=True)
    if result is not None:
        with open(os.path.join(folder, "result"), "w") as f:
            f.write(result if isinstance(result, str) else json.dumps({str(s): [float(x) for x in v] for s, v in result.items()}))
    if seconds is not None:
        with open(os.path.join(folder, "time_per_step"), "w") as f:
            f.write(seconds if isinstance(seconds, str) else json.dumps({"mean_time": seconds, "median_time": seconds / 2, "mean_last_half": 2 * seconds}))
    return folder


def write_source(root, task, source, steps=10000, keep=lambda c, r: True):
    """A table of the release (twin.Source: config, replica, step, split) as a tree."""
    for c, config in enumerate(source.configs):
        for r in range(source.curves.shape[1]):
            if keep(c, r):
                write_run(root, task, config, steps, r, {int(s): source.curves[c, r, i] for i, s in enumerate(source.steps)})
