"""How far ranks carry. `scaling.py measure` times parts of the work with 1 and 2 ranks of one thread here and prints the terms below;
`scaling.py` predicts from TERMS what 1 to 1,024 ranks take for 1,162 to 1,000,000 tasks, and from where twice the ranks no longer pay.

    learn       = (turn C/R + picks (evaluations/pick gain)/R) T + picks (sums/pick) latency log2 R + 8 C T / disk
                  (the cells that the first rank gets are at most a 64th of a rank's own)
    ingest      = (read/R + 1/disk + 1/merge) bytes T             (one rank merges: chunks are copied as they are)
    generalize  = ceil(50 resamplings x 6 series / R) answer T + 16 C sets T / disk"""
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "mpi"))

# Seconds, of one core: a cell turned (turn), a gain a task (gain), a byte of curves packed (read), a series on a fold a task (answer: a tenth of
# it for 100 configs); bytes a second written and synced (merge: `limits` of tests/bench). Picks, and evaluations and sums a pick, of 4,000 made
# tasks on two ranks (alone 25 evaluations do: a batch is evaluated before one knows). All from `measure` on two idle cores of a virtual machine;
# network (latency of a step between machines) and disk (bytes a second of the file system, all ranks together) are assumed: put yours in.
TERMS = dict(turn=1.25e-8, gain=4e-10, picks=198, evaluations=68, sums=.33, latency=5e-6, read=7.9e-9, merge=9.9e8, answer=5.5e-6,
             network=5e-6, disk=2e9)
C, SETS, BYTES = 1000, 5, 5 * 4.1e6  # configs, sets, bytes of a task's five files as released


def predict(what, T, R, t=None):
    t = t or TERMS
    if what == "learn":
        latency = max(t["latency"], t["network"]) * math.log2(R) if R > 1 else 0
        return (t["turn"] * C + t["picks"] * t["evaluations"] * t["gain"]) * T / R + t["picks"] * t["sums"] * latency + 8 * C * T / t["disk"]
    if what == "ingest":
        return (t["read"] / R + 1 / t["disk"] + (1 / t["merge"] if R > 1 else 0)) * BYTES * T
    return math.ceil(300 / R) * t["answer"] * T + 16 * C * SETS * T / t["disk"]


def table():
    print("| | tasks | " + " | ".join(f"{R} ranks" for R in (1, 16, 64, 256, 1024)) + " | pays up to | |\n|" + "---|" * 9)
    for what in ("ingest", "learn", "generalize"):
        for T in (1162, 100_000, 1_000_000):
            times = [predict(what, T, R) for R in (1, 16, 64, 256, 1024)]
            R = 1
            while R < 1024 and predict(what, T, 2 * R) < .8 * predict(what, T, R):
                R *= 2
            print(f"| {what} | {T:,} | " + " | ".join(f"{s:.3g} s" for s in times) + f" | {R} | modelled |")


def make_scores(path, T):
    import h5py
    import numpy as np
    rng = np.random.RandomState(1)
    text = h5py.string_dtype()
    with h5py.File(path, "w") as f:
        f.attrs["schema"] = "hyperlist.scores/1"
        f["tasks/name"] = np.array([f"mlp_family_seed{i:07}" for i in range(T)], dtype=text)
        f["tasks/degenerate"] = np.zeros(T, "u1")
        s = f.create_group("sets/adam8p_wide_grid_1k")
        s["config_names"] = np.array([f"adam8p_wide_grid_seed{i}" for i in range(C)], dtype=text)
        s["hyperparameter_names"] = np.array([], dtype=text)
        s["hyperparameters"] = np.zeros((C, 0))
        s["degenerate"] = np.zeros(T, "u1")
        s.create_dataset("test", (T, C), "f8")
        valid = s.create_dataset("valid", (T, C), "f8")
        good = rng.uniform(size=C)
        for i in range(0, T, 1000):
            n = min(1000, T - i)
            valid[i:i + n] = np.clip(.15 + .6 * good + .35 * rng.standard_normal((n, 1)) * rng.uniform(size=(1, C)) + .1 * rng.standard_normal((n, C)), 0, 1)


def timed(n_rank, *args):
    from ranks import run
    began = time.monotonic()
    r = run(n_rank, *args)
    assert r.code == 0, r
    return time.monotonic() - began, r.err


def measure():
    from ranks import FIXTURES
    with tempfile.TemporaryDirectory() as tmp:
        a, s, big = (os.path.join(tmp, n) for n in ("a.h5", "s.h5", "big.h5"))
        idle = {n: min(timed(n, "--version")[0] for _ in range(3)) for n in (1, 2)}
        print(f"starting: {idle}")
        release = os.path.join(tmp, "release")
        subprocess.run([sys.executable, os.path.join(HERE, "..", "big", "make_release.py"), release, "0.15"], check=True)
        n_byte = sum(os.path.getsize(os.path.join(d, n)) for d, _, names in os.walk(release) for n in names)
        for n in (1, 2):
            if os.path.exists(a):
                os.remove(a)
            took = timed(n, "ingest", "-j1", "-q", "-o", a, release)[0] - idle[n]
            print(f"ingest, {n} ranks: {took:.2f} s; {took / n_byte:.3g} s/byte")
        began = time.monotonic()
        shutil.copy(a, a + "2")
        print(f"copying {os.path.getsize(a) / n_byte:.2f} of that: {(time.monotonic() - began) / n_byte:.3g} s/byte")
        for n in (1, 2):
            print(f"normalize of it, {n} ranks: {timed(n, 'normalize', '-j1', '-q', a, '-o', s)[0] - idle[n]:.2f} s")
        os.remove(a)
        timed(1, "ingest", "-q", "-o", a, FIXTURES)
        for n in (1, 2):
            print(f"normalize, {n} ranks: {timed(n, 'normalize', '-j1', '-q', a, '-o', s)[0] - idle[n]:.2f} s")
        for n in (1, 2):
            took = timed(n, "generalize", "-j1", "-q", s, "--set", "adam8p_wide_grid_1k", "--resamples", "3000", "-o", os.path.join(tmp, "g"))[0] - idle[n]
            print(f"generalize, {n} ranks: {took:.2f} s; answer {took / 3000 / 9 / 72:.3g} s a task")
        T = 4000
        make_scores(big, T)
        for n in (1, 2, 1, 2):
            took, err = timed(n, "learn", "-j1", "-v", big, "--set", "adam8p_wide_grid_1k", "-o", os.path.join(tmp, "l"))
            ms, n_eval, before = re.search(r"in ([\d.]+) ms by (\d+) evaluations of a config and \d+ of a cell, after ([\d.]+)", err).groups()
            picks = int(re.search(r"\((\d+) picked", err).group(1))
            sums = re.search(r"with (\d+) sums", err)
            print(f"learn, {n} ranks, {T} tasks: {took - idle[n]:.2f} s; turn {float(before) / 1e3 / T / C:.3g}, picks {picks}, evaluations {int(n_eval) / picks:.1f} a pick, "
                  f"order {float(ms):.1f} ms, gain {float(ms) / 1e3 / int(n_eval) / T:.3g}, sums {int(sums.group(1)) / picks if sums else 0:.2f} a pick")


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else table()
