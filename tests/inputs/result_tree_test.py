"""Result trees against numpy and against the same curves as npz."""
import gzip
import json
import math
import os
import random
import shutil
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from make_npz import curves as hostile_curves, members, release_file, write_zip
from make_tree import write_run, write_source
from refusals import refused
from tap import ROOT, done, good, need_program, ok, read_bytes, run, same, temporary

nan, inf = float("nan"), float("inf")
TASK = "mini_quadratic_family_seed3"
SPLITS = ["train", "valid_inner", "valid_outer", "test"]


def same_archives(one, two, label):
    """Everything that an archive says, by h5py."""
    a, b = twin.Archive(one), twin.Archive(two)
    bad = []
    if a.tasks != b.tasks or list(a.sets) != list(b.sets):
        bad.append(f"{a.tasks} {list(a.sets)}, {b.tasks} {list(b.sets)}")
    for field in ("seconds_per_step", "n_params"):
        if not np.array_equal(a.file["tasks"][field][()], b.file["tasks"][field][()], equal_nan=field[0] == "s"):
            bad.append(field)
    for name in set(a.sets) & set(b.sets):
        x, y = a.sets[name], b.sets[name]
        if x.configs != y.configs or not np.array_equal(x.hp, y.hp, equal_nan=True):
            bad.append(f"{name}: configs")
            continue
        if ("observed" in x.group) != ("observed" in y.group):
            bad.append(f"{name}: observed only in one")
        for task in a.tasks:
            p, q = x.curves(task), y.curves(task)
            if (p is None) != (q is None):
                bad.append(f"{name}/{task} only in one")
            elif p is not None:
                bad += [f"{name}/{task}: {w}" for w, u, v in zip(("curves", "ran", "observed", "steps"), p, q)
                        if u.dtype != v.dtype or not np.array_equal(u, v, equal_nan=w == "curves")]
    ok(not bad, label, "\n".join(bad))


# ---- the release as a tree -----------------------------------------------------------------------------------------

def release_as_tree(tmp):
    tasks = ["mini_quadratic_family_seed1", "mini_maf_family_seed0"]
    root, npz = os.path.join(tmp, "tree"), os.path.join(tmp, "npz")
    for (task, name), source in twin.read_release(os.path.join(ROOT, "fixtures", "release"), tasks).items():
        source.configs, source.curves = source.configs[:40], source.curves[:40]
        sampler = name[:-3]
        write_source(root, task, source, 200)
        write_source(os.path.join(tmp, "trees", sampler), task, source, 200)
        write_zip(release_file(npz, task, name), members(np.array([c.encode() for c in source.configs]), source.steps, source.curves))
    a, b = os.path.join(tmp, "tree.h5"), os.path.join(tmp, "npz.h5")
    good("ingest", "--no-provenance", "-o", a, root)
    good("ingest", "--no-provenance", "-o", b, npz)
    same(list(twin.Archive(a).sets), [s[:-3] for s in twin.Archive(b).sets], "a set is its optimizers' sampler")
    scores = []
    for path in (a, b):
        good("normalize", path, "-o", path + ".scores")
        scores.append(twin.read_scores(path + ".scores"))
    bad = []
    for name, x in scores[0].sets.items():
        y = scores[1].sets[name + "_1k"]
        bad += [f"{name}: {f}" for f in ("valid", "test", "valid_min", "valid_last", "init", "best", "n_missing", "n_diverged")
                if not np.array_equal(getattr(x, f), getattr(y, f), equal_nan=True)]
    same((bad, scores[0].tasks), ([], sorted(tasks)), "scores are those of the release, to the bit")
    c = os.path.join(tmp, "as-release.h5")
    for sampler in sorted(os.listdir(os.path.join(tmp, "trees"))):
        good("ingest", "--no-provenance", "--set", sampler + "_1k", "-o", c, os.path.join(tmp, "trees", sampler))
    same_archives(c, b, "set by set under the release's names the archive is that of the release")
    d = [os.path.join(tmp, f"j{j}.h5") for j in (1, 4)]
    for j, path in zip((1, 4), d):
        good("ingest", "-j", str(j), "--no-provenance", "-o", path, root)
    ok(read_bytes(d[0]) == read_bytes(d[1]) == read_bytes(a), "the same bytes for any -j")
    one, other = os.path.join(tmp, "one.h5"), os.path.join(tmp, "other.h5")
    good("ingest", "--no-provenance", "--set", "nadamw_grid_1k", "-o", one, os.path.join(tmp, "trees", "nadamw_grid"))
    good("ingest", "--no-provenance", "-o", other, *[os.path.join(npz, t, "nadamw_grid_1k_200_replica2.npz") for t in tasks])
    ok(read_bytes(one) == read_bytes(other), "and one set's archive has the same bytes")
    before = read_bytes(a)
    r = good("ingest", "--no-provenance", "-o", a, root)
    ok("0 tables stored, 10 were there already" in r.err and read_bytes(a) == before, "again: nothing to do", r)


