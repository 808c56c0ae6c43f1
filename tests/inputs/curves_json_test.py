"""Derived JSON files: numbers in every form, non-finite ones, some splits only, packed ones.

Non-finite: Python writes bare NaN, Infinity and -Infinity; others write null for what JSON cannot say. A null loss is
therefore a point that was there and was not finite: NaN in the archive, counted as diverged, never as missing."""
import gzip
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from tap import done, good, need_program, ok, run, same, temporary

SET = "adam1p_wide_grid_1k"
RATES = [1.0366346546195564e-06, 8.476512504651324e-06]  # learning rates of seeds 0 and 1
NAMES = {"train": ("train",), "valid": ("valid", "valid_inner"), "test": ("test", "valid_outer")}
nan, inf = float("nan"), float("inf")


def element(seed, **losses):
    return {"hp": {"learning_rate": RATES[seed]}, **{split: {"loss": values} for split, values in losses.items()}}


def two(train, valid, test):
    """The text of two runs, the second plain; each argument is the text of a loss array of four."""
    plain = "[4.0, 3.0, 2.0, 1.0]"
    run_ = '{"hp": {"learning_rate": %r}, "train": {"loss": %s}, "valid": {"loss": %s}, "test": {"loss": %s}}'
    return "[" + run_ % (RATES[0], train, valid, test) + ", " + run_ % (RATES[1], plain, plain, plain) + "]"


PLAIN = [4.0, 3.0, 2.0, 1.0]
RUNS = [element(0, train=PLAIN, valid=PLAIN, test=PLAIN), element(1, train=[5, 4, 3, 2.5], valid=[-1, -2, -3, -3500.25], test=[1e-3, 1e300, 0, -0.0])]

# name, text of the file, losses expected: {split: (config, step)}
FORMS = [
    ("plain", json.dumps(RUNS), None),
    ("indented", json.dumps(RUNS, indent=2), None),
    ("compact", json.dumps(RUNS, separators=(",", ":")), None),
    ("tabs, CRLF and blanks around everything", "\r\n\t " + json.dumps(RUNS, indent="\t").replace("\n", "\r\n") + " \r\n\r\n", None),
    ("hp last", json.dumps([{**{k: v for k, v in e.items() if k != "hp"}, "hp": e["hp"]} for e in RUNS]), None),
    ("splits in another order", json.dumps([dict(reversed(list(e.items()))) for e in RUNS]), None),
    ("escaped keys", json.dumps(RUNS).replace('"hp"', '"\\u0068p"').replace('"loss"', '"lo\\u0073s"'), None),
    ("unknown keys", json.dumps([{"id": [1, {"a": None}], "note": "a \\ \" \u00e9 \ud83d\ude00 [NaN]", **e, "time": {"loss": "x", "mean": 3.5}} for e in RUNS]), None),
    ("unknown keys beside loss", json.dumps([{**e, "valid": {"accuracy": [0.1, 0.2], "loss": e["valid"]["loss"]}} for e in RUNS]), None),
    ("bare NaN", two("[4.0, NaN, 2.0, 1.0]", "[4.0, 3.0, NaN,NaN]", "[NaN,3.0, 2.0, 1.0]"),
     {"train": [4, nan, 2, 1], "valid": [4, 3, nan, nan], "test": [nan, 3, 2, 1]}),
    ("bare Infinity", two("[4.0, Infinity, 2.0, 1.0]", "[4.0, 3.0, 2.0,Infinity]", "[Infinity , -Infinity, 2.0, 1.0]"),
     {"train": [4, inf, 2, 1], "valid": [4, 3, 2, inf], "test": [inf, -inf, 2, 1]}),
    ("all NaN", two("[NaN, NaN, NaN, NaN]", "[NaN, NaN, NaN, NaN]", "[NaN, NaN, NaN, NaN]"),
     {"train": [nan] * 4, "valid": [nan] * 4, "test": [nan] * 4}),
    ("null is not finite", two("[4.0, 3.0, 2.0, 1.0]", "[4.0, 3.0, null, null]", "[null, 3.0, 2.0, 1.0]"),
     {"train": PLAIN, "valid": [4, 3, nan, nan], "test": [nan, 3, 2, 1]}),
    ("NaN inside strings stays text", two("[4.0, 3.0, 2.0, 1.0]", "[4.0, 3.0, 2.0, 1.0]", "[4.0, 3.0, 2.0, 1.0]").replace(
        '"hp"', '"NaN, Infinity": "-Infinity \\"NaN", "hp"'), {"train": PLAIN, "valid": PLAIN, "test": PLAIN}),
    ("numbers in every form", two("[1, -0.0, 1e3, 1E-3]", "[1.5e+2, 0.1, -3500.0625, 123456789012345678]",
                                  "[2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, 0.30000000000000004]"),
     {"train": [1, -0.0, 1e3, 1e-3], "valid": [150, .1, -3500.0625, 123456789012345678.0],
      "test": [2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, 0.30000000000000004]}),
    ("numbers of many digits", two("[0.1000000000000000055511151231257827021181583404541015625, 1, 1, 1]",
                                   "[9007199254740993.0, 3.14159265358979323846264338327950288, 1, 1]", "[1, 1, 1, 100000000000000000000000]"),
     {"train": [.1, 1, 1, 1], "valid": [9007199254740992.0, 3.141592653589793, 1, 1], "test": [1, 1, 1, 1e23]}),
    ("too large for a double is infinite", two("[4, 3, 2, 1]", "[4, 1e400, -1e400, 1]", "[4, 3, 2, 1e-400]"),
     {"train": PLAIN, "valid": [4, inf, -inf, 1], "test": [4, 3, 2, 0]}),
    ("one run", json.dumps(RUNS[:1]), {"train": PLAIN, "valid": PLAIN, "test": PLAIN}),
    ("one point", json.dumps([element(0, train=[4.0], valid=[3.0], test=[2.0])]), {"train": [4], "valid": [3], "test": [2]}),
    ("valid and test only", json.dumps([element(0, valid=PLAIN, test=[1, 2, 3, 4])]), {"valid": PLAIN, "test": [1, 2, 3, 4]}),
    ("valid only", json.dumps([element(0, valid=PLAIN)]), {"valid": PLAIN}),
    ("train and valid only", json.dumps([element(0, train=[9, 8, 7, 6], valid=PLAIN)]), {"train": [9, 8, 7, 6], "valid": PLAIN}),
    ("train only", json.dumps([element(0, train=[9, 8, 7, 6])]), {"train": [9, 8, 7, 6]}),
]


