"""`track` against its definition: numbers are recomputed here from the log, by brute force where there is an order."""
import itertools
import json
import math
import os
import shutil
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_scores import write_scores
from tap import done, good, need_program, ok, run, same, skip, table, temporary

SET = "own"
CONFIGS = ["a", "b", "c,\"x\"", "d", "e", "f"]
J = [.5, .4, .35, .34, None, None]
SANITIZED = bool(os.environ.get("SANITIZED"))


def write_list(path, train=("t0", "t1", "t2")):
    entries = [{"rank": i + 1, "config": c, "index": i, "hyperparameters": {"lr": 10.0 ** -i}, "phase": "greedy", "J": j} for i, (c, j) in enumerate(zip(CONFIGS, J))]
    with open(path, "w") as f:
        json.dump({"schema": "hyperlist.list/1", "set": SET, "objective": {}, "train_tasks": list(train), "seed": 0, "entries": entries}, f)


def log(path, rows, head="config,step,valid,test", end="\n"):
    with open(path, "w", newline="", encoding="utf-8") as f:
        f.write(head + end + "".join(r + end for r in rows))


def number(text):
    return math.nan if text == "NA" else float(text)


def track(tmp, *more):
    r = run("track", "list.json", "log.csv", *more, "--no-provenance", cwd=tmp)
    notes, rows = table(r.out)
    return r, notes, rows


def check_basics(tmp):
    write_list(os.path.join(tmp, "list.json"))
    path = os.path.join(tmp, "log.csv")
    log(path, ["b,0,5,6", "a,0,4,4.5", "b,10,3,3.5", "a,20,2,", "a,10,1,1.5", "stranger,0,1,1", "d,0,2,2", "d,10,nan,", "d,20,.5,.75", "stranger,5,1,1",
               '"c,""x""",0,,', '"c,""x""",5,,7', "b,20,4,1", "b,20,4.0,1"], end="\r\n")
    r, notes, rows = track(tmp)
    if not ok(r.code == 0, "a log with CRLF, quotes, holes and strangers", r):
        return
    same([(x["trials"], x["rank"], x["config"], x["status"]) for x in rows],
         [("1", "2", "b", "done"), ("2", "1", "a", "done"), ("3", "4", "d", "diverged"), ("4", "3", 'c,"x"', "diverged"), ("5", "5", "e", "next")], "trials in the order of the log, then the next entry")
    same([(number(x["valid"]), number(x["test"])) for x in rows[:3]], [(3.0, 3.5), (1.0, 1.5), (.5, .75)], "a curve's lowest loss, and its test there")
    same([x["valid"] for x in rows[3:]], ["NA", "NA"], "nothing finite: no value")
    same([(x["best_valid"], x["best_test"], x["best_config"]) for x in rows], [("3", "3.5", "b"), ("1", "1.5", "a"), ("0.5", "0.75", "d"), ("0.5", "0.75", "d"), ("NA", "NA", "NA")], "best so far")
    gains = [number(x["expected_gain"]) for x in rows]
    ok(np.allclose(gains, [.1, .5, .01, .05, math.nan], equal_nan=True), "without scores the gain is J's step at that rank, unknown where J is", gains)
    text = "\n".join(notes) + r.err
    for words in ("diverged: d at step 10", 'diverged: c,"x" at step 0', "left out, not in the list: line 7: stranger", "best after 4 trials: d, valid 0.5", 'next to try: e (rank 5) {"lr":0.0001', "expected gain: unknown"):
        ok(words in text, f"it says: {words}", text)
    ok(text.count("stranger") == 2, "a stranger is named once, in the table and on stderr", text)
    same(json.loads(rows[-1]["hyperparameters"]), {"lr": 1e-4}, "the next one's hyperparameters")
    r, _, rows = track(tmp, "--aggregate", "last")
    same([x["valid"] for x in rows[:4]], ["4", "2", "0.5", "NA"], "--aggregate last")
    r, _, rows = track(tmp, "--aggregate", "mean")
    same([(x["valid"], x["test"]) for x in rows[:4]], [("4", "3.5"), (repr(7 / 3), "3"), ("NA", "1.375"), ("NA", "7")], "--aggregate mean: one that diverged has none")
    r, notes, rows = track(tmp, "--maximize", "-k", "9")
    same([(x["valid"], x["best_valid"]) for x in rows[:4]], [("5", "5"), ("4", "5"), ("2", "5"), ("NA", "5")], "--maximize: the highest, in the log's own sign")
    same([x["config"] for x in rows[4:]], ["e", "f"], "-k 9: all that are left")
    ok(any("highest" in n for n in notes), "and says so")
    r, _, _ = track(tmp, "--json")
    got = json.loads(r.out)
    ok(got["rows"][4]["status"] == "next" and got["rows"][4]["valid"] is None and got["rows"][2]["best_valid"] == .5, "--json", r)
    # By rank, other names, semicolons, a mark in front.
    log(path, ["1;0;5", "3;0;4", "1;1;3"], head="\ufeffn;epoch;accuracy")
    r, _, rows = track(tmp, "--columns", "rank=n,step=epoch,valid=accuracy", "--maximize")
    same([(x["rank"], x["valid"], x["status"]) for x in rows], [("1", "5", "done"), ("3", "4", "done"), ("2", "NA", "next")], "by rank, with columns of other names; the next one is the first that is left")
    log(path, [])
    r, _, rows = track(tmp)
    same([(x["trials"], x["rank"], x["expected_gain"]) for x in rows], [("1", "1", "0.5")], "before the first trial: rank 1, J from 1")
    log(path, [f"{i + 1},0,{i}" for i in range(6)], head="rank,step,valid")
    r, _, rows = track(tmp)
    ok(r.code == 0 and len(rows) == 6 and "all 6 configs of the list have been tried" in r.err, "after the last trial", r)


