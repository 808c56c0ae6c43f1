"""The general form of curves-json: random sweeps against numpy's reading of the archive, growth, and refusals."""
import gzip
import json
import os
import random
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from refusals import refused
from tap import done, good, need_program, ok, run, same, temporary

nan, inf = float("nan"), float("inf")
SPLITS = ["train", "valid_inner", "valid", "valid_outer", "test"]

# As in the README: five lines.
EXAMPLE = """{"task": "cifar", "set": "mysweep", "steps": [0, 100, 200], "configs": [
  {"name": "a", "hp": {"lr": 0.1, "nesterov": true},
   "curves": {"train": [[2.3, 1.9, 1.8], [2.2, 1.8, 1.7]], "valid": [[2.4, 2.0, 1.9], [2.4, 1.9, 1.8]]}},
  {"name": "b", "hp": {"lr": 1.0, "nesterov": false},
   "curves": {"train": [[2.3, NaN, NaN], null], "valid": [[2.4, 9.9, null], null]}}]}
"""


def shuffled(rng, mapping):
    items = list(mapping.items())
    rng.shuffle(items)
    return dict(items)


def make_sweep(seed, n_config, n_step, splits, holes):
    """A random sweep as the JSON object and as what the archive must hold: {(config, replica): {split: losses}}, {config: hp}."""
    rng = random.Random(seed)
    steps = sorted(rng.sample(range(10 * n_step), n_step))
    names = rng.sample([f"c{i}" for i in range(3 * n_config)] + ["c007", "C1", "\u00e9t\u00e9", "a b/c%"], n_config)
    runs, hps, configs = {}, {}, []
    for name in names:
        hp = {"lr": 10.0 ** rng.uniform(-5, 1), "nesterov": rng.random() < .5, "batch": rng.randrange(1, 512)}
        hps[name] = dict(hp)
        if rng.random() < .2:
            hp["lr"] = hps[name]["lr"] = None
        if rng.random() < .1:
            del hp["batch"]
            hps[name]["batch"] = None
        n_replica = rng.randrange(1, 4) if holes else 2
        here = [s for s in splits if not holes or rng.random() < .8] or splits[:1]
        curves = {}
        for split in here:
            curves[split] = []
            for r in range(n_replica):
                losses = [rng.choice([rng.gauss(0, 1) * 10.0 ** rng.randrange(-30, 30), -3500.25, nan, inf, -inf, 0.0, -0.0, 1e34])
                          for _ in range(n_step)]
                curves[split].append(losses)
                runs.setdefault((name, r), {})[split] = losses
            if holes and rng.random() < .3:
                lost = rng.randrange(n_replica)
                curves[split][lost] = None
                runs[name, lost].pop(split)
        if holes and len(curves) < 5 and rng.random() < .2:
            curves[rng.choice([s for s in SPLITS if s not in curves])] = None
        config = {"name": name, "hp": shuffled(rng, hp), "curves": shuffled(rng, curves), "note": {"steps": [1, [2]]}}
        if rng.random() < .3:
            config["steps"] = steps
        configs.append(shuffled(rng, config))
    sweep = {"configs": configs, "steps": steps, "task": f"task {seed}", "set": "my sweep", "n_params": 1234 + seed,
             "seconds_per_step": .125, "tool": {"configs": 3}}
    return shuffled(rng, sweep), {k: v for k, v in runs.items() if v}, hps, steps


