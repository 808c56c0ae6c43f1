"""Archives and scores files as h5py and the HDF5 tools see them: names, types, filters, size."""
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import done, good, need_program, ok, read_bytes, run, same, skip, temporary

SET = "adam4p_wide_grid_1k"


def is_text(dataset):
    info = h5py.check_string_dtype(dataset.dtype)
    return info is not None and info.length is None and info.encoding == "utf-8"


def big_task(root, task, seed):
    """A task of the released size: 1000 configs, 5 replicas, 51 steps; curves that fall, with noise."""
    rng = np.random.RandomState(seed)
    rate = 10.0 ** rng.uniform(-4, 0, (1000, 1, 1, 1))
    ys = 2.3 * np.exp(-rate * np.arange(51)[None, None, :, None]) + .01 * rng.standard_normal((1000, 5, 51, 4))
    ys[::9, :, 20:] = np.nan
    make_npz.write_zip(make_npz.release_file(root, task, SET, 10000, 5),
                       make_npz.members(make_npz.optimizers("adam4p_wide_grid", range(1000)), make_npz.steps(51, every=200), ys.astype("<f4")))


def check_archive(path):
    with h5py.File(path, "r") as f:
        same(f.attrs["schema"], "hyperlist.archive/1", "archive: schema")
        tasks = [n.decode() for n in f["tasks/name"][()]]
        texts = ["tasks/name", "tasks/kind"] + [f"sets/{SET}/{n}" for n in ("config_names", "hyperparameter_names", "split_names")]
        ok(all(is_text(f[t]) for t in texts), "archive: text is variable-length UTF-8", [f[t].dtype for t in texts])
        same([len(f["tasks"][n]) for n in ("name", "kind", "n_params", "seconds_per_step")], [len(tasks)] * 4, "archive: one row a task")
        ok((f["tasks/n_params"][()] == -1).all() and f["tasks/n_params"].dtype.kind == "i", "archive: n_params unknown is -1", f["tasks/n_params"][()])
        ok(np.isnan(f["tasks/seconds_per_step"][()]).all(), "archive: seconds_per_step unknown is NaN")
        g = f["sets/" + SET]
        hp = [n.decode() for n in g["hyperparameter_names"][()]]
        same(sorted(hp), ["beta1", "beta2", "epsilon", "learning_rate"], "archive: hyperparameter names")
        same((g["hyperparameters"].dtype, g["hyperparameters"].shape), (np.dtype("<f8"), (len(g["config_names"]), 4)), "archive: hyperparameters are config x hyperparameter doubles")
        lr = g["hyperparameters"][()][[n.decode() for n in g["config_names"][()]].index("adam4p_wide_grid_seed0"), hp.index("learning_rate")]
        ok(abs(lr - 0.0008696040132105586) < 1e-15, "archive: seed 0 is not GSL's seed 4357", lr)
        for task in tasks:
            d = g["curves/" + task]
            ok(d.dtype == np.float32 and d.chunks is not None and d.shuffle and d.compression == "gzip" and d.fletcher32,
               f"archive: {task}: float32, chunked, shuffle, deflate, fletcher32", d.dtype, d.chunks, d.shuffle, d.compression, d.fletcher32)
            filters = d.id.get_create_plist()
            same([filters.get_filter(i)[0] for i in range(filters.get_nfilters())], [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_FLETCHER32],
                 f"archive: {task}: filters in this order")
            ok(g["ran/" + task].dtype == np.uint8 and g["ran/" + task].shape == d.shape[:2], f"archive: {task}: ran")
            ok(len(d.attrs["steps"]) == d.shape[2], f"archive: {task}: steps")
        ok("observed" not in g or not len(g["observed"]), "archive: no observed where no run lacks points", list(g))


def check_size(path, tmp):
    """At most 1.08 of what h5py's shuffle, gzip 1 and fletcher32 give."""
    other = os.path.join(tmp, "h5py.h5")
    with h5py.File(path, "r") as f, h5py.File(other, "w") as o:
        for task, d in f[f"sets/{SET}/curves"].items():
            o.create_dataset(task, data=d[()], shuffle=True, compression="gzip", compression_opts=1, fletcher32=True)
    ours, theirs = os.path.getsize(path), os.path.getsize(other)
    ok(ours <= 1.08 * theirs, f"archive: {ours} bytes, {ours / theirs:.3f} of h5py's {theirs}")


def store_without(path, masks):
    """Chunks as HDF5 may store them, without the filters of a mask (1 shuffle, 2 deflate, 4 fletcher32), written by HDF5 itself."""
    with h5py.File(path, "r+") as f:
        for mask, (task, d) in zip(masks, sorted(f[f"sets/{SET}/curves"].items())):
            with h5py.File("plain", "w", driver="core", backing_store=False) as g:
                options = {"shuffle": not mask & 1, "compression": None if mask & 2 else "gzip", "fletcher32": not mask & 4}
                plain = g.create_dataset("d", data=d[()], chunks=d.chunks, fillvalue=np.nan, **options)
                for i in range(plain.id.get_num_chunks()):
                    place = plain.id.get_chunk_info(i).chunk_offset
                    d.id.write_direct_chunk(place, plain.id.read_direct_chunk(place)[1], mask)