# ---- whatever runs there are ---------------------------------------------------------------------------------------

def random_runs(seed, n_config=20, float32=True):
    """{(config, replica): {step: losses}} of runs with many holes, and {(config, replica): seconds}."""
    rng = random.Random(seed)
    runs, seconds = {}, {}
    for c in rng.sample(range(200), n_config):
        for r in rng.sample(range(4), rng.randrange(0, 4)):
            kind = rng.random()
            steps = list(range(0, 1001, 100))
            if kind < .3:
                steps = steps[:rng.randrange(1, 11)]  # ended early
            elif kind < .5:
                steps = sorted(rng.sample(range(0, 1200), rng.randrange(1, 9)))
            losses = {}
            for s in steps:
                x = [rng.choice([rng.gauss(0, 1) * 10.0 ** rng.randrange(-20, 20), nan, inf, -inf, -3500.25]) for _ in range(4)]
                losses[s] = [float(np.float32(v)) for v in x] if float32 else x
            runs[f"adam1p_wide_grid_seed{c}", r] = losses
            if rng.random() < .7:
                seconds[f"adam1p_wide_grid_seed{c}", r] = rng.uniform(1e-4, 1)
    names = {f"adam1p_wide_grid_seed{c}" for c in rng.sample(range(200), 3)}
    return runs, seconds, {c for c, _ in runs} | names


def write_tree(root, task, runs, seconds, configs):
    for c in configs:
        write_run(root, task, c, 1000, 0, None)
    for (c, r), losses in runs.items():
        items = list(losses.items())
        random.Random(r).shuffle(items)  # as old Pythons' dictionaries come
        write_run(root, task, c, 1000, r, dict(items), seconds.get((c, r)))


def expect(runs, configs, grid, hold, n_replica=None):
    names = sorted(configs, key=twin.natural_key)
    n_replica = n_replica or max(r for _, r in runs) + 1
    curves = np.full((len(names), n_replica, len(grid), 4), nan)
    ran, observed = np.zeros((len(names), n_replica), int), np.zeros((len(names), n_replica, 4), int)
    for (c, r), losses in runs.items():
        steps, at = sorted(losses), names.index(c)
        ran[at, r] = 1
        for i, g in enumerate(grid):
            before = [s for s in steps if s <= g] or steps[:1]
            if hold or g <= steps[-1]:
                curves[at, r, i] = losses[before[-1]]
                observed[at, r] = i + 1
    return names, curves, ran, observed