def check_archive(path, sweep, runs, hps, steps, label):
    archive = twin.Archive(path)
    cs = archive.sets["my sweep"]
    got = cs.curves(sweep["task"])
    if not ok(got is not None, f"{label}: the task is there", archive.tasks):
        return
    curves, ran, observed, found_steps = got
    bad = []
    names = sorted(hps, key=twin.natural_key)
    if cs.configs != names:
        bad.append(f"configs {cs.configs}, expected {names}")
    present = [s for s in SPLITS if any(s in run_ for run_ in runs.values())]
    if cs.splits != present:
        bad.append(f"splits {cs.splits}, expected {present}")
    if list(found_steps) != steps:
        bad.append(f"steps {found_steps}")
    n_replica = max(r for _, r in runs) + 1
    expected = np.full((len(names), n_replica, len(steps), len(present)), nan)
    there = np.zeros((len(names), n_replica), int)
    seen = np.zeros((len(names), n_replica, len(present)), int)
    for (name, r), losses in runs.items():
        there[names.index(name), r] = 1
        for split, values in losses.items():
            expected[names.index(name), r, :, present.index(split)] = values
            seen[names.index(name), r, present.index(split)] = len(steps)
    if curves.dtype != np.float64 or curves.shape != expected.shape:
        bad.append(f"{curves.dtype} {curves.shape}, expected {expected.shape}")
    elif not ((curves == expected) & (np.signbit(curves) == np.signbit(expected)) | np.isnan(curves) & np.isnan(expected)).all():
        bad.append("other values")
    if not np.array_equal(ran, there):
        bad.append(f"ran {ran.tolist()}, expected {there.tolist()}")
    elif not np.array_equal(observed[there > 0], seen[there > 0]):
        bad.append("other points observed")
    hp_names = ["batch", "lr", "nesterov"]
    values = np.array([[nan if hps[n][h] is None else float(hps[n][h]) for h in hp_names] for n in names])
    if cs.hp_names != hp_names or not np.array_equal(cs.hp, values, equal_nan=True):
        bad.append(f"hyperparameters {cs.hp_names}")
    if archive.file["tasks/n_params"][0] != sweep["n_params"] or archive.file["tasks/seconds_per_step"][0] != .125:
        bad.append("other facts of the task")
    ok(not bad, f"{label}: the archive holds just that", "\n".join(bad))


def round_trips(tmp):
    for seed, n_config, n_step, splits, holes in [(0, 12, 5, SPLITS[:1] + SPLITS[2:3], False), (1, 40, 7, SPLITS, True),
                                                  (2, 1, 1, ["valid"], False), (3, 25, 3, ["train", "valid_inner", "test"], True)]:
        sweep, runs, hps, steps = make_sweep(seed, n_config, n_step, splits, holes)
        text = json.dumps(sweep, ensure_ascii=seed % 2 == 0, indent=seed or None)
        path = os.path.join(tmp, f"s{seed}.json" + (".gz" if seed == 1 else ""))
        with (gzip.open if seed == 1 else open)(path, "wb") as f:
            f.write(text.encode())
        a = os.path.join(tmp, f"s{seed}.h5")
        good("ingest", "-o", a, path)
        check_archive(a, sweep, runs, hps, steps, f"sweep {seed}")
        if seed == 1:  # again, and config by config into another
            again = good("ingest", "-o", a, path)
            ok("0 tables stored" in again.err, "the same again stores nothing", again)
            halves = os.path.join(tmp, "halves.h5")
            for part in (0, 1):
                half = dict(sweep, configs=sweep["configs"][part::2])
                for config in half["configs"]:
                    for split in SPLITS:
                        config["curves"].setdefault(split, None)
                if part == 0:  # all splits must be there from the first on
                    keep = half["configs"][0]
                    ok({s for c in half["configs"] for s, v in c["curves"].items() if v and any(v)} == set(SPLITS), "the first half has all splits", keep)
                with open(os.path.join(tmp, "half.json"), "w") as f:
                    json.dump(half, f)
                good("ingest", "--no-provenance", "-o", halves, os.path.join(tmp, "half.json"))
            check_archive(halves, sweep, runs, hps, steps, "in two halves")