def read_chunks(path):
    with h5py.File(path, "r") as f:
        return [(task, d.id.read_direct_chunk(d.id.get_chunk_info(i).chunk_offset)) for task, d in sorted(f[f"sets/{SET}/curves"].items())
                for i in range(d.id.get_num_chunks())]


def check_masks(archive, tmp):
    """The same scores and, where the archive grows, the same chunks; a chunk that is too short is refused, not read beyond."""
    other, again, wanted = (os.path.join(tmp, n) for n in ("masks.h5", "masks-scores.h5", "plain-scores.h5"))
    good("normalize", archive, "-o", wanted, "--no-provenance")
    for masks in ((1, 2), (3, 4), (5, 6), (7, 1)):
        shutil.copy(archive, other)
        store_without(other, masks)
        good("normalize", other, "-o", again, "--no-provenance")
        ok(read_bytes(again) == read_bytes(wanted), f"chunks without the filters of masks {masks}: the same scores")
    grown, more = os.path.join(tmp, "grown.h5"), os.path.join(tmp, "more")
    shutil.copy(archive, grown)
    big_task(more, "mini_mlp_family_seed2", 2)
    for path in (other, grown):
        good("ingest", "-o", path, more)
    ok(read_chunks(other) == read_chunks(grown), "an archive of such chunks that has grown: all are as we pack them")
    with h5py.File(other, "r+") as f:
        d = f[f"sets/{SET}/curves/mini_mlp_family_seed0"]
        d.id.write_direct_chunk((0, 0, 0, 0), b"x" * 308, 7)
    r = run("check", other)
    ok(r.code == 1 and "rows 0 to " in r.err and "found a chunk of 308 bytes, expected " in r.err, "a chunk without filters that is too short", r)


def check_scores(path, options):
    with h5py.File(path, "r") as f:
        same(f.attrs["schema"], "hyperlist.scores/1", "scores: schema")
        same({k: f.attrs[k] for k in options}, options, "scores: the options are attributes")
        n_task = len(f["tasks/name"])
        ok(all(len(f["tasks"][n]) == n_task for n in ("kind", "degenerate", "n_params", "seconds_per_step")) and f["tasks/degenerate"].dtype == np.uint8, "scores: tasks")
        g = f["sets/" + SET]
        n_config = len(g["config_names"])
        shapes = {"valid": (n_task, n_config), "test": (n_task, n_config), "valid_min": (n_task, n_config), "valid_last": (n_task, n_config),
                  "init": (n_task, 2), "best": (n_task, 2), "n_missing": (n_task,), "n_diverged": (n_task,), "degenerate": (n_task,), "hyperparameters": (n_config, 4)}
        same({k: g[k].shape for k in shapes}, shapes, "scores: shapes")
        ok(all(g[k].dtype == np.float64 for k in ("valid", "test", "init", "best", "hyperparameters")) and all(g[k].dtype == np.int64 for k in ("n_missing", "n_diverged")),
           "scores: types", {k: g[k].dtype for k in shapes})
        ok(all(is_text(f[t]) for t in ("tasks/name", "tasks/kind", f"sets/{SET}/config_names", f"sets/{SET}/hyperparameter_names")), "scores: text is variable-length UTF-8")


def main():
    need_program()
    tmp = temporary()
    root = os.path.join(tmp, "release")
    for t in range(2):
        big_task(root, f"mini_mlp_family_seed{t}", t)
    a, s = os.path.join(tmp, "a.h5"), os.path.join(tmp, "s.h5")
    good("ingest", "-o", a, root)
    check_archive(a)
    check_size(a, tmp)
    good("normalize", a, "-o", s, "--aggregate", "min", "--best-over", "set")
    check_scores(s, {"replicas": "average-first", "best_over": "set", "aggregate": "min", "test_constants": "test", "valid_split": "valid_inner"})
    check_masks(a, tmp)
    with h5py.File(s, "r") as f:
        same(f[f"sets/{SET}/n_diverged"][()].tolist(), [112, 112], "scores: a diverged config in nine")
        same([n.decode() for n in f[f"sets/{SET}/config_names"][()]], [f"adam4p_wide_grid_seed{i}" for i in range(1000)], "scores: row = seed")
    for path in (a, s):
        if shutil.which("h5dump") is None:
            skip("h5dump", "no h5dump")
        else:
            r = subprocess.run(["h5dump", path], capture_output=True, env=dict(os.environ, HDF5_PLUGIN_PATH="/nonexistent"))
            ok(r.returncode == 0 and not r.stderr, f"h5dump reads all of {os.path.basename(path)}", r.stderr)
        r = run("info", path)
        ok(r.code == 0 and "adam4p_wide_grid_1k" in r.out, f"info {os.path.basename(path)}", r)
    done()


main()
