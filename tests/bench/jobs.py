"""The jobs: what we do and what others do for the same numbers. A new row of the table is a new Job here."""
import os
import re

from inputs import MAIN_SET
from measure import HERE, PYTHON


class Peer:
    """goal: how many times as fast we are to be; None: shown, no goal. args: of its program in peers/."""

    def __init__(self, name, modules, goal, program, *args):
        self.name, self.modules, self.goal, self.program, self.args = name, modules, goal, program, args

    def command(self, places):
        return [PYTHON, os.path.join(HERE, "peers", self.program), *(a.format(**places) for a in self.args)]


class Job:
    """args: of hyperlist. In all args {input} and {out} stand for paths, {n_task} and {n_config} for the size of scores. compare: a kind of
    compare.py. says: a pattern of what both print, whose number of milliseconds counts instead of the whole process. limit: (a time that limits.c measures, as how
    many of it we may take). draws: it would draw pictures; here they
    are blank."""

    def __init__(self, key, title, source, compare, args, peers, suffix="", scale=(1, 1), says=None, limit=None, draws=False):
        self.key, self.title, self.source, self.compare, self.args, self.peers = key, title, source, compare, args, peers
        self.suffix, self.scale, self.says, self.limit = suffix, scale, says and re.compile(says), limit
        self.draws = draws

    def seconds(self, took):
        return float(self.says.search(took.said).group(1)) / 1000 if self.says else took.seconds


LEARN = ("learn", "-v", "{input}", "--set", MAIN_SET, "-o", "{out}")
RAW = ("{input}.raw", "{n_task}", "{n_config}", "{out}")
INGEST = ("ingest", "-q", "-o", "{out}", "{input}")


def learn(key, title, source, scale, goal):
    return Job(key, title, source, "learn", LEARN, scale=scale, suffix=".json", peers=[
        Peer("numpy", ["numpy"], goal, "learn_numpy.py", *RAW),
        Peer("numpy, lazy", ["numpy"], None, "learn_numpy.py", *RAW, "lazy")])


def study(key, title, name, args, n_resample, draws=False):
    return Job(key, title, "scores", name, (*args, "--resamples", str(n_resample)), draws=draws, peers=[
        Peer(f"{how}, 2 processes", [how, "numpy", "h5py"], goal, "study.py", how, name, "{input}", "{out}", str(n_resample))
        for how, goal in (("numpy", 22), ("numba", 6))])


def two_goals(program, one, two, source="{input}"):
    return [Peer(f"h5py, {n} process{'es' * (n > 1)}", ["h5py", "numpy"], goal, program, "{out}", str(n), source)
            for n, goal in ((1, one), (2, two))]


JOBS = [
    learn("learn", "learn, 1162 tasks x 1000 configs", "scores", (1, 1), 10),
    learn("learn-tasks", "learn, 4648 x 1000", "scores_of_many_tasks", (4, 1), 60),
    learn("learn-configs", "learn, 1162 x 4000", "scores_of_many_configs", (1, 4), 60),
    Job("selection", "the selection alone, 1162 x 1000", "scores", "learn", LEARN, suffix=".json", says=r"selected in ([0-9.]+) ms", limit=("pass", 2), peers=[
        Peer("numba, lazy", ["numba", "numpy"], 1, "learn_numba.py", *RAW)]),
    study("generalize", "generalize, Figure 2, 50 resamplings", "generalize", ("generalize", "-q", "{input}", "--set", MAIN_SET, "-o", "{out}"), 50),
    study("sizes", "reproduce, numbers of 3a and 3b, 10 resamplings", "sizes",
          ("reproduce", "-q", "{input}", "-o", "{out}", "figure3a", "figure3b"), 10, draws=True),
    Job("ingest-stored", "ingest, 20 npz, stored", "stored", "release", INGEST, two_goals("ingest_h5py.py", 7, 4.5), ".h5"),
    Job("ingest-deflated", "ingest, 20 npz, deflated", "deflated", "release", INGEST, two_goals("ingest_h5py.py", 5, 3.2), ".h5"),
    Job("normalize", "normalize, that archive", "archive", "normalize", ("normalize", "-q", "{input}", "-o", "{out}"),
        two_goals("normalize_h5py.py", 4.2, 3.3), ".h5"),
    Job("ingest-csv", "ingest, long CSV", "csv", "csv",
        ("ingest", "-q", "--columns", "replica=study,train=train_loss,valid=valid_loss,test=test_loss", "--set", "csv", "-o", "{out}", "{input}"),
        [Peer("pandas, read_csv alone", ["pandas", "h5py"], 1.5, "csv_pandas.py", "{out}", "{input}")], ".h5"),
    Job("ingest-json", "ingest, 8 curves-json", "curves_json", "json", ("ingest", "-q", "--set", MAIN_SET, "-o", "{out}", "{input}"),
        [Peer("json + numpy", ["numpy", "h5py"], 2.5, "json_numpy.py", "{out}.npy", "{input}")], ".h5"),
    Job("ingest-tree", "ingest, tree of 20,000 results", "tree", "tree", INGEST,
        [Peer("os.walk + json", ["numpy", "h5py"], 4, "tree_json.py", "{out}.npz", "{input}")], ".h5"),
]

# Where no curve is read: less than so much CPU, whatever the machine.
MOST_CPU_SECONDS = .05
QUICK = [
    ("help", "--help", ("--help",)),
    ("info-scores", "info of scores", ("info", "{scores}")),
    ("info-archive", "info of an archive", ("info", "{archive}")),
    ("export", "export of a list", ("export", "-q", "{list}", "--to", "json", "-o", "{out}")),
    ("report", "report of Figure 2, list and scores", ("report", "-q", "{figures}", "{list}", "{scores}", "-o", "{out}/page.html")),
]
