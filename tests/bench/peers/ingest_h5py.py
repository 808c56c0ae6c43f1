"""ingest_h5py.py OUT PROCESSES ROOT: the release as HDF5, shuffle + deflate 1 + fletcher32; with several processes a file each, joined by
links."""
import glob
import multiprocessing
import os
import sys

import h5py
import numpy as np

ROWS = 64  # configs a chunk


def store(job):
    out, paths = job
    with h5py.File(out, "w") as archive:
        for path in paths:
            task, name = path.split("/")[-2], os.path.basename(path).split("_10000_")[0]
            with np.load(path) as z:
                names, steps, curves = z["optimizers"], z["xs"], z["ys"]
            group = archive.require_group(name)
            if "config_names" not in group:
                group["config_names"] = names
            d = group.create_dataset(task, data=curves, chunks=(min(ROWS, len(curves)), *curves.shape[1:]), shuffle=True, compression="gzip",
                                     compression_opts=1, fletcher32=True)
            d.attrs["steps"] = steps
    return [(f"{os.path.basename(p).split('_10000_')[0]}/{p.split('/')[-2]}", out) for p in paths]


def main():
    out, n_process, root = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    paths = sorted(glob.glob(os.path.join(root, "*", "*.npz")))
    if n_process == 1:
        store((out, paths))
        return
    with multiprocessing.get_context("fork").Pool(n_process) as pool:
        parts = pool.map(store, [(f"{out}.{i}", paths[i::n_process]) for i in range(n_process)])
    with h5py.File(out, "w") as archive:
        for part in parts:
            for place, path in part:
                archive[place] = h5py.ExternalLink(os.path.basename(path), place)


main()