def unequal_runs(tmp):
    for seed, args, hold, float32 in ((1, [], True, True), (2, ["--after-end", "missing"], False, True), (3, ["--maximize"], True, False)):
        runs, seconds, configs = random_runs(seed, float32=float32)
        root, a = os.path.join(tmp, f"unequal{seed}"), os.path.join(tmp, f"unequal{seed}.h5")
        write_tree(root, TASK, runs, seconds, configs)
        good("ingest", *args, "-o", a, root)
        grid = sorted({s for losses in runs.values() for s in losses})
        names, curves, ran, observed = expect(runs, configs, grid, hold)
        cs = twin.Archive(a).sets["adam1p_wide_grid"]
        got = cs.curves(TASK)
        label = "runs of unequal steps " + " ".join(args)
        same((cs.configs, cs.splits, list(got[3])), (names, SPLITS, grid), f"{label}: configs, the union of steps")
        same((str(got[0].dtype), got[0].shape), ("float32" if float32 else "float64", curves.shape), f"{label}: type and shape")
        ok(np.array_equal(got[0].astype(float), -curves if seed == 3 else curves, equal_nan=True), f"{label}: values")
        same(got[1].tolist(), ran.tolist(), f"{label}: what ran")
        ok(np.array_equal(got[2][ran > 0], observed[ran > 0]), f"{label}: what was observed")
        there = [seconds[c, r] for c in names for r in range(4) if (c, r) in runs and (c, r) in seconds]
        found = twin.Archive(a).file["tasks/seconds_per_step"][0]
        ok(abs(found - math.fsum(there) / len(there)) <= 1e-15, f"{label}: seconds per step are the mean over the runs", found)
        good("normalize", a, "-o", a + ".scores")
        x, y = twin.read_scores(a + ".scores").sets["adam1p_wide_grid"], twin.scores(twin.Archive(a)).sets["adam1p_wide_grid"]
        ok(all(np.allclose(getattr(x, f), getattr(y, f), rtol=1e-12, atol=1e-12, equal_nan=True)
               for f in ("valid", "test", "n_missing", "n_diverged")), f"{label}: scores are the twin's", x.valid, y.valid)
        ok(x.n_missing[0] == len(configs - {c for c, _ in runs}) > 0, f"{label}: configs without a run are missing")


def growth(tmp):
    """Replicas, configs, other steps in later ingests: as if all had come at once, on the grid of the first."""
    full = list(range(0, 1001, 100))
    rng = np.random.RandomState(4)
    runs = {(f"adam4p_wide_grid_seed{c}", r): {s: rng.standard_normal(4).astype("f4") for s in full} for c in range(6) for r in range(3)}
    late = {k: ({s: v for s, v in losses.items() if s % 300 == 0} if k[0].endswith("5") else losses) for k, losses in runs.items()}
    pieces = [lambda c, r: c < 4 and r < 2, lambda c, r: c < 4 and r == 2, lambda c, r: c == 4, lambda c, r: c == 5]
    whole, grown = os.path.join(tmp, "whole.h5"), os.path.join(tmp, "grown.h5")
    for i, piece in enumerate(pieces):
        for (c, r), losses in late.items():
            if piece(int(c[-1]), r):
                write_run(os.path.join(tmp, f"piece{i}"), TASK, c, 1000, r, losses, .5)
                write_run(os.path.join(tmp, "all"), TASK, c, 1000, r, losses, .5)
        good("ingest", "--after-end", "missing", "-o", grown, os.path.join(tmp, f"piece{i}"))
    good("ingest", "--after-end", "missing", "-o", whole, os.path.join(tmp, "all"))
    same_archives(grown, whole, "grown by replicas, configs and sparser steps: as if at once")
    names, curves, ran, observed = expect(late, {c for c, _ in late}, full, False)
    got = twin.Archive(grown).sets["adam4p_wide_grid"].curves(TASK)
    ok(np.array_equal(got[0], curves.astype("f4"), equal_nan=True) and np.array_equal(got[2], observed), "and what numpy says")
    several = os.path.join(tmp, "several.h5")
    good("ingest", "--after-end", "missing", "-o", several, *[os.path.join(tmp, f"piece{i}") for i in (3, 1, 0, 2, 0)])
    same_archives(several, whole, "several roots of one task are one source, and a run may be met twice")
    r = good("ingest", "--after-end", "missing", "-o", grown, os.path.join(tmp, "piece1"))
    same_archives(grown, whole, "a piece again changes nothing")
    longer = write_run(os.path.join(tmp, "longer"), TASK, "adam4p_wide_grid_seed9", 2000, 0, {0: [1, 2, 3, 4], 1000: [2, 3, 4, 5], 2000: [9, 9, 9, 9]})
    good("ingest", "-o", grown, longer)
    got = twin.Archive(grown).sets["adam4p_wide_grid"].curves(TASK)
    same((list(got[3]), got[0][6, 0, :, 1].tolist()), (full, [2] * 10 + [3]), "a longer run comes on the task's grid")


# ---- what may be named ---------------------------------------------------------------------------------------------