def check_scores(tmp):
    """With scores the expectation is for the trials as they were made."""
    path = os.path.join(tmp, "log.csv")
    rng = np.random.RandomState(2)
    f = rng.uniform(0, 1, (5, 6))
    names = write_scores(os.path.join(tmp, "s.h5"), {SET: (f, f)}, tasks=["t0", "t1", "t2", "u0", "u1"])
    import h5py
    with h5py.File(os.path.join(tmp, "s.h5"), "a") as h:
        del h["sets/own/config_names"]
        h["sets/own/config_names"] = np.array(sorted(CONFIGS), dtype=object).astype("S")
    column = {c: i for i, c in enumerate(sorted(CONFIGS))}
    log(path, ["d,0,1,1", "a,0,1,1"])
    order = [column[c] for c in ("d", "a", "b", 'c,"x"', "e", "f")]
    for train, rows_used, words in ((("t0", "t2", "gone"), [0, 2], "on 2 of the list's train tasks"), ((), [0, 1, 2, 3, 4], "on 5 tasks: the list's train tasks are unknown")):
        write_list(os.path.join(tmp, "list.json"), train)
        r, notes, rows = track(tmp, "s.h5", "-k", "4")
        best = np.minimum.accumulate(f[rows_used][:, order], axis=1).mean(axis=0)
        ok(np.allclose([number(x["train_J"]) for x in rows], best, rtol=0, atol=1e-12) and
           np.allclose([number(x["expected_gain"]) for x in rows], -np.diff(np.concatenate([[1], best])), rtol=0, atol=1e-12) and any(words in n for n in notes),
           f"with scores: {words}", r, best)
    write_list(os.path.join(tmp, "list.json"))


def check_figure(tmp):
    if not shutil.which("gnuplot"):
        skip("Figure 4", "gnuplot is not installed")
        return
    path, out = os.path.join(tmp, "log.csv"), os.path.join(tmp, "f4")
    values = {"a": 3.0, "b": 2.0, "d": math.inf, "e": 2.0, "f": 7.0}
    log(path, [f"{c},{s},{v + 1 - s},{v + 2}" for c, v in values.items() for s in (0, 1)])
    r = run("track", "list.json", "log.csv", "-o", "f4", "--format", "svg,dumb", "--no-provenance", cwd=tmp)
    if not ok(r.code == 0, "Figure 4 is drawn", r):
        return
    same([x["best_config"] for x in table(r.out)[1][:5]], ["a", "b", "b", "b", "b"], "of equals the earlier is the best")
    same(sorted(os.listdir(out)), ["figure4.curves.tsv", "figure4.svg", "figure4.tsv", "figure4.txt"], "its files")
    with open(os.path.join(out, "figure4.tsv")) as f:
        notes, rows = table(f.read())
    n = len(values)
    ok(any(x.startswith("# caption: 5 trials") for x in notes), "a caption", notes)
    same([x["median"] for x in rows if x["series"] == "list"], ["3", "2", "2", "2", "2"], "the best so far as tried")
    same([x["median"] for x in rows if x["series"] == "list:test"], ["5", "4", "4", "4", "4"], "and its test")
    orders = [[min(o[:k]) for k in range(1, n + 1)] for o in itertools.permutations(values.values())]
    for k in range(n):
        column = sorted(o[k] for o in orders)
        expected = [column[math.ceil(p * len(column) - 1e-9) - 1] for p in (.25, .5, .75)]
        found = [x for x in rows if x["series"] == "shuffled" and x["trials"] == str(k + 1)][0]
        ok([number(found[q]) for q in ("q25", "median", "q75")] == expected, f"in random order, best of {k + 1}: quantiles over all {len(orders)} orders", found, expected)
    with open(os.path.join(out, "figure4.curves.tsv")) as f:
        _, rows = table(f.read())
    same([(x["place"], x["config"]) for x in rows if x["step"] == "0"], [("1", "b"), ("2", "e"), ("3", "a"), ("4", "f"), ("5", "d")], "curves by their worth, the earlier of equals first")
    # One trial, one step, all equal, all negative: still a picture.
    for name, lines in (("one point", ["a,0,1,"]), ("equal", ["a,0,1,", "a,1,1,", "b,0,1,", "b,1,1,"]), ("zero", ["a,0,0,", "a,5,0,"]), ("negative", ["a,0,-3500,-3400", "a,1,-3600,-3500", "b,0,-10,"]),
                        ("wide", ["a,0,1e-8,1", "a,1,1e8,1", "b,0,1,1"]), ("nearly all diverged", ["a,0,inf,", "b,0,nan,", "d,0,1,", "e,0,NaN,"])):
        log(path, lines)
        r = run("track", "list.json", "log.csv", "-o", "f4", "--format", "svg,dumb", cwd=tmp)
        ok(r.code == 0, f"a picture of {name}", r)
    log(path, ["a,0,inf,"])
    r = run("track", "list.json", "log.csv", "-o", "new", cwd=tmp)
    ok(r.code == 4 and "no finite" in r.err and not os.path.exists(os.path.join(tmp, "new")) and not r.out, "nothing finite: nothing to draw, nothing left", r)
    r = good("report", "f4", "-o", "page.html", cwd=tmp)
    with open(os.path.join(tmp, "page.html")) as f:
        page = f.read()
    ok("Figure 4.</strong> A list on a task of one" in page and "<svg" in page and "caption:" not in page.split("<details>")[0], "the report has it, with its caption")


def main():
    need_program()
    tmp = temporary()
    check_basics(tmp)
    check_scores(tmp)
    check_figure(tmp)
    done()


main()
