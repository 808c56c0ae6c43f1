"""Lists for other programs, and other people's lists.

Every exported file is read by what it is for: json, csv and a python3 process of its own. The published NAdamW list and
the published tables of hyperparameters are the golden values where they are at hand."""
import csv
import json
import math
import os
import random
import runpy
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import SHARED, done, good, need_program, ok, read_bytes, run, same, skip, temporary

PAIR = os.path.join(SHARED, "data", "opt_list")
NASTY = ['plain', 'a "quoted" \\ name', "comma, semicolon; and 'tick'", "tab\tand\x01control", "ü ∞ \U0001f600", '"""', "#no comment", "{} %s \\N{DIGIT ONE}"]


def write_list(path, set_name, configs, hyperparameters, train=("t1",), objective=.5):
    """hyperparameters: a dict a config; None in it is an absent value."""
    entries = [{"rank": i + 1, "config": c, "index": i, "hyperparameters": h, "phase": "greedy", "J": objective}
               for i, (c, h) in enumerate(zip(configs, hyperparameters))]
    with open(path, "w") as f:
        json.dump({"schema": "hyperlist.list/1", "set": set_name, "objective": {}, "train_tasks": list(train), "seed": 0, "entries": entries}, f)


def run_python(path):
    """CONFIGS, OPTIMIZER_KEYS and some learning rate factors, as a python3 of its own sees them."""
    code = ("import json, runpy, sys\nm = runpy.run_path(sys.argv[1])\n"
            "f = m.get('learning_rate_factor')\n"
            "print(json.dumps([m['CONFIGS'], m.get('OPTIMIZER_KEYS'), f and [[f(c, s, 10000) for s in (0, 1, 500, 5000, 9999)] for c in m['CONFIGS']]]))")
    p = subprocess.run(["/usr/bin/python3", "-I", "-c", code, path], capture_output=True, text=True)
    return json.loads(p.stdout) if p.returncode == 0 else [p.stderr, None, None]


def check_own_set(tmp):
    """A set of the user's own, whose names are as unpleasant as can be."""
    l, d = os.path.join(tmp, "own.json"), os.path.join(tmp, "own")
    rng = random.Random(5)
    names = ["config", "rank", "J", "lr", "learning_rate", "beta1", "beta2", "class", "use_nesterov", 'x"\\\n', "é", "l2"]
    values = [{n: bool(i % 2) if n == "use_nesterov" else rng.choice([.1 + .2, 1e-300, 5e-324, 3, 0, -2.5, 1e22, 1 / 3]) for n in names}
              for i in range(len(NASTY))]
    del values[3]["beta2"]
    values[4]["l2"] = None
    write_list(l, "my/sweep; rm -rf", NASTY, values)
    for target in ("json", "csv", "python"):
        good("export", l, "--to", target, "-o", d)
    same(sorted(os.listdir(d)), ["my_sweep__rm_-rf_list.csv", "my_sweep__rm_-rf_list.json", "my_sweep__rm_-rf_list.py"], "files are named by the set, made safe")
    known = [{n: v for n, v in h.items() if v is not None} for h in values]
    with open(os.path.join(d, "my_sweep__rm_-rf_list.json")) as f:
        got = json.load(f)
    same(got["schema"], "hyperlist.export/1", "json: schema")
    same([(c["rank"], c["config"], c["J"], c["hyperparameters"]) for c in got["configs"]],
         [(i + 1, n, .5, h) for i, (n, h) in enumerate(zip(NASTY, known))], "json: every value reads back equal, absent ones stay out")
    ok(got["provenance"]["inputs"][0]["name"] == l, "json: provenance", got)
    with open(os.path.join(d, "my_sweep__rm_-rf_list.csv"), newline="") as f:
        rows = list(csv.reader(f))
    head = ["rank", "config", "J"] + [f"hp:{n}" if n in ("config", "rank", "J") else n for n in names]
    same(rows[0], head, "csv: one column a hyperparameter, none twice")
    same([r[1] for r in rows[1:]], NASTY, "csv: names")

    def number(text):
        return None if text == "" else text == "true" if text in ("true", "false") else float(text)
    same([[number(x) for x in r[3:]] for r in rows[1:]], [[h.get(n) for n in names] for h in values], "csv: values")
    configs, keys, _ = run_python(os.path.join(d, "my_sweep__rm_-rf_list.py"))
    if ok(isinstance(configs, list), "python: the file runs", configs):
        same([c["config"] for c in configs], NASTY, "python: names")
        expected = []
        for n, h in zip(NASTY, known):
            e = {"config": n, **{("hp:config" if k == "config" else "nesterov" if k == "use_nesterov" else k): v for k, v in h.items()}}
            if "beta2" in e:
                e["betas"] = [e.pop("beta1"), e.pop("beta2")]
            expected.append(e)
        same(configs, expected, "python: torch's names only where no hyperparameter has them, half a pair keeps its name")
        same(keys, None, "python: what an own set's keys do is not claimed")
    r = run("export", l, "--to", "opt-list", "-o", d)
    ok(r.code == 0, "opt-list: blanks and quotes inside names", r)
    write_list(l, "own", ["a", "b\nc"], [{}, {}])
    r = run("export", l, "--to", "opt-list", "-o", os.path.join(tmp, "none"))
    ok(r.code == 4 and "rank 2" in r.err and not os.path.exists(os.path.join(tmp, "none")), "opt-list: a name with a line break is refused, and no folder is left", r)