def places(tmp):
    root = os.path.join(tmp, "places")
    rng = np.random.RandomState(5)
    for task in ("t1", "t2"):
        for c in (0, 10, 9):
            for r in (0, 1):
                write_run(os.path.join(root, "deep", "er"), task, f"adam6p_wide_grid_seed{c}", 200, r, {s: rng.standard_normal(4).astype("f4") for s in (0, 100, 200)})
    base = os.path.join(root, "deep", "er")

    def shape(cwd, *sources):
        a = os.path.join(tmp, "place.h5")
        if os.path.exists(a):
            os.remove(a)
        good("ingest", "-o", a, *sources, cwd=cwd)
        archive = twin.Archive(a)
        cs = archive.sets["adam6p_wide_grid"]
        return archive.tasks, [c[21:] for c in cs.configs], sum(cs.curves(t)[1].sum() for t in archive.tasks)

    all_, two = (["t1", "t2"], ["0", "9", "10"], 12), (["t1"], ["0", "9", "10"], 6)
    c10, run_ = (["t1"], ["10"], 2), (["t1"], ["10"], 1)
    optimizer = os.path.join(base, "t1", "adam6p_wide_grid_seed10")
    for expected, cwd, sources in [
            (all_, tmp, ["places"]), (all_, base, ["."]), (all_, root, ["deep/er/"]), (all_, base, ["t2", "t1"]),
            (two, base, ["t1"]), (two, os.path.join(base, "t1"), ["."]), (two, os.path.join(base, "t2"), ["../t1/"]),
            (c10, base, ["t1/adam6p_wide_grid_seed10"]), (c10, optimizer, ["."]), (c10, optimizer, ["200"]), (c10, os.path.join(optimizer, "200"), ["."]),
            (run_, optimizer, ["200/1"]), (run_, os.path.join(optimizer, "200", "1"), ["."]), (run_, os.path.join(optimizer, "200", "1"), ["result"]),
            (run_, os.path.join(optimizer, "200", "0"), ["../1/result"]), (run_, tmp, [os.path.join(optimizer, "200", "1", "result")]),
            (c10, optimizer, ["200/1/result", "200/0"]), (all_, base, ["t1", "t1/adam6p_wide_grid_seed10", "t2", "."]),
            (two, tmp, ["--format", "taskset-result", os.path.join(base, "t1")])]:
        same(shape(cwd, *sources), expected, f"in {os.path.relpath(cwd, tmp)}: {' '.join(os.path.relpath(s, tmp) if s[0] == '/' else s for s in sources)}")
    os.symlink(os.path.join(base, "t1"), os.path.join(tmp, "alias"))
    same(shape(tmp, "alias")[0], ["alias"], "a link names the task by the name it is reached by")