def example(tmp):
    path = os.path.join(tmp, "example.json")
    with open(path, "w") as f:
        f.write(EXAMPLE)
    same(len(EXAMPLE.splitlines()), 5, "the example has five lines")
    a, s, l = (os.path.join(tmp, "example" + e) for e in (".h5", "-scores.h5", "-list.json"))
    good("ingest", "-o", a, path)
    good("normalize", a, "-o", s)
    cs = twin.Archive(a).sets["mysweep"]
    same((cs.configs, cs.hp_names, cs.hp.tolist()), (["a", "b"], ["lr", "nesterov"], [[.1, 1], [1, 0]]), "the example's configs")
    same(cs.curves("cifar")[1].tolist(), [[1, 1], [1, 0]], "its runs")
    scores, expected = twin.read_scores(s).sets["mysweep"], twin.scores(twin.Archive(a)).sets["mysweep"]
    ok(np.allclose(scores.valid, expected.valid, rtol=0, atol=1e-12, equal_nan=True), "its scores are the twin's", scores.valid, expected.valid)
    same((scores.n_missing.tolist(), scores.n_diverged.tolist()), ([0], [1]), "one config diverged, none is missing")
    good("learn", s, "--set", "mysweep", "-o", l)
    with open(l) as f:
        same([e["config"] for e in json.load(f)["entries"]], ["a", "b"], "and it becomes a list")

    # By another name, by --set, without hyperparameters, beside a file of the same set.
    folder = os.path.join(tmp, "folder")
    os.mkdir(folder)
    for task, old in (("first", '"task": "cifar", '), ("second", '"task": "cifar", "set": "mysweep", ')):
        with open(os.path.join(folder, task + ".json"), "w") as f:
            f.write(EXAMPLE.replace(old, ""))
    a = os.path.join(tmp, "folder.h5")
    good("ingest", "-o", a, "--set", "other", folder)
    archive = twin.Archive(a)
    same((archive.tasks, list(archive.sets)), (["first", "second"], ["other"]), "tasks by their files, the set by --set")
    bare = json.loads(EXAMPLE)
    for config in bare["configs"]:
        config["hp"] = None
    with open(os.path.join(tmp, "bare.json"), "w") as f:
        json.dump(bare, f)
    a, s = os.path.join(tmp, "bare.h5"), os.path.join(tmp, "bare-scores.h5")
    good("ingest", "-o", a, os.path.join(tmp, "bare.json"))
    good("normalize", a, "-o", s)
    good("learn", s, "--set", "mysweep", "-o", l)
    same(twin.Archive(a).sets["mysweep"].hp.size, 0, "a sweep without hyperparameters is stored and learned from")


def on_grid(grid, steps, losses, hold):
    """The rule in exact integers: the last observation not after each point; before the first the first."""
    out = []
    for i in range(len(grid)):
        before = [k for k, s in enumerate(steps) if not grid.later(s, i)]
        over = grid.later_than(i, steps[-1])
        out.append(nan if over and not hold else losses[before[-1] if before else 0])
    return out, len(grid) if hold else sum(not grid.later_than(i, steps[-1]) for i in range(len(grid)))


class Uniform:
    def __init__(self, first, last, n):
        self.first, self.last, self.n = first, last, n

    def __len__(self):
        return self.n

    def later(self, s, i):
        return (s - self.first) * (self.n - 1) > (self.last - self.first) * i

    def later_than(self, i, s):
        return (s - self.first) * (self.n - 1) < (self.last - self.first) * i


class Own:
    def __init__(self, steps):
        self.steps = steps

    def __len__(self):
        return len(self.steps)

    def later(self, s, i):
        return s > self.steps[i]

    def later_than(self, i, s):
        return s < self.steps[i]