def check_python_meaning(tmp):
    """The dicts of the released sets, and their schedules, against the update rules as the design states them."""
    d = os.path.join(tmp, "meaning")
    hp = {"learning_rate": .01, "beta1": .9, "beta2": .99, "epsilon": 1e-6, "l1": .25, "l2": .125, "linear_decay": 1.5e-4, "exponential_decay": 1e-5}
    l = os.path.join(tmp, "8p.json")
    write_list(l, "adam8p_wide_grid_1k", ["adam8p_wide_grid_seed3"], [hp])
    good("export", l, "--to", "python", "-o", d)
    configs, keys, factors = run_python(os.path.join(d, "adam8p_list.py"))
    same(configs, [{"config": "adam8p_wide_grid_seed3", "lr": .01, "betas": [.9, .99], "eps": 1e-6, "l1": .25, "weight_decay": .25, "linear_decay": 1.5e-4, "exponential_decay": 1e-5}],
         "adam8p: weight_decay is twice l2")
    same(keys, ["lr", "betas", "eps", "weight_decay"], "adam8p: what torch.optim.Adam takes")
    ok(all(abs(f - max(1 - 1.5e-4 * t, 0) * math.exp(-1e-5 * t)) < 1e-15 for f, t in zip(factors[0], (0, 1, 500, 5000, 9999))) and factors[0][-1] == 0,
       "adam8p: the decay of the learning rate, which ends at 0", factors)
    hp = {"learning_rate": .01, "beta1": .9, "beta2": .99, "epsilon": 1e-6, "use_nesterov": True, "adamw_weight_decay": .001, "l2_weight_decay": .002,
          "warmup_fraction": .1, "min_learning_rate_mult": .25, "constant_fraction": .5}
    l = os.path.join(tmp, "nadamw.json")
    write_list(l, "nadamw_grid_1k", ["nadamw_grid_seed3"], [hp])
    good("export", l, "--to", "python", "-o", d)
    configs, keys, factors = run_python(os.path.join(d, "nadamw_list.py"))
    same(configs, [{"config": "nadamw_grid_seed3", "lr": .01, "betas": [.9, .99], "eps": 1e-6, "nesterov": True, "weight_decay": .001, "l2_weight_decay": .002,
                    "warmup_fraction": .1, "min_learning_rate_mult": .25, "constant_fraction": .5}], "nadamw: weight_decay is the decoupled one alone")
    same(keys, ["lr", "betas", "eps", "weight_decay"], "nadamw: what torch.optim.AdamW takes")
    last = .25 + .75 * (math.cos(math.pi * 4999 / 5000) / 2 + .5)
    ok(all(abs(f - e) < 1e-12 for f, e in zip(factors[0], (0, .001, .5, 1, last))), "nadamw: warm-up, constant, half a cosine down", factors)
    for s in ("adam1p_wide_grid", "adam4p_wide_grid", "adam6p_wide_grid"):
        l = os.path.join(tmp, s + ".json")
        write_list(l, s + "_1k", [s + "_seed0"], [{"learning_rate": 1}])
        good("export", l, "--to", "python", "-o", d)
        configs, _, _ = run_python(os.path.join(d, s.split("_")[0] + "_list.py"))
        ok(configs == [{"config": s + "_seed0", "lr": 1.0}] and isinstance(configs[0]["lr"], float), f"{s}: a released number never looks like a whole one", configs)