def check(archive_path, task, expected, n_run, label):
    archive = twin.Archive(archive_path)
    cs = archive.sets[SET]
    got = cs.curves(task)
    if not ok(archive.tasks == [task] and got is not None, f"{label}: the task's name", archive.tasks):
        return
    curves, ran, observed, steps = got
    bad = []
    if curves.shape[:2] != (n_run, 1) or not ran.all():
        bad.append(f"curves {curves.shape}, ran {ran.tolist()}")
    for split, rows in expected.items():
        column = [i for i, name in enumerate(cs.splits) if name in NAMES[split]]
        if not column:
            bad.append(f"no split {split} in {cs.splits}")
            continue
        rows = np.atleast_2d(np.array(rows, float))
        found = curves[:len(rows), 0, :, column[0]].astype(float)
        if found.shape != rows.shape or not ((found == rows) & (np.signbit(found) == np.signbit(rows)) | np.isnan(found) & np.isnan(rows)).all():
            bad.append(f"{split}: found {found.tolist()}, expected {rows.tolist()}")
        if not (observed[:, :, column[0]] == rows.shape[1]).all():
            bad.append(f"{split}: observed {observed[:, :, column[0]].tolist()}")
    absent = [i for i, name in enumerate(cs.splits) if not any(name in NAMES[s] for s in expected)]
    if absent and (observed[:, :, absent] != 0).any() and not np.isnan(curves[..., absent]).all():
        bad.append(f"splits {cs.splits}, but the file has only {list(expected)}")
    if len(steps) != curves.shape[2]:
        bad.append(f"{len(steps)} steps")
    hp = cs.hp[:n_run, 0]
    if cs.configs[:n_run] != [f"adam1p_wide_grid_seed{i}" for i in range(n_run)] or not np.allclose(hp, RATES[:n_run], rtol=1e-12, atol=0):
        bad.append(f"{cs.configs} {hp}")
    ok(not bad, f"{label}: archive", "\n".join(bad))


