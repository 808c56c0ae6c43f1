"""Selectors, and the kinds of tasks: seen in the train tasks of a list and in an archive's table."""
import json
import os
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
import twin
from make_scores import write_scores
from tap import done, good, need_program, ok, run, same, temporary

SET = "adam1p_wide_grid_1k"

KINDS = {
    "char_rnn_language_model_family_seed7": "rnn", "word_rnn_language_model_family_seed12": "rnn", "rnn_text_classification_family_seed3": "rnn",
    "FixedTextRNNClassification_imdb_patch32_LSTM128_bs128": "rnn", "FixedLM_lm1b_patch128_GRU64_avg_bs128": "rnn",
    "Associative_GRU128_BS128_Pairs10_Tokens50": "rnn", "Copy_LSTM128_BS128_Length20_Tokens10": "rnn",
    "mlp_ae_family_seed0": "autoencoder", "FixedMLPAE_cifar10_128x32x128_bs128": "autoencoder", "FixedImageConvAE_cifar10_32x32x32x32x32_bs128": "autoencoder",
    "mlp_vae_family_seed0": "vae", "FixedMLPVAE_cifar101_128x128x32x128x128_bs128": "vae", "FixedImageConvVAE_mnist_32x32x32x32x32_bs128": "vae",
    "Imagenet32x30_FC_VAE_128x64x32x64x128_relu_bs256": "vae", "conv_fc_family_seed1": "conv", "conv_pooling_family_seed1": "conv",
    "FixedImageConv_cifar10_32x64x64_bs128": "conv", "Mnist_Conv_32x16x64_flatten_FC32_tanh_bs32": "conv", "mlp_family_seed10": "mlp",
    "FixedMLP_cifar10_BatchNorm_128x128x128_relu_bs128": "mlp", "nvp_family_seed1": "flow", "maf_family_seed1": "flow", "FixedNVP_mnist_2layer_bs64": "flow",
    "FixedMAF_cifar10_3layer_bs64": "flow", "quadratic_family_seed1": "quadratic", "losg_tasks_family_seed1": "synthetic",
    "TwoD_Bowl1": "synthetic", "something_else": "other", "mini_mlp_family_seed4": "mlp", "mini_rnn_text_classification_family_seed4": "rnn",
    "mini_TwoD_Bowl1": "synthetic", "mini_something": "other", "mlp_family": "other",
}

TASKS = ["a_task", "b_task", "b_task2", "c[1]", "mlp_ae_family_seed1", "mlp_family_seed1", "mlp_family_seed2", "quadratic_family_seed1", "Z_task", "rnn_text_classification_family_seed1"]

# selector, tasks taken
TAKEN = [
    ("all", TASKS),
    ("a_task", ["a_task"]),
    ("*_task", ["a_task", "b_task", "Z_task"]),
    ("b_task*", ["b_task", "b_task2"]),
    ("b_task?", ["b_task2"]),
    ("[ab]_task", ["a_task", "b_task"]),
    ("a_task,b_task", ["a_task", "b_task"]),
    ("b_task,a_task", ["a_task", "b_task"]),
    ("a_task,a_task,*_task", ["a_task", "b_task", "Z_task"]),
    ("mlp_family_*,!mlp_family_seed1", ["mlp_family_seed2"]),
    ("all,!mlp_*", ["a_task", "b_task", "b_task2", "c[1]", "quadratic_family_seed1", "Z_task", "rnn_text_classification_family_seed1"]),
    ("kind:mlp", ["mlp_family_seed1", "mlp_family_seed2"]),
    ("kind:rnn,kind:quadratic", ["rnn_text_classification_family_seed1", "quadratic_family_seed1"]),
    ("all,!kind:other", ["mlp_ae_family_seed1", "mlp_family_seed1", "mlp_family_seed2", "quadratic_family_seed1", "rnn_text_classification_family_seed1"]),
    ("family:mlp_family", ["mlp_family_seed1", "mlp_family_seed2"]),
    ("family:mlp_ae_family,a_task", ["mlp_ae_family_seed1", "a_task"]),
    ("@names.txt", ["b_task", "Z_task"]),
    ("a_task,@names.txt", ["a_task", "b_task", "Z_task"]),
    ("*_task,!@names.txt", ["a_task"]),
]


def main():
    need_program()
    tmp = temporary()
    root = os.path.join(tmp, "kinds")
    for task in KINDS:
        make_npz.write_zip(make_npz.release_file(root, task), make_npz.members())
    a = os.path.join(tmp, "a.h5")
    good("ingest", "-o", a, root)
    with h5py.File(a, "r") as f:
        found = {n.decode(): k.decode() for n, k in zip(f["tasks/name"][()], f["tasks/kind"][()])}
    same(found, KINDS, "the kind of each task")

    s = os.path.join(tmp, "s.h5")
    valid = np.random.RandomState(0).uniform(0, 1, (len(TASKS), 4))
    tasks = sorted(TASKS, key=twin.byte_key)
    write_scores(s, {SET: (valid, valid)}, tasks)
    with h5py.File(s, "r+") as f:
        kinds = {"mlp_ae": "autoencoder", "mlp_fa": "mlp", "quadra": "quadratic", "rnn_te": "rnn"}
        f["tasks/kind"][...] = np.array([kinds.get(t[:6], "other") for t in tasks], object)
    with open(os.path.join(tmp, "names.txt"), "w") as f:
        f.write("Z_task\nb_task\n")
    for selector, taken in TAKEN:
        r = run("learn", s, "--set", SET, "-o", os.path.join(tmp, "l.json"), "--tasks", selector, cwd=tmp)
        if ok(r.code == 0, f"--tasks {selector}", r):
            with open(os.path.join(tmp, "l.json")) as f:
                same(json.load(f)["train_tasks"], sorted(taken, key=twin.byte_key), f"--tasks {selector}: what it takes")
    done()


main()