def check_options(tmp):
    l, d = os.path.join(tmp, "l.json"), os.path.join(tmp, "some")
    write_list(l, "adam1p_wide_grid_1k", [f"adam1p_wide_grid_seed{i}" for i in range(5)], [{"learning_rate": .1}] * 5)
    good("export", l, "--to", "opt-list", "-k", "2", "--name", "first", "-o", d)
    same(sorted(os.listdir(d)), ["first_configs.json", "first_opt_list.txt"], "an opt-list is exactly two files; --name names them")
    same(read_bytes(os.path.join(d, "first_opt_list.txt")), b"adam1p_wide_grid_seed0\nadam1p_wide_grid_seed1\n", "-k 2: two names")
    same(json.loads(read_bytes(os.path.join(d, "first_configs.json"))), {f"adam1p_wide_grid_seed{i}": [{"learning_rate": .1}, "adam1p_wide_grid"] for i in range(2)},
         "and their two configs")
    good("export", l, "--to", "opt-list", "-k", "99", "--name", "first", "-o", d)
    same(len(read_bytes(os.path.join(d, "first_opt_list.txt")).split()), 5, "-k beyond the end takes all; files of the same names are replaced")
    good("export", l, "--to", "python", "-o", d, "--no-provenance")
    before = read_bytes(os.path.join(d, "adam1p_list.py"))
    good("export", "--no-provenance", "--to", "python", "-o", d, l)
    same(read_bytes(os.path.join(d, "adam1p_list.py")), before, "the same bytes again")
    ok(b"command" not in before and b"xxh64" not in before, "--no-provenance")
    good("export", l, "--to", "python", "-o", os.path.join(d, "a\nimport os"))
    ok(isinstance(run_python(os.path.join(d, "a\nimport os", "adam1p_list.py"))[0], list), "a line break in the command line stays in its comment")
    # The second file cannot be written: the first is as it was.
    os.mkdir(os.path.join(d, "two_configs.json"))
    r = run("export", l, "--to", "opt-list", "--name", "two", "-o", d)
    ok(r.code == 3 and not os.path.exists(os.path.join(d, "two_opt_list.txt")) and not [x for x in os.listdir(d) if x.startswith(".")],
       "both files or none", r, os.listdir(d))


