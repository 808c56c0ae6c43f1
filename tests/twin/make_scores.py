"""Scores files written by h5py: only what the format demands, so that any tool could have written them."""
import h5py
import numpy as np

OPTIONS = dict(valid_split="valid_inner", replicas="average-first", best_over="archive", aggregate="mean", test_constants="test")


def write_scores(path, tables, tasks=None, fixed=False, extra=True, schema="hyperlist.scores/1", hp=None):
    """tables: {set: (valid, test)}, each (task, config); fixed: text of fixed length; extra: also what may be absent."""
    n_task = len(next(iter(tables.values()))[0])
    tasks = tasks or [f"task_{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(n_task)]
    kind = None if fixed else h5py.string_dtype()

    def put(group, name, values):
        values = list(values)
        if fixed:
            width = max([len(v.encode()) for v in values] + [1])
            group.create_dataset(name, data=np.array([v.encode() for v in values], f"S{width}"))
        else:
            group.create_dataset(name, data=np.array(values, object), dtype=kind)

    with h5py.File(path, "w") as f:
        f.attrs["schema"] = np.string_(schema) if fixed else schema
        for k, v in OPTIONS.items():
            f.attrs[k] = np.string_(v) if fixed else v
        g = f.create_group("tasks")
        put(g, "name", tasks)
        put(g, "kind", ["other"] * n_task)
        degenerate = [any(np.isnan(v[0][t]).all() for v in tables.values()) for t in range(n_task)] if extra else [0] * n_task
        g.create_dataset("degenerate", data=np.array(degenerate, np.uint8))
        g.create_dataset("n_params", data=np.full(n_task, -1, np.int64))
        g.create_dataset("seconds_per_step", data=np.full(n_task, np.nan))
        for name, (valid, test) in tables.items():
            s = f.create_group("sets/" + name)
            valid, test = np.asarray(valid, float), np.asarray(test, float)
            n_config = valid.shape[1]
            s.create_dataset("valid", data=valid)
            s.create_dataset("test", data=test)
            sampler = name[:-3] if name.endswith("_1k") else name
            put(s, "config_names", [f"{sampler}_seed{i}" for i in range(n_config)])
            put(s, "hyperparameter_names", ["learning_rate"])
            s.create_dataset("hyperparameters", data=np.array(hp if hp is not None else 10.0 ** -np.linspace(0, 6, n_config))[:, None])
            if extra:
                s.create_dataset("init", data=np.ones((n_task, 2)))
                s.create_dataset("best", data=np.zeros((n_task, 2)))
                s.create_dataset("n_missing", data=np.isnan(valid).sum(axis=1).astype(np.int64))
                s.create_dataset("n_diverged", data=np.zeros(n_task, np.int64))
                s.create_dataset("degenerate", data=np.array(degenerate, np.uint8))
    return tasks