def unequal_steps(tmp):
    """Configs with steps of their own: on a uniform grid, which the task keeps."""
    rng = random.Random(5)
    configs, lengths = [], {}
    for i in range(14):
        steps = sorted(rng.sample(range(0, 400), rng.randrange(1, 30)))
        lengths[f"c{i}"] = steps
        configs.append({"name": f"c{i}", "steps": steps, "curves": {"valid": [[rng.gauss(0, 1) for _ in steps] for _ in range(2)]}})
    configs[3]["steps"] = None
    lengths["c3"] = [30, 70, 150]
    configs[3]["curves"]["valid"] = [[3, 2, 1], [nan, 2, -1]]
    path, late = os.path.join(tmp, "unequal.json"), os.path.join(tmp, "late.json")
    with open(path, "w") as f:
        json.dump({"configs": configs, "task": "t", "set": "s", "steps": [30, 70, 150]}, f)
    with open(late, "w") as f:
        json.dump({"configs": [dict(configs[0], name="c99", steps=[2, 600], curves={"valid": [[1, 9]]})], "task": "t", "set": "s"}, f)
    lengths["c99"] = [2, 600]
    every = sorted({s for name, steps in lengths.items() if name != "c99" for s in steps})
    for args, n, hold, sign in (([], 51, True, 1), (["--grid", "own", "--after-end", "missing"], None, False, 1), (["--grid", "7", "--maximize"], 7, True, -1), (["--after-end", "missing"], 51, False, 1)):
        label = "unequal steps " + " ".join(args)
        a = os.path.join(tmp, "unequal.h5")
        if os.path.exists(a):
            os.remove(a)
        good("ingest", *args, "-o", a, path)
        good("ingest", *[x for x in args if x not in ("--grid", "7", "own")], "-o", a, late)
        curves, ran, observed, steps = twin.Archive(a).sets["s"].curves("t")
        grid = Uniform(every[0], every[-1], n) if n else Own(every)
        bad = [] if np.allclose(steps, np.linspace(every[0], every[-1], n) if n else every, rtol=1e-15, atol=0) else [f"steps {list(steps)}"]
        for row, config in enumerate(sorted(configs + [{"name": "c99", "curves": {"valid": [[1, 9]]}}], key=lambda c: twin.natural_key(c["name"]))):
            for r, losses in enumerate(config["curves"]["valid"]):
                expected, count = on_grid(grid, lengths[config["name"]], losses, hold)
                if not np.array_equal(curves[row, r, :, 0], sign * np.array(expected, float), equal_nan=True) or observed[row, r, 0] != count:
                    bad.append(f"{config['name']}, replica {r}: {curves[row, r, :, 0].tolist()}, observed {observed[row, r, 0]}, expected {expected}, {count}")
        ok(not bad, f"{label}: each point is the last observation before it", "\n".join(bad))
        before = twin.Archive(a).sets["s"].curves("t")
        good("ingest", *args, "-o", a, late, path)
        after = twin.Archive(a).sets["s"].curves("t")
        ok(all(np.array_equal(x, y, equal_nan=True) for x, y in zip(before, after)), f"{label}: again changes nothing")

    # One grid for all is taken as it is, unless the task has another.
    first, second = os.path.join(tmp, "first.json"), os.path.join(tmp, "second.json")
    for where, name, steps in ((first, "a", [1, 2, 5]), (second, "b", [0, 2, 9])):
        with open(where, "w") as f:
            json.dump({"configs": [{"name": name, "curves": {"valid": [[3, 2, 1]]}}], "steps": steps, "task": "t", "set": "s"}, f)
    a = os.path.join(tmp, "equal.h5")
    good("ingest", "-o", a, first, second)
    curves, _, _, steps = twin.Archive(a).sets["s"].curves("t")
    same((list(steps), curves[:, 0, :, 0].tolist()), ([1, 2, 5], [[3, 2, 1], [3, 2, 2]]), "a task keeps the grid that it came with first")


def more_is_better(tmp):
    """--maximize, in the derived form too."""
    path = os.path.join(tmp, "Derived.json")
    with open(path, "w") as f:
        json.dump([{"hp": {"lr": 1}, "valid": {"loss": [.5, .75, nan]}}], f)
    a = os.path.join(tmp, "maximize.h5")
    good("ingest", "--maximize", "--set", "mine", "-o", a, path)
    found = twin.Archive(a).sets["mine"].curves("Derived")[0][0, 0, :, 0]
    ok(np.array_equal(found, [-.5, -.75, nan], equal_nan=True), "--maximize negates derived curves", found)


CONFIG = '{"name": "a", "hp": {"lr": 1}, "curves": {"valid": [[3, 2]]}}'
OTHER = '{"name": "b", "hp": {"lr": 2}, "curves": {"valid": [[3, 2]]}}'
WHERE = ["x.json", "config 1 ('b')"]


def whole(*configs, head='"set": "s", "steps": [0, 1]'):
    return "{" + head + ', "configs": [' + ", ".join(configs) + "]}"