def main():
    need_program()
    tmp = temporary()
    for i, (name, text, expected) in enumerate(FORMS):
        task = f"FixedTask_{i}"
        runs = json.loads(text)
        if expected is None:
            expected = {s: [e[s]["loss"] for e in RUNS] for s in ("train", "valid", "test")}
        for packed in (False, True) if i < 1 or name.startswith("bare") else (False,):
            path = os.path.join(tmp, task + (".json.gz" if packed else ".json"))
            with (gzip.open(path, "wb") if packed else open(path, "wb")) as f:
                f.write(text.encode())
            a = os.path.join(tmp, f"{i}{packed}.h5")
            label = name + (", gz" if packed else "")
            r = run("ingest", "-o", a, "--set", SET, path)
            if ok(r.code == 0, f"{label}: ingested", r):
                check(a, task, expected, len(runs), label)

    # Two gzip members after one another are one stream.
    text = json.dumps(RUNS).encode()
    path = os.path.join(tmp, "TwoMembers.json.gz")
    with open(path, "wb") as f:
        f.write(gzip.compress(text[:100]) + gzip.compress(text[100:]))
    a = os.path.join(tmp, "members.h5")
    good("ingest", "-o", a, "--set", SET, path)
    check(a, "TwoMembers", {s: [e[s]["loss"] for e in RUNS] for s in ("train", "valid", "test")}, 2, "gz of two members")

    # What null and NaN mean in scores: diverged, not missing.
    path = os.path.join(tmp, "Odd.json")
    with open(path, "w") as f:
        f.write(two("[4,3,2,1]", "[4, null, 2, 1]", "[4,3,2,1]"))
    a, s = os.path.join(tmp, "odd.h5"), os.path.join(tmp, "odd-scores.h5")
    good("ingest", "-o", a, "--set", SET, path)
    good("normalize", a, "-o", s)
    sc = twin.read_scores(s).sets[SET]
    same((sc.n_missing.tolist(), sc.n_diverged.tolist()), ([0], [1]), "a null loss is diverged, not missing")
    ok(np.allclose(sc.valid, [[(1 + 1 + 1 / 3 + 0) / 4, (1 + 2 / 3 + 1 / 3 + 0) / 4]]), "and scores 1 at that point", sc.valid)

    # A folder of such files, and a set of one's own.
    folder = os.path.join(tmp, "folder")
    os.makedirs(folder)
    for task in ("B", "A"):
        with open(os.path.join(folder, task + ".json"), "w") as f:
            json.dump(RUNS, f)
    a = os.path.join(tmp, "folder.h5")
    good("ingest", "-o", a, "--set", SET, folder)
    same(sorted(twin.Archive(a).tasks), ["A", "B"], "a folder of such files")
    own = os.path.join(tmp, "own.json")
    with open(own, "w") as f:
        json.dump({f"mine_seed{i}": [{"lr": 10.0 ** -i, "nesterov": bool(i), "batch": 32 * (i + 1)}, "mine"] for i in range(2)}, f)
    runs = [{"hp": {"lr": 10.0 ** -i, "nesterov": bool(i), "batch": 32 * (i + 1)}, "valid": {"loss": PLAIN}, "test": {"loss": PLAIN}} for i in range(2)]
    path = os.path.join(tmp, "Own.json")
    with open(path, "w") as f:
        json.dump(runs, f)
    a = os.path.join(tmp, "own.h5")
    r = run("ingest", "-o", a, "--set", "mine_1k", "--configs", own, path)
    if ok(r.code == 0, "a set of one's own, by --configs", r):
        cs = twin.Archive(a).sets["mine_1k"]
        found = {c: dict(zip(cs.hp_names, row)) for c, row in zip(cs.configs, cs.hp)}
        same(found, {f"mine_seed{i}": {"lr": 10.0 ** -i, "nesterov": float(i), "batch": 32.0 * (i + 1)} for i in range(2)}, "its names and values")
    done()


main()
