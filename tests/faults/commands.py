"""Every command with inputs as small as it takes, and what it is to leave: for tests that make its calls fail."""
import gzip
import json
import os
import shutil
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
for _folder in ("twin", "inputs", "fetch"):
    sys.path.insert(0, os.path.join(HERE, "..", _folder))
import make_npz
import make_tree
from common import release
from server import Server
from tap import good, read_bytes

SETS = ("adam1p_wide_grid", "adam8p_wide_grid")


class Command:
    """args: from a folder beside `in`, where the inputs are; before: files that are there already, which a failure must leave;
    several: it writes more than one file, each of which a failure may leave as it is to be, but none by halves; resumes: what
    it has got so far it keeps, under passing names; every: kinds of calls that `make check` fails one and all, since
    failures have been taken for answers there."""

    def __init__(self, name, args, before=(), several=False, resumes=False, every=""):
        self.name, self.args, self.before, self.several, self.resumes = name, args.split(), dict(before), several, resumes
        self.every = every

    def but(self, change):
        """Another command line for the same."""
        other = Command(self.name, "", self.before, self.several, self.resumes, self.every)
        other.args = change(list(self.args))
        return other

    def with_threads(self):
        """On two threads; None where it takes none."""
        return self.but(lambda args: [a.replace("-j1", "-j2") for a in args]) if "-j1" in self.args else None

    def without_provenance(self):
        return self if self.args[0] in ("info", "fetch") else self.but(lambda args: args + ["--no-provenance"])

    def inputs(self):
        """Names below `in`."""
        return [a.lstrip("@")[len("../in/"):] for a in self.args if a.lstrip("@").startswith("../in/")]


def csv_text():
    rows = ["config,task,replica,step,valid,test,hp:lr,hp:momentum"]
    for task in "cifar", "mnist":
        for c in range(3):
            for r in range(2):
                for i, s in enumerate((0, 100, 250)):
                    rows.append(f"c{c},{task},{r},{s},{2.5 / (1 + i * c)},{2.6 / (1 + i * c)},{10. ** -c},0.9")
    return "\n".join(rows) + "\n"


def derived_json():
    curve = lambda c: {"loss": [3., 2. - c, 1.5 - c]}
    return json.dumps([{"hp": {"learning_rate": 10. ** -c}, "train": curve(c), "valid": curve(c), "test": curve(c)} for c in range(3)])


def general_json():
    return json.dumps({"task": "cifar", "set": "mysweep", "steps": [0, 100, 200], "configs": [
        {"name": n, "hp": {"lr": 0.1 * (i + 1), "nesterov": bool(i)}, "curves": {"valid": [[2.4, 2.0 - i, 1.9], [2.4, None, 1.8], None]}}
        for i, n in enumerate("abc")]}).replace("[2.4, null", "[2.4, NaN")


def write_text(path, text):
    with open(path, "w") as f:
        f.write(text)


def write_release(root, n_task, sets, n_config=7, n_replica=2):
    """With fewer configs or replicas a part of the same curves."""
    for t in range(n_task):
        for k, sampler in enumerate(sets):
            rng = np.random.RandomState(31 * t + k)
            ys = 5 * np.exp(-rng.uniform(0, 2, (7, 1, 1, 1)) * np.arange(5)[:, None]) + rng.uniform(0, .1, (7, 2, 5, 4))
            path = make_npz.release_file(root, f"mini_quadratic_family_seed{t}", sampler + "_1k")
            make_npz.write_zip(path, make_npz.members(make_npz.optimizers(sampler, range(n_config)), make_npz.steps(),
                                                      ys[:n_config, :n_replica].astype("<f4")), deflated=True)


def prepare(root):
    """The inputs, in root/in."""
    here = os.path.join(root, "in")
    os.makedirs(here)
    at = lambda *names: os.path.join(here, *names)
    write_release(at("npz"), 5, SETS)
    write_release(at("first"), 2, SETS[:1], n_config=5, n_replica=1)
    write_text(at("npz", "task_metadata.tsv"), "task\tn_params\tseconds_per_step\nmini_quadratic_family_seed0\t10\t0.5\n")
    for c in range(2):
        for r in range(2):
            make_tree.write_run(at("tree"), "mini_quadratic_family_seed0", f"adam1p_wide_grid_seed{c}", 200, r, {0: [3., 3, 3, 3], 200: [1. + c, 1, 1, 2]}, .25)
    with open(at("sweep.csv.gz"), "wb") as f:
        f.write(gzip.compress(csv_text().encode(), mtime=0))
    write_text(at("mini_quadratic_family_seed0.json"), derived_json())
    write_text(at("cifar.json"), general_json())
    good("ingest", "-q", "-o", at("a.h5"), at("npz"))
    good("ingest", "-q", "-o", at("first.h5"), at("first"))
    good("normalize", "-q", at("a.h5"), "-o", at("s.h5"))
    good("learn", "-q", at("s.h5"), "--set", "adam8p_wide_grid_1k", "-o", at("l.json"))
    good("learn", "-q", at("s.h5"), "--set", "adam8p_wide_grid_1k", "-o", at("k.json"), "--seed", "1")
    good("export", "-q", at("l.json"), "--to", "opt-list", "-o", at("published"))
    write_text(at("log.csv"), "rank,step,valid\n1,0,2.31\n1,100,1.70\n2,0,2.31\n2,100,1.52\n")
    write_text(at("tasks.txt"), "".join(f"mini_quadratic_family_seed{t}\n" for t in range(5)))
    good("reproduce", "-q", at("s.h5"), "-o", at("figures"), "--resamples", "2", "figure3a")
    return here


