"""A made release as large as one likes: make_release.py DIR GIGABYTES.

Files of the released shape, 1000 configs x 5 replicas x 51 steps x 4 splits in float32, five sets a task, stored and deflated by turns. Curves
fall at rates of all orders of magnitude with noise on top, some diverge; each file is a perturbation of one of a few, since random numbers of
full length would take longer to make than to ingest. Not the real thing: `fetch` gets that."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz

SAMPLERS = ("adam1p_wide_grid", "adam4p_wide_grid", "adam6p_wide_grid", "adam8p_wide_grid", "nadamw_grid")
FAMILIES = ("mlp_family", "conv_fc_family", "char_rnn_language_model_family", "quadratic_family", "maf_family", "mlp_ae_family")
N_CONFIG, N_REPLICA, N_STEP, N_BASE = 1000, 5, 51, 6


def make_base(seed):
    rng = np.random.RandomState(seed)
    rate = 10.0 ** rng.uniform(-4, .5, (N_CONFIG, 1, 1, 1))
    walk = np.cumsum(rng.standard_normal((N_CONFIG, N_REPLICA, N_STEP, 4)), axis=2)
    ys = rng.uniform(-3, 3) + 2.3 * np.exp(-rate * np.arange(N_STEP)[None, None, :, None]) + .003 * walk
    ys[rng.uniform(size=N_CONFIG) < .08, :, 20:] = np.nan
    return ys.astype("<f4")


def main():
    root, n_byte = sys.argv[1], float(sys.argv[2]) * 1e9
    bases = [make_base(i) for i in range(N_BASE)]
    noise = [1 + 1e-3 * np.random.RandomState(100 + i).standard_normal(bases[0].shape).astype("<f4") for i in range(7)]
    names = {s: make_npz.optimizers(s, range(N_CONFIG)) for s in SAMPLERS}
    n_written, i = 0, 0
    while n_written < n_byte:
        task = f"{FAMILIES[i // 5 % len(FAMILIES)]}_seed{i // 5 // len(FAMILIES)}"
        sampler = SAMPLERS[i % 5]
        ys = bases[i % N_BASE] * np.roll(noise[i % 7], i * 20411) + np.float32(.01 * (i % 97))
        path = make_npz.release_file(root, task, sampler + "_1k", 10000, N_REPLICA)
        make_npz.write_zip(path, make_npz.members(names[sampler], make_npz.steps(N_STEP, every=200), ys.astype("<f4")), deflated=i % 2 == 1)
        n_written += os.path.getsize(path)
        i += 1
    print(f"{i} files, {n_written / 1e9:.2f} GB")


main()
