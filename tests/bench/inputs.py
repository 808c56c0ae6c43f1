"""The inputs of the benchmarks: made once below a folder, and again where the way of making them changes."""
import glob
import hashlib
import os
import subprocess

import measure

ROOT = os.path.dirname(os.path.dirname(measure.HERE))
ALGOPERF = os.path.join(ROOT, "..", "shared", "data", "algoperf", "algoperf_v05_long.csv.gz")
CURVES_JSON = os.path.join(ROOT, "..", "shared", "data", "taskset-adam8p")
MAIN_SET = "adam8p_wide_grid_1k"
ALL_SETS = (MAIN_SET, "adam1p_wide_grid_1k", "adam4p_wide_grid_1k")


class Sizes:
    """full: the release's, and enough curves to measure; small: just enough to run."""

    def __init__(self, is_small):
        self.n_task, self.n_config = (24, 20) if is_small else (1162, 1000)
        self.n_file, self.n_config_of_curves, self.n_run = (10, 20, 200) if is_small else (20, 1000, 20000)
        self.n_csv_row, self.is_small = (4000 if is_small else 284740), is_small


class Inputs:
    def __init__(self, folder, hyperlist, sizes):
        self.folder, self.hyperlist, self.sizes = folder, hyperlist, sizes
        self.make_scores, self.make_curves = (os.path.join(measure.programs, n) for n in ("make_scores", "make_curves"))
        os.makedirs(folder, exist_ok=True)

    def get(self, name):
        return getattr(self, name)()

    def make(self, name, commands, makers=None):
        """The path of an input; its commands, which run at the same time, have {} in that path's place. It is made anew where they or the makers
        (files; the source of our own programs) have changed."""
        path = os.path.join(self.folder, name)
        key = hashlib.blake2b(repr(commands).encode())
        for maker in makers or [os.path.join(measure.HERE, os.path.basename(commands[0][0]) + ".c")]:
            with open(maker, "rb") as file:
                key.update(file.read())
        stamp = path + ".made"
        if os.path.exists(stamp) and open(stamp).read() == key.hexdigest():
            return path
        measure.tell(f"making {name}")
        measure.remove(stamp)
        measure.remove(path)
        running = [subprocess.Popen([a.replace("{}", path) for a in c], stdin=subprocess.DEVNULL) for c in commands]
        if any([p.wait() != 0 for p in running]):
            raise measure.Failed(f"{name} cannot be made")
        with open(stamp, "w") as file:
            file.write(key.hexdigest())
        return path

    # ---- Scores ----

    def made_scores(self, shape, n_task, n_config, sets=(MAIN_SET,)):
        name = f"scores-{shape}-{n_task}x{n_config}-{len(sets)}.h5"
        return self.make(name, [[self.make_scores, "{}", shape, str(n_task), *(f"{s}={n_config}" for s in sets)]])

    def scores(self):
        return self.made_scores("released", self.sizes.n_task, self.sizes.n_config, ALL_SETS)

    def scores_of_many_tasks(self):
        return self.made_scores("released", 4 * self.sizes.n_task, self.sizes.n_config)

    def scores_of_many_configs(self):
        return self.made_scores("released", self.sizes.n_task, 4 * self.sizes.n_config)

    # ---- Curves ----

    def made_release(self, kind, n_file, n_config, n_replica=5, n_step=51):
        halves = ((0, n_file // 2), (n_file // 2, n_file))
        return self.make(f"release-{kind}-{n_file}-{n_config}x{n_replica}x{n_step}",
                         [[self.make_curves, "release", "{}", kind, *map(str, (a, b, n_config, n_replica, n_step))] for a, b in halves])

    def stored(self):
        return self.made_release("stored", self.sizes.n_file, self.sizes.n_config_of_curves)

    def deflated(self):
        return self.made_release("deflated", self.sizes.n_file, self.sizes.n_config_of_curves)

    def archive(self):
        return self.made_archive(self.stored())

    def made_archive(self, release):
        name = os.path.basename(release).replace("release", "archive") + ".h5"
        return self.make(name, [[self.hyperlist, "ingest", "-q", "-o", "{}", release]], [self.hyperlist])

    def tree(self):
        return self.make(f"tree-{self.sizes.n_run}", [[self.make_curves, "tree", "{}", str(self.sizes.n_run)]])

    def csv(self):
        if os.path.exists(ALGOPERF) and not self.sizes.is_small:
            return os.path.abspath(ALGOPERF)
        return self.make(f"made-{self.sizes.n_csv_row}.csv", [[self.make_curves, "csv", "{}", str(self.sizes.n_csv_row)]])

    def curves_json(self):
        if os.path.isdir(CURVES_JSON) and not self.sizes.is_small:
            return os.path.abspath(CURVES_JSON)
        n = self.sizes.n_config_of_curves
        return self.make(f"json-8x{n}", [[self.make_curves, "json", "{}", "8", str(n)]])

    # ---- What the commands make of them ----

    def list(self):
        return self.make("list.json", [[self.hyperlist, "learn", "-q", self.scores(), "--set", MAIN_SET, "-o", "{}"]],
                         [self.hyperlist])

    def figures(self):
        return self.make("figures", [[self.hyperlist, "reproduce", "-q", self.scores(), "-o", "{}", "--resamples", "2", "figure2"]],
                         [self.hyperlist])

    # ---- Numbers without pictures ----

    def gnuplot(self):
        """A folder with a gnuplot that makes a picture of nothing, under the name of its last argument's figure: the real one takes 25 ms to start."""
        folder = os.path.join(self.folder, "blank")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "gnuplot")
        with open(path, "w") as file:
            file.write("#!/bin/sh\nfor plot; do :; done\nplot=${plot##*/}\necho '</svg>' >\"${plot%.gp}.svg\"\n")
        os.chmod(path, 0o755)
        return folder


def bytes_of(path):
    files = glob.glob(os.path.join(path, "**"), recursive=True) if os.path.isdir(path) else [path]
    return sum(os.path.getsize(f) for f in files if os.path.isfile(f))