def start_server():
    """A release to fetch, while the test runs."""
    server = Server(release(["a", "b"], n=3000))
    server.__enter__()
    return server


def commands(here, server):
    """With outputs that were there before: what a failure must not touch."""
    old = b"what was here before\n"
    first = read_bytes(os.path.join(here, "first.h5"))
    many = "-j1 "
    return [
        Command("ingest npz", "ingest -o a.h5 ../in/npz " + many),
        Command("ingest grows", "ingest -o a.h5 ../in/npz " + many, {"a.h5": first}),
        Command("ingest goes on", "ingest -o a.h5 ../in/npz " + many, {"a.h5.part0": first}, resumes=True),
        Command("ingest tree", "ingest -o a.h5 ../in/tree " + many, every="f"),
        Command("ingest derived", "ingest -o a.h5 ../in/mini_quadratic_family_seed0.json --set mysampler " + many),
        Command("ingest json", "ingest -o a.h5 ../in/cifar.json " + many),
        Command("ingest csv", "ingest -o a.h5 ../in/sweep.csv.gz --grid 4 " + many),
        Command("info archive", "info ../in/a.h5 --census -j1"),
        Command("info scores", "info ../in/s.h5"),
        Command("info list", "info ../in/l.json --json"),
        Command("check archive", "check ../in/a.h5 -j1"),
        Command("check scores", "check ../in/s.h5 --json -j1"),
        Command("check list", "check ../in/l.json"),
        Command("normalize", "normalize ../in/a.h5 -o s.h5 -j1", {"s.h5": old}),
        Command("learn", "learn ../in/s.h5 --set adam8p_wide_grid_1k --tasks @../in/tasks.txt -o l.json -j1", {"l.json": old}),
        Command("import", "import --names ../in/published/adam8p_opt_list.txt --configs ../in/published/adam8p_configs.json -o l.json", {"l.json": old}),
        Command("evaluate", "evaluate ../in/l.json ../in/s.h5 --per-task -o t.tsv -j1", {"t.tsv": old}),
        Command("evaluate lists", "evaluate ../in/l.json ../in/k.json ../in/s.h5 --json -j1"),
        Command("generalize", "generalize ../in/s.h5 --set adam8p_wide_grid_1k --resamples 2 --baselines all -o t.tsv -j1", {"t.tsv": old}),
        Command("generalize folds", "generalize ../in/s.h5 --set adam8p_wide_grid_1k --k-fold 2 --baselines expected,refined-q90-joint --per-task --json -j1"),
        Command("export opt-list", "export ../in/l.json --to opt-list -o d", several=True),
        Command("export json", "export ../in/l.json --to json -o d", {"d/adam8p_list.json": old}),
        Command("export csv", "export ../in/l.json --to csv -o d"),
        Command("export python", "export ../in/l.json --to python -o d"),
        Command("track", "track ../in/l.json ../in/log.csv ../in/s.h5 -k 2"),
        Command("track draws", "track ../in/l.json ../in/log.csv -o d", {"d/other": old}, several=True),
        Command("reproduce", "reproduce ../in/s.h5 -o d --resamples 2 figure3a -j1", {"d/figure3a.tsv": old, "d/figure3a.svg": old}, several=True),
        Command("reproduce tables", "reproduce ../in/s.h5 -o d space figureA1 --format dumb -j1", several=True),
        Command("fetch", f"fetch -o d --base-url {server.url}/b --sets s1 --retry-wait 0.01 --tries 2 --header X-Who:me -j1", {"d/other": old}, several=True, resumes=True, every="m"),
        Command("report", "report ../in/figures ../in/l.json ../in/s.h5 ../in/a.h5 -o page.html", {"page.html": old}),
    ]