def refusals(tmp):
    def case(name, text, words, code=4, args=()):
        refused(tmp, name, ["ingest", "-o", "o.h5", "--format", "curves-json", *args, "x.json"], code, words, {"x.json": text})

    case("no configs", '{"set": "s", "steps": [0]}', ["x.json", 'without "configs"', "an array of configs"])
    case("a table of configs", '{"a": [{"lr": 1}, "s"]}', ["x.json", 'without "configs"'])
    case("configs are an object", '{"configs": {"a": 1}}', ["x.json: line 1, column 13", "found '{'", "an array of configs"])
    case("configs twice", whole(CONFIG)[:-1] + ', "configs": []}', ["x.json", '"configs" again', "once"])
    case("steps twice", whole(CONFIG)[:-1] + ', "steps": [0, 1]}', ["x.json", '"steps" again'])
    case("empty configs", whole(), ["x.json", "found no configs", "at least one"])
    case("a config that is a number", whole("7"), ["x.json: line 1", "'7'", "a config as an object"])
    case("no name", whole(CONFIG, OTHER.replace('"name"', '"nom"')), ["x.json: config 1", 'no "name"'])
    case("an empty name", whole(CONFIG.replace('"a"', '""')), ["x.json: config 0", "an empty name"])
    case("a name that is a number", whole(CONFIG.replace('"a"', "5")), ["x.json", "'5'", "a string"])
    case("a name twice", whole(CONFIG, OTHER, CONFIG), ["x.json: config 2", "'a' again", "config 0"])
    case("no curves", whole(CONFIG, '{"name": "b"}'), [*WHERE, 'no "curves"'])
    case("curves are an array", whole(CONFIG.replace('{"valid": [[3, 2]]}', "[[3, 2]]")), ["x.json", "'['", "an object of splits"])
    case("an unknown split", whole(CONFIG.replace('"valid"', '"validation"')), ["x.json: line 1", '"validation"', "valid_outer"])
    case("a split twice", whole(CONFIG.replace('"valid": [[3, 2]]', '"valid": [[3, 2]], "valid": [[3, 2]]')), ["x.json", '"valid" again'])
    case("losses without replicas", whole(CONFIG.replace("[[3, 2]]", "[3, 2]")), ["x.json", "'3'", "one replica's losses, or null"])
    case("an empty split", whole(CONFIG, OTHER.replace("[[3, 2]]", "[]")), [*WHERE, "without replicas"])
    case("an empty curve", whole(CONFIG, OTHER.replace("[[3, 2]]", "[[3, 2], []]")), [*WHERE, "empty array of losses"])
    case("text for a loss", whole(CONFIG.replace("[[3, 2]]", '[[3, "2"]]')), ["x.json: line 1", "a number"])
    case("true for a loss", whole(CONFIG.replace("[[3, 2]]", "[[3, true]]")), ["x.json: line 1", "'t'", "a number"])
    case("nothing but missing runs", whole(CONFIG.replace("[[3, 2]]", "[null]")), ["x.json", "no losses in any config"])
    case("more losses than steps", whole(CONFIG, OTHER.replace("[[3, 2]]", "[[3, 2, 1]]")), [*WHERE, "3 losses", "expected 2"])
    case("replicas of unequal length", whole(CONFIG, OTHER.replace("[[3, 2]]", "[[3, 2], [1]]")),
         [*WHERE, "split valid, replica 1", "found 1 losses", "expected 2 as in split valid, replica 0"])
    case("splits of unequal length", whole(CONFIG, OTHER.replace("[[3, 2]]", '[[3, 2]], "test": [[1]]')), [*WHERE, "split test, replica 0"])
    case("fewer losses than the config's steps", whole(CONFIG, OTHER.replace('"hp"', '"steps": [0, 1, 2], "hp"')),
         [*WHERE, "split valid, replica 0", "found 2 losses", "expected 3, one for each step"])
    case("no steps at all", whole(CONFIG, head='"set": "s"'), ["x.json: config 0 ('a')", "no steps"])
    case("steps that fall", whole(CONFIG, head='"set": "s", "steps": [0, 0]'), ["x.json: steps, item 1", "found 0 after 0", "rise"])
    case("a step that is null", whole(CONFIG, head='"set": "s", "steps": [0, null]'), ["x.json: steps, item 1", "found nan", "finite"])
    case("empty steps", whole(CONFIG, head='"set": "s", "steps": []'), ["x.json", "empty array of steps"])
    case("steps of a config that are a number", whole(CONFIG, OTHER.replace('"hp"', '"steps": 5, "hp"')), ["x.json: line 1", "'5'", "an array of steps"])
    case("text for a hyperparameter", whole(CONFIG.replace('"lr": 1', '"lr": "1"')), ["x.json: line 1", "a number"])
    case("an infinite hyperparameter", whole(CONFIG, OTHER.replace('"lr": 2', '"lr": Infinity')), [*WHERE, "lr inf", "a finite number"])
    case("a hyperparameter twice", whole(CONFIG.replace('"lr": 1', '"lr": 1, "lr": 1')), ["x.json", '"lr" again'])
    case("hyperparameters in an array", whole(CONFIG.replace('{"lr": 1}', "[1]")), ["x.json", "'['", "hyperparameters"])
    case("no set", whole(CONFIG, head='"steps": [0, 1]'), ["--set is needed", "x.json"], code=2)
    case("an empty set", whole(CONFIG, head='"set": "", "steps": [0, 1]'), ["x.json: set", "empty text"])
    case("a task that is a number", whole(CONFIG, head='"task": 3, "set": "s", "steps": [0, 1]'), ["x.json", "'3'", "a string"])
    case("half a parameter", whole(CONFIG, head='"n_params": 0.5, "set": "s", "steps": [0, 1]'), ["x.json: n_params", "found 0.5", "whole number"])
    case("negative seconds", whole(CONFIG, head='"seconds_per_step": -1, "set": "s", "steps": [0, 1]'), ["x.json: seconds_per_step", "found -1"])
    case("a config that is none of the released set's", whole(CONFIG), ["x.json", "'a'", "adam1p_wide_grid_seed<N>"], args=["--set", "adam1p_wide_grid_1k"])
    released = CONFIG.replace('"a"', '"adam1p_wide_grid_seed0"')
    case("hyperparameters that contradict the released ones", whole(released.replace('"lr"', '"learning_rate"')),
         ["config 0 ('adam1p_wide_grid_seed0'), hyperparameter learning_rate", "found 1, expected 1.03663"], args=["--set", "adam1p_wide_grid_1k"])
    case("a hyperparameter that the released set has not", whole(released), ["x.json: config 0", "'lr'"], args=["--set", "adam1p_wide_grid_1k"])
    case("text after the end", whole(CONFIG) + " x", ["x.json: line 1", "'x'", "the end of the file"])
    case("cut short", whole(CONFIG)[:-20], ["x.json: line 1", "the end of the file"])
    bad = gzip.compress(whole(CONFIG).encode())[:-6]
    refused(tmp, "gzip cut short", ["ingest", "-o", "o.h5", "--format", "curves-json", "x.json.gz"], 4, ["x.json.gz", "gzip"], {"x.json.gz": bad})
    for name, text in (("a list", '{"schema": "hyperlist.list/1", "set": "s", "entries": []}'), ("a table of configs", '{"a": [{"lr": 1}, "s"]}')):
        refused(tmp, name + " by its name", ["ingest", "-o", "o.h5", "x.json"], 4, ["x.json", "expected curves as"], {"x.json": text})
        refused(tmp, name + " in a folder", ["ingest", "-o", "o.h5", "d"], 4, ["d/x.json", 'without "configs"'], {"d/x.json": text, "d/y.json": whole(CONFIG)})
    refused(tmp, "another value than stored", ["ingest", "-o", "o.h5", "x.json", "y.json"], 4, ["y.json", "task t, set s, config a, replica 0", "other values"],
            {"x.json": whole(CONFIG, head='"task": "t", "set": "s", "steps": [0, 1]'),
             "y.json": whole(CONFIG.replace("3, 2", "3, 1"), head='"task": "t", "set": "s", "steps": [0, 1]')})
    refused(tmp, "another hyperparameter than stored", ["ingest", "-o", "o.h5", "x.json", "y.json"], 4, ["y.json: set s, config a", "found lr 3, expected 1"],
            {"x.json": whole(CONFIG), "y.json": whole(CONFIG.replace('"lr": 1', '"lr": 3'))})


def main():
    need_program()
    tmp = temporary()
    example(tmp)
    round_trips(tmp)
    unequal_steps(tmp)
    more_is_better(tmp)
    refusals(tmp)
    done()


main()