def odd_trees(tmp):
    """Foreign and hidden files, other formats beside, gzip, spellings."""
    root = os.path.join(tmp, "odd")
    text = {s: [1 / (s + 1)] * 4 for s in (0, 1, 2)}
    folder = write_run(root, "t", "adam1p_wide_grid_seed1", 2, 0, text, 1.5)
    for name in ("events.log", "model/weights", ".hidden", "../notes.txt", "../../07/0/result", "../../../plots/x.png", "../../../README"):
        full = os.path.normpath(os.path.join(folder, name))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        open(full, "w").close()
    with gzip.open(os.path.join(write_run(root, "t", "adam1p_wide_grid_seed2", 2, 0, None, "null" and '{"mean_time": NaN}'), "result"), "wt") as f:
        f.write(" \n" + json.dumps({str(s): v for s, v in text.items()}).replace("1.0", "NaN").replace("0.5", "null").replace("0.3333333333333333", "-Infinity"))
    write_run(root, "t", "adam1p_wide_grid_seed3", 2, 0, None, 99.0)
    write_zip(release_file(root, "t", "nadamw_grid_1k", 2, 2), members(np.array([b"nadamw_grid_seed0"]), np.array([0, 1, 2]), hostile_curves(1, 2, 3)))
    a = os.path.join(tmp, "odd.h5")
    r = good("ingest", "-o", a, root)
    archive = twin.Archive(a)
    cs = archive.sets["adam1p_wide_grid"]
    curves, ran, _, _ = cs.curves("t")
    same((sorted(archive.sets), ran.tolist()), (["adam1p_wide_grid", "nadamw_grid_1k"], [[1], [1], [0]]), "an npz beside the folders of runs comes in too; no result: missing")
    ok(np.array_equal(curves[1, 0, :, 0], [nan, nan, -inf], equal_nan=True), "gzip, NaN, null and infinities", curves[1])
    same(archive.file["tasks/seconds_per_step"][0], 1.5, "times of runs that are not there, and NaN, do not count")
    ok("skipped 1 file" in r.err and "README" in r.err and "skipped 5 files" in r.err and "plots" not in r.err.split("skipped 5")[0] and "hidden" not in r.err,
       "what has no place there is named, hidden files are not", r)
    link = os.path.join(tmp, "linked")
    os.makedirs(os.path.join(link, "t"))
    os.symlink(os.path.dirname(os.path.dirname(folder)), os.path.join(link, "t", "adam1p_wide_grid_seed7"))
    good("ingest", "-o", os.path.join(tmp, "linked.h5"), link)
    same(twin.Archive(os.path.join(tmp, "linked.h5")).sets["adam1p_wide_grid"].configs, ["adam1p_wide_grid_seed7"], "a linked optimizer")

    # a sweep of one's own
    mine = os.path.join(tmp, "mine")
    for c in ("fast", "slow"):
        write_run(mine, "t", c, 2, 0, text)
    with open(os.path.join(tmp, "configs.json"), "w") as f:
        json.dump({"fast": {"lr": 1}, "slow": {"lr": .1}}, f)
    a = os.path.join(tmp, "mine.h5")
    good("ingest", "--set", "sweep", "--configs", os.path.join(tmp, "configs.json"), "-o", a, mine)
    same(twin.Archive(a).sets["sweep"].configs, ["fast", "slow"], "optimizers of any name, by --set and --configs")
    with open(os.path.join(mine, "task_metadata.tsv"), "w") as f:
        f.write("task\tn_params\tseconds_per_step\nt\t77\t0.25\n")
    write_run(mine, "t", "fast", 2, 0, text, 1.0)
    good("ingest", "--set", "sweep", "--configs", os.path.join(tmp, "configs.json"), "-o", a, mine)
    same((twin.Archive(a).file["tasks/seconds_per_step"][0], twin.Archive(a).file["tasks/n_params"][0]), (.25, 77), "task_metadata.tsv goes before measured times")


def keep_going(tmp):
    root = os.path.join(tmp, "bad")
    good_run = {0: [3, 3, 3, 3], 1: [2, 2, 2, 2]}
    for c in range(3):
        write_run(root, "t1", f"adam1p_wide_grid_seed{c}", 1, 0, good_run)
        write_run(root, "t2", f"adam1p_wide_grid_seed{c}", 1, 0, good_run if c else "{")
    write_run(root, "t1", "adam1p_wide_grid_seed1", 1, 1, '{"0": [1, 2, 3')
    write_run(root, "t1", "adam1p_wide_grid_seed2", 1, 0, good_run, '{"median_time": 1}')
    write_run(root, "t3", "adam1p_wide_grid_seed0", 1, 0, "")
    a = os.path.join(tmp, "bad.h5")
    r = run("ingest", "-o", a, root)
    ok(r.code == 4 and not os.path.exists(a) and "t1/adam1p_wide_grid_seed1/1/1/result: line 1" in r.err, "one bad result among many: refused", r)
    r = run("ingest", "--keep-going", "-o", a, root)
    archive = twin.Archive(a)
    cs = archive.sets["adam1p_wide_grid"]
    same((r.code, archive.tasks, cs.curves("t1")[1].tolist(), cs.curves("t2")[1].tolist()), (1, ["t1", "t2"], [[1]] * 3, [[0], [1], [1]]),
         "--keep-going: the bad ones are left out, the others stored")
    lines = r.err.splitlines()
    ok(all(any("left out" in l and w in l for l in lines) for w in ("t1/adam1p_wide_grid_seed1/1/1/result", "t1/adam1p_wide_grid_seed2/1/0/time_per_step",
                                                                     "t2/adam1p_wide_grid_seed0/1/0/result", "t3")), "and each is named", r)