def check_import(tmp):
    names, l, d = os.path.join(tmp, "names.txt"), os.path.join(tmp, "i.json"), os.path.join(tmp, "back")
    with open(names, "wb") as f:
        f.write(b"\xef\xbb\xbfadam4p_wide_grid_seed7\r\n\r\n  adam4p_wide_grid_seed11\t\nadam4p_wide_grid_seed0")
    r = good("import", "--names", names, "-o", l)
    ok("unknown" in r.err, "import says that nothing is known of what it was learned from", r)
    with open(l) as f:
        got = json.load(f)
    same((got["set"], got["train_tasks"], [e["config"][-2:] for e in got["entries"]]), ("adam4p_wide_grid_1k", [], ["d7", "11", "d0"]), "order, set by the names")
    same([(e["rank"], e["index"], e["J"], e["phase"]) for e in got["entries"]], [(1, 7, None, "greedy"), (2, 11, None, "greedy"), (3, 0, None, "greedy")], "rows and unknown J")
    same(list(got["entries"][0]["hyperparameters"]), ["learning_rate", "beta1", "beta2", "epsilon"], "hyperparameters are regenerated")
    good("export", l, "--to", "opt-list", "-o", d)
    good("import", "--names", os.path.join(d, "adam4p_opt_list.txt"), "--configs", os.path.join(d, "adam4p_configs.json"), "-o", os.path.join(tmp, "j.json"))
    with open(os.path.join(tmp, "j.json")) as f:
        back = json.load(f)
    same([back[k] for k in ("set", "entries", "train_tasks", "objective")], [got[k] for k in ("set", "entries", "train_tasks", "objective")], "export and import give the same list")
    # Names of anybody's.
    own = [n for n in NASTY if "\t" not in n]
    hp = [{"x": i / 7, "n": i} if i else {"n": 0} for i in range(len(own))]
    write_list(l, "own", own, hp, objective=None)
    good("export", l, "--to", "opt-list", "-o", d)
    with open(l) as f:
        got = json.load(f)
    good("import", "--names", os.path.join(d, "own_opt_list.txt"), "--configs", os.path.join(d, "own_configs.json"), "--set", "own", "-o", os.path.join(tmp, "j.json"))
    with open(os.path.join(tmp, "j.json")) as f:
        back = json.load(f)
    same([(e["config"], e["hyperparameters"]) for e in back["entries"]], [(e["config"], e["hyperparameters"]) for e in got["entries"]], "likewise for a set of one's own")
    same(sorted(e["index"] for e in back["entries"]), list(range(len(own))), "its rows are places in natural order")
    with open(names, "w") as f:
        f.write("b10\nb9\n")
    good("import", "--names", names, "--set", "mine", "-o", l)
    with open(l) as f:
        same([(e["index"], e["hyperparameters"]) for e in json.load(f)["entries"]], [(1, {}), (0, {})], "names alone do")


def check_published(tmp):
    if not os.path.isdir(PAIR):
        skip("the published list", f"no {PAIR}")
        return
    names, configs = os.path.join(PAIR, "nadamw_opt_list.txt"), os.path.join(PAIR, "nadamw_configs.json")
    with open(configs) as f:
        truth = json.load(f)
    for label, more in (("regenerated", []), ("from the published configs", ["--configs", configs])):
        l, d = os.path.join(tmp, "p.json"), os.path.join(tmp, "published")
        good("import", "--names", names, *more, "-o", l)
        good("export", l, "--to", "opt-list", "-o", d)
        same(sorted(os.listdir(d)), ["nadamw_configs.json", "nadamw_opt_list.txt"], f"{label}: the published files' own names")
        same(read_bytes(os.path.join(d, "nadamw_opt_list.txt")), read_bytes(names), f"{label}: the names file, byte for byte")
        with open(os.path.join(d, "nadamw_configs.json")) as f:
            got = json.load(f)
        worst = max(abs(got[c][0][h] - v) / max(abs(v), 1e-300) for c in truth for h, v in truth[c][0].items())
        types = {(type(got[c][0][h]), type(v)) for c in truth for h, v in truth[c][0].items()}
        ok(set(got) == set(truth) and all(got[c][1] == truth[c][1] and list(got[c][0]) == list(truth[c][0]) for c in truth) and worst <= (0 if more else 1e-12)
           and types == {(float, float), (bool, bool)}, f"{label}: every value and its type", worst, types)


def main():
    need_program()
    tmp = temporary()
    check_own_set(tmp)
    check_python_meaning(tmp)
    check_options(tmp)
    check_import(tmp)
    check_published(tmp)
    done()


main()