# ---- refusals ------------------------------------------------------------------------------------------------------

def refusals(tmp):
    c0, c1 = "t/adam1p_wide_grid_seed0/10/0/", "t/adam1p_wide_grid_seed1/10/0/"
    fine = '{"0": [4, 3, 2, 1], "10": [3, 2, 1, 0]}'
    ingest = ["ingest", "-o", "o.h5", "."]

    def case(name, result, words, args=ingest, code=4, files=None, lines=1):
        refused(tmp, name, args, code, words, {c0 + "result": fine, c1 + "result": result, **(files or {})}, lines)

    at = c1 + "result: line 1, column "
    case("an empty result", "", [at + "1", "the end of the file", "an object of losses by step"])
    case("an array", "[[1, 2, 3, 4]]", [at, "'['", "losses by step"])
    case("no steps", "{}", [c1 + "result", "found no steps"])
    case("cut short", fine[:25], [at, "the end of the file"])
    case("text after the end", fine + "}", [at, "'}'", "the end of the file"])
    case("a step that is no number", fine.replace('"10"', '"ten"'), [at, '"ten"', "a step, a whole number"])
    case("a step that is not whole", fine.replace('"10"', '"1.5"'), [at, '"1.5"'])
    case("a negative step", fine.replace('"10"', '"-1"'), [at, '"-1"'])
    case("a step beyond 2^53", fine.replace('"10"', '"9007199254740993"'), [at, "9007199254740993", "2^53"])
    case("a step twice", fine.replace('"10"', '"0"'), [c1 + "result", "step 0 again"])
    case("a step twice in two spellings", fine.replace('"10"', '"00"'), [c1 + "result", "step 0 again"])
    case("three losses", fine.replace("4, 3, 2, 1", "4, 3, 2"), [at, "found 3 losses before", "expected 4: train, valid_inner"])
    case("five losses", fine.replace("4, 3, 2, 1", "5, 4, 3, 2, 1"), [at, "found 5 losses"])
    case("no array of losses", fine.replace("[4, 3, 2, 1]", "4"), [at, "'4'", "an array of 4 losses"])
    case("null for losses", fine.replace("[4, 3, 2, 1]", "null"), [at, "an array of 4 losses"])
    case("text for a loss", fine.replace("4,", '"4",'), [at, "a number"])
    case("true for a loss", fine.replace("4,", "true,"), [at, "'t'", "a number"])
    case("an object for a loss", fine.replace("4,", "{},"), [at, "a number"])
    case("bytes that are no UTF-8", b'{"\xff": [1, 2, 3, 4]}', [at, "UTF-8"])
    case("gzip cut short", gzip.compress(fine.encode())[:-6], [c1 + "result", "gzip"])
    case("time without mean_time", fine, [c1 + "time_per_step", 'no "mean_time"'], files={c1 + "time_per_step": '{"median_time": 1}'})
    case("time that is an array", fine, [c1 + "time_per_step: line 1", "'['", "mean_time"], files={c1 + "time_per_step": "[1, 2, 3]"})
    case("negative time", fine, [c1 + "time_per_step: mean_time", "found -1"], files={c1 + "time_per_step": '{"mean_time": -1}'})
    case("infinite time", fine, [c1 + "time_per_step: mean_time", "found inf"], files={c1 + "time_per_step": '{"mean_time": Infinity}'})
    case("time twice", fine, [c1 + "time_per_step", '"mean_time" again'], files={c1 + "time_per_step": '{"mean_time": 1, "mean_time": 2}'})
    case("time cut short", fine, [c1 + "time_per_step", "the end of the file"], files={c1 + "time_per_step": '{"mean_time": 1'})
    case("a run of two lengths", fine, [c1.replace("/10/", "/20/") + "result", "other curves of this run than ./" + c1 + "result", "one number of steps"],
         files={c1.replace("/10/", "/20/") + "result": fine.replace('"10"', '"20"')})
    case("a run in two roots, with other curves", fine, ["b/" + c1 + "result", "than a/" + c1 + "result", "expected the same"],
         args=["ingest", "-o", "o.h5", "a", "b"], files={"a/" + c1 + "result": fine, "b/" + c1 + "result": fine.replace("4", "5")})
    case("a replica beyond all sizes", fine, ["./t: found replicas up to 9000000", "at most 64 MiB"], code=6, files={c1[:-2] + "9000000/result": fine})
    case("an optimizer of no sampler", fine, ["--set is needed", "'momentum'", "<set>_seed<N>"], code=2, files={"t/momentum/10/0/result": fine})
    case("an unknown sampler", fine, ["unknown set 'momentum'", "--configs"], code=2, files={"t/momentum_seed1/10/0/result": fine})
    case("an optimizer of another sampler than --set", fine, ["'adam1p_wide_grid_seed0' in set adam4p_wide_grid_1k"], args=[*ingest, "--set", "adam4p_wide_grid_1k"])
    case("an optimizer that --configs lacks", fine, ["adam1p_wide_grid_seed1", "c.json"], args=["ingest", "-o", "o.h5", "--configs", "c.json", "t"],
         files={"c.json": '{"adam1p_wide_grid_seed0": {"learning_rate": 1}}'})
    case("--grid, which trees do not take", fine, ["--grid", "csv or curves-json"], code=2, args=[*ingest, "--grid", "7"])
    case("--columns", fine, ["--columns", "no csv file"], code=2, args=[*ingest, "--columns", "step=s"])
    case("a folder of another format", fine, ["found no curve file"], args=["ingest", "-o", "o.h5", "--format", "taskset-npz", "t"], lines=None)
    case("no tree", fine, ["found no curve file"], args=["ingest", "-o", "o.h5", "--format", "taskset-result", "d"], files={"d/a/b/result": fine}, lines=None)
    case("a result outside a tree", fine, ["d/result", "<task>/<optimizer>/<steps>/<replica>/result"], args=["ingest", "-o", "o.h5", "d/result"], files={"d/result": fine})
    case("a result of another name", fine, ["x", "<task>/<optimizer>/<steps>/<replica>/result"], args=["ingest", "-o", "o.h5", c1 + "x"], files={c1 + "x": fine})
    case("only runs without result", fine, ["found no curve file"], args=["ingest", "-o", "o.h5", "d"], files={"d/t/adam1p_wide_grid_seed0/10/0/time_per_step": "{}"}, lines=None)
    case("bad results only, --keep-going", fine, ["no good result of any run"], args=["ingest", "--keep-going", "-o", "o.h5", "d"],
         files={"d/t/adam1p_wide_grid_seed0/10/0/result": "{"}, lines=None)
    data = os.path.join(tmp, "negated.npz")
    write_zip(data, members(np.array([b"adam1p_wide_grid_seed0"]), np.array([0, 1]), np.ones((1, 1, 2, 4), "f4")))
    case("--maximize beside what is not negated", fine, ["--maximize", "t/adam1p_wide_grid_1k_1_replica1.npz of format taskset-npz"], code=2,
         args=[*ingest, "--maximize"], files={"t/adam1p_wide_grid_1k_1_replica1.npz": read_bytes(data)})
    refused(tmp, "a result that is a folder", ingest, 3, [c1 + "result", "found a folder", "a regular file"], {c0 + "result": fine, c1 + "result/x": "1"})

    # what contradicts the archive changes nothing
    a = os.path.join(tmp, "stored.h5")
    for value, code in (("4, 3", 0), ("4, 7", 4)):
        folder = os.path.join(tmp, "stored")
        shutil.rmtree(folder, ignore_errors=True)
        write_run(folder, "t", "adam1p_wide_grid_seed0", 10, 0, fine.replace("4, 3", value))
        before = read_bytes(a) if code else b""
        r = run("ingest", "-o", a, folder)
        ok(r.code == code and (not code or read_bytes(a) == before and "config adam1p_wide_grid_seed0, replica 0" in r.err), f"stored again with {value}: {code}", r)
    same([n for n in os.listdir(tmp) if "part" in n or n.startswith(".")], [], "and nothing is left beside it")


def main():
    need_program()
    tmp = temporary()
    release_as_tree(tmp)
    unequal_runs(tmp)
    growth(tmp)
    places(tmp)
    odd_trees(tmp)
    keep_going(tmp)
    refusals(tmp)
    done()


main()
