"""Long CSV tables. The twin reads them with Python's csv module, puts them on the grid with whole numbers or fractions, and
scores them with the numpy twin; the archive must hold the same curves and the scores file the same scores."""
import csv
import gzip
import io
import math
import os
import random
import subprocess
import sys
from fractions import Fraction

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import twin
from tap import SHARED, done, good, need_program, ok, read_bytes, run, same, skip, table, temporary

need_program()
TMP = temporary()
SPLITS = ["train", "valid_inner", "valid", "valid_outer", "test"]
SANITIZED = bool(os.environ.get("SANITIZED"))


def path(name):
    return os.path.join(TMP, name)


def write(name, text):
    data = text if isinstance(text, bytes) else text.encode()
    with (gzip.open if name.endswith(".gz") else open)(path(name), "wb") as f:
        f.write(data)
    return path(name)


# ---- The twin ---------------------------------------------------------------------------------------------------------

class Table:
    """What the twin's scores() wants of one set."""

    def __init__(self, configs, splits, tasks):
        self.configs, self.splits, self.tasks = configs, splits, tasks
        self.hp_names, self.hp = [], np.zeros((len(configs), 0))

    def curves(self, task):
        return self.tasks.get(task)


class Archive:
    def __init__(self, name, one):
        self.tasks, self.sets = list(one.tasks), {name: one}


def regrid(observations, first, last, n, hold):
    """observations: sorted [(step, value)]; (values, how many points hold one)."""
    values, held, at, width = [], 0, 0, last - first
    for i in range(n):
        while at < len(observations) and (observations[at][0] - first) * (n - 1) <= width * i:
            at += 1
        over = not hold and at == len(observations) and (observations[-1][0] - first) * (n - 1) < width * i
        values.append(math.nan if over else observations[max(at - 1, 0)][1])
        held += not over
    return values, held


def read_table(text, roles, n_grid=51, hold=True, negate=False, delimiter=",", exact=Fraction):
    rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    splits = [s for s in SPLITS if s in roles]
    runs, tasks, configs = {}, {}, set()
    for row in rows:
        cells = {s: row[roles[s]].strip() for s in splits}
        nothing = all(v == "" for v in cells.values())
        step = exact(row[roles["step"]])
        task, config = row[roles["task"]], row[roles["config"]]
        replica = row[roles["replica"]] if "replica" in roles else ""
        configs.add(config)
        tasks.setdefault(task, {"steps": set(), "replicas": {}})["steps"].add(step)
        tasks[task]["replicas"].setdefault(config, set()).add(replica)
        run_ = runs.setdefault((task, config, replica), {s: {} for s in splits})
        for s in splits:
            if cells[s] != "" or nothing:
                value = float(cells[s]) if cells[s] else math.nan
                run_[s][step] = -value if negate else value
    configs = sorted(configs, key=twin.natural_key)
    out = {}
    for task, about in tasks.items():
        names = sorted(set().union(*about["replicas"].values()), key=twin.natural_key)
        most = max(len(r) for r in about["replicas"].values())
        shared = len(names) <= 2 * most
        n_replica = len(names) if shared else most
        first, last = min(about["steps"]), max(about["steps"])
        n = 1 if first == last else n_grid
        curves = np.full((len(configs), n_replica, n, len(splits)), np.nan)
        ran = np.zeros((len(configs), n_replica), np.uint8)
        observed = np.zeros((len(configs), n_replica, len(splits)), np.int32)
        for (t, config, replica), got in runs.items():
            if t != task:
                continue
            own = sorted(about["replicas"][config], key=twin.natural_key)
            c, r = configs.index(config), (names if shared else own).index(replica)
            ran[c, r] = 1
            for k, s in enumerate(splits):
                if got[s]:
                    curves[c, r, :, k], observed[c, r, k] = regrid(sorted(got[s].items()), first, last, n, hold)
        out[task] = (curves, ran, observed)
    return Table(configs, splits, out)


def compare(name, source, expected, *options, set_name="mine", scores=True):
    """Ingests the file and holds archive and scores against the twin's table."""
    archive = path("a.h5")
    if os.path.exists(archive):
        os.remove(archive)
    good("ingest", "-q", "-o", archive, "--set", set_name, *options, source)
    with h5py.File(archive) as f:
        g = f["sets/" + set_name]
        same([twin.text(x) for x in g["config_names"][()]], expected.configs, f"{name}: configs")
        same([twin.text(x) for x in g["split_names"][()]], expected.splits, f"{name}: splits")
        same(sorted(twin.text(x) for x in f["tasks/name"][()]), sorted(expected.tasks), f"{name}: tasks")
        for task, (curves, ran, observed) in expected.tasks.items():
            link = twin.link_name(task)
            ok(np.array_equal(g["curves"][link][()], curves, equal_nan=True), f"{name}: {task}: curves",
               lambda: g["curves"][link][()], lambda: curves)
            ok(np.array_equal(g["ran"][link][()], ran), f"{name}: {task}: ran")
            lacks = bool(np.any(observed[ran != 0] < curves.shape[2]))
            same("observed" in g and link in g["observed"], lacks, f"{name}: {task}: observed is there if some run lacks points")
            if lacks and "observed" in g and link in g["observed"]:
                ok(np.array_equal(np.where(ran[:, :, None] != 0, g["observed"][link][()], 0), observed), f"{name}: {task}: observed",
                   lambda: g["observed"][link][()], lambda: observed)
    if not scores:
        return
    good("normalize", "-q", archive, "-o", path("s.h5"))
    s = twin.scores(Archive(set_name, expected))
    with h5py.File(path("s.h5")) as f:
        g, mine = f["sets/" + set_name], s.sets[set_name]
        for what in ("valid", "test", "init", "best"):
            ok(np.allclose(g[what][()], getattr(mine, what), rtol=1e-9, atol=1e-9, equal_nan=True), f"{name}: {what}",
               lambda: g[what][()], lambda: getattr(mine, what))
        for what in ("n_missing", "n_diverged", "degenerate"):
            same(list(map(int, g[what][()])), list(map(int, getattr(mine, what))), f"{name}: {what}")


# ---- A small messy table -------------------------------------------------------------------------------------------------

def messy(seed=1):
    """Rows of 3 tasks, 12 configs and 2 named replicas on unequal steps; some ended early, cells empty, diverged."""
    rng = random.Random(seed)
    rows = []
    for task in ("resnet, big", 'the "lm"', "größe"):
        for c in range(12):
            if rng.random() < 0.15:
                continue
            for replica in ("seed b", "seed a"):
                if rng.random() < 0.15:
                    continue
                steps = sorted(rng.sample(range(0, 1000, 7), rng.randint(2, 12)))
                loss = rng.uniform(1, 3)
                for i, s in enumerate(steps):
                    loss *= rng.uniform(0.8, 1.03)
                    valid = rng.choice(["nan", "NaN", "-inf", "Infinity"]) if rng.random() < 0.02 else repr(loss)
                    cells = [repr(loss * .9), valid, repr(loss * 1.1)]
                    for k in range(3):
                        if i > 0 and rng.random() < 0.1:
                            cells[k] = ""
                    if i > 0 and rng.random() < 0.03:
                        cells = ["", "", ""]
                    rows.append([f"c{c}", task, replica, str(s), *cells])
    rng.shuffle(rows)
    return rows


def text_of(rows, header="config,task,replica,step,train,valid,test", delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    w = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    w.writerow(header.split(","))
    w.writerows(rows)
    return out.getvalue()


ROLES = {r: r for r in ("config", "task", "replica", "step", "train", "valid", "test")}
ROWS = messy()
TEXT = text_of(ROWS)
WANTED = read_table(TEXT, ROLES)

compare("as it is", write("t.csv", TEXT), WANTED)
SHORT = "config,task,step,valid\na,t,0,1\na,t,5,1.5\na,t,10,2\nb,t,0,0.5\nc,u,0,3\nc,u,10,1\n"
compare("a run of one point, and the lowest loss the first", write("short.csv", SHORT),
        read_table(SHORT, {r: r for r in ("config", "task", "step", "valid")}, n_grid=3, hold=False), "--grid", "3", "--after-end", "missing")
for name, source, options in [
    ("CRLF, all quoted, byte order mark", write("v1.csv", "\ufeff" + text_of(ROWS, end="\r\n", quoting=csv.QUOTE_ALL)), []),
    ("semicolons", write("v2.csv", text_of(ROWS, delimiter=";")), []),
    ("tabs, named", write("v3.tsv", text_of(ROWS, delimiter="\t")), ["--delimiter", "tab"]),
    ("bars", write("v4.csv", text_of(ROWS, delimiter="|")), ["--delimiter", "|", "--format", "csv"]),
    ("gzip", write("v5.csv.gz", TEXT), []),
    ("no line break at the end", write("v6.csv", TEXT.rstrip("\n")), []),
    ("rows twice", write("v7.csv", TEXT + "".join(TEXT.splitlines(True)[1:30])), []),
    ("other columns between, other names", write("v8.csv", text_of([r[:2] + ["x,y"] + r[2:] for r in ROWS],
     "run name,problem,junk,seed,it,tr,va,te")),
     ["--columns", "config=run name,task=problem,replica=seed,step=it,train=tr,valid=va,test=te"]),
    ("a column's name with a comma", write("v9.csv", text_of([r[:2] + r[2:] for r in ROWS], "config,task,replica,step,train,valid,test").replace(
     "valid", '"loss, valid"', 1)), ["--columns", '"valid=loss, valid"']),
]:
    compare(name, source, WANTED, *options, scores=False)

compare("after the end: missing", write("t.csv", TEXT), read_table(TEXT, ROLES, hold=False), "--after-end", "missing")
compare("7 grid points", write("t.csv", TEXT), read_table(TEXT, ROLES, n_grid=7), "--grid", "7")
compare("maximize", write("t.csv", TEXT), read_table(TEXT, ROLES, negate=True), "--maximize")
fractions = [r[:3] + [repr(int(r[3]) / 7 + 0.1)] + r[4:] for r in ROWS]
compare("steps with fractions", write("t.csv", text_of(fractions)),
        read_table(text_of(fractions), ROLES, exact=lambda x: Fraction(float(x))), scores=False)
ids = [r[:2] + [f"{r[0]}-{r[1]}-{r[2]}"] + r[3:] for r in ROWS]
compare("replicas named by run", write("t.csv", text_of(ids)), read_table(text_of(ids), ROLES))
bare = text_of([r[:2] + r[3:] for r in ROWS if r[2] == "seed a"], "config,task,step,train,valid,test")
compare("no replica column", write("t.csv", bare), read_table(bare, {r: r for r in ROLES if r != "replica"}))
release = text_of(ROWS, "config,task,replica,step,train,valid_inner,valid_outer")
compare("the release's splits", write("t.csv", release), read_table(release, {**{r: r for r in list(ROLES)[:5]}, "valid_inner": "valid_inner", "valid_outer": "valid_outer"}), scores=False)
one = "config,task,step,valid\na,t,5,1\nb,t,5,2\n"
compare("a single step", write("t.csv", one), read_table(one, {r: r for r in ("config", "task", "step", "valid")}), scores=False)

good("ingest", "-q", "-o", path("own.h5"), "--grid", "own", write("o.csv", "config,task,step,valid\na,t,0,3\na,t,10,2\nb,t,4,5\nb,t,9,1\n"))
with h5py.File(path("own.h5")) as f:
    same(list(f["sets/o/curves/t"].attrs["steps"]), [0, 4, 9, 10], "--grid own: the union of the steps")
    same(f["sets/o/curves/t"][:, 0, :, 0].tolist(), [[3, 3, 3, 2], [5, 5, 1, 1]], "--grid own: the last observation before each")

# ---- Hyperparameters -------------------------------------------------------------------------------------------------------

HP = "config,task,step,valid,hp:lr,hp:nesterov,wd\n" + "".join(
    f"c{c},t{t},{s},{(c + 1) * (t + 2) / (s + 1)},{10.0 ** -c},{'true' if c % 2 else 'False'},{'' if s else c / 10}\n"
    for t in range(6) for c in range(10) for s in (0, 1, 5))
good("ingest", "-q", "-o", path("hp.h5"), "--columns", "hp:weight_decay=wd", "--set", "mysweep", write("hp.csv", HP))
with h5py.File(path("hp.h5")) as f:
    g = f["sets/mysweep"]
    same([twin.text(x) for x in g["hyperparameter_names"][()]], ["weight_decay", "lr", "nesterov"], "hyperparameters: names")
    same(g["hyperparameters"][()].tolist(), [[c / 10, 10.0 ** -c, float(c % 2)] for c in range(10)], "hyperparameters: values, empty cells filled from other rows")
good("ingest", "-q", "-o", path("hp.h5"), "fixtures/release/mini_quadratic_family_seed1" if os.path.isdir("fixtures/release/mini_quadratic_family_seed1") else sorted(
    os.path.join("fixtures/release", x) for x in os.listdir("fixtures/release") if x.startswith("mini_quadratic"))[0])
good("normalize", "-q", path("hp.h5"), "-o", path("hps.h5"))
good("learn", "-q", path("hps.h5"), "--set", "mysweep", "-o", path("l.json"))
r = good("generalize", path("hps.h5"), "--set", "mysweep", "--resamples", "3", "--no-provenance",
         "--baselines", "random:mysweep,refined-minmax,refined-q90,best-case")
ok(all(s in r.out for s in ("random:mysweep", "refined-minmax", "refined-q90", "best-case")), "a set of one's own, beside released ones, in all series", r)

good("ingest", "-q", "-o", path("bare.h5"), "--set", "nohp", write("t.csv", TEXT))
good("normalize", "-q", path("bare.h5"), "-o", path("bares.h5"))
good("learn", "-q", path("bares.h5"), "--set", "nohp", "-o", path("l.json"))
good("evaluate", "-q", path("l.json"), path("bares.h5"))
r = good("generalize", path("bares.h5"), "--set", "nohp", "--resamples", "3")
ok("left out refined-minmax: set nohp has no hyperparameters" in r.err, "without hyperparameters the default leaves refined search out, aloud", r)
r = run("generalize", path("bares.h5"), "--set", "nohp", "--baselines", "refined-q90")
ok(r.code == 2 and "refined-q90" in r.err and "has no hyperparameters" in r.err, "asked for by name, it is refused", r)

# ---- Growth ----------------------------------------------------------------------------------------------------------------

head, body = TEXT.splitlines(True)[0], TEXT.splitlines(True)[1:]


def ingest_all(archive, *texts):
    if os.path.exists(path(archive)):
        os.remove(path(archive))
    for i, t in enumerate(texts):
        good("ingest", "-q", "--no-provenance", "-o", path(archive), "--set", "mine", write(f"part{i}.csv", t))
    return read_bytes(path(archive))


whole = ingest_all("once.h5", TEXT)
ok(ingest_all("twice.h5", TEXT, TEXT) == whole, "the same table again changes nothing")
tasks = [head + "".join(x for x in body if ("größe" in x) == flag) for flag in (True, False)]
if all(set(r[0] for r in csv.reader(t.splitlines()[1:])) == set(WANTED.configs) for t in tasks):
    ok(ingest_all("tasks.h5", *tasks) == whole, "tasks in two steps are as at once")
else:
    ok(len(ingest_all("tasks.h5", *tasks)) > 0, "tasks in two steps")
r = subprocess.run(["h5diff", path("once.h5"), path("tasks.h5")], capture_output=True, text=True)
ok(r.returncode == 0 and "difference" not in r.stdout, "h5diff finds no difference", r.stdout)
shuffled = head + "".join(random.Random(5).sample(body, len(body)))
ok(ingest_all("shuffled.h5", shuffled) == whole, "rows in another order give the same bytes")

# A task's grid stays what it was: the second file's task t ends later.
write("g1.csv", "config,task,step,valid\na,t,0,4\na,t,10,2\n")
write("g2.csv", "config,task,step,valid\nb,t,0,8\nb,t,5,6\nb,t,40,1\n")
for way in (["g1.csv", "g2.csv"], None):
    if os.path.exists(path("g.h5")):
        os.remove(path("g.h5"))
    if way:
        for x in way:
            good("ingest", "-q", "-o", path("g.h5"), "--set", "g", "--grid", "3", path(x))
    else:
        good("ingest", "-q", "-o", path("g.h5"), "--set", "g", "--grid", "3", path("g1.csv"), path("g2.csv"))
    with h5py.File(path("g.h5")) as f:
        same(list(f["sets/g/curves/t"].attrs["steps"]), [0, 5, 10], "the grid is fixed when the task first comes")
        same(f["sets/g/curves/t"][:, 0, :, 0].tolist(), [[4, 4, 2], [8, 6, 6]], "and later runs are put on it")

# ---- Real data -------------------------------------------------------------------------------------------------------------

REAL = os.path.join(SHARED, "data", "algoperf", "algoperf_v05_long.csv.gz")
if SANITIZED:
    skip("AlgoPerf", "runs in the plain pass")
elif not os.path.exists(REAL):
    skip("AlgoPerf", "no folder of real data beside the project")
else:
    with gzip.open(REAL, "rt") as f:
        text = f.read()
    wanted = read_table(text, {"config": "config", "task": "task", "replica": "study", "step": "step", "train": "train_loss",
                               "valid": "valid_loss", "test": "test_loss"}, exact=int)
    compare("AlgoPerf", REAL, wanted, "--columns", "replica=study,train=train_loss,valid=valid_loss,test=test_loss", set_name="algoperf")
    good("learn", "-q", path("s.h5"), "--set", "algoperf", "-o", path("l.json"))
    r = good("generalize", "-q", path("s.h5"), "--set", "algoperf", "--train-tasks", "12", "--resamples", "5", "-k", "10")
    same(sorted({x["series"] for x in table(r.out)[1]}), ["best-case", "learned", "random:algoperf"], "AlgoPerf: tasks left out")

# ---- gzip, unpacked by a thread of its own where there may be several: more than fits into its blocks ----------------------

NOISE = np.random.RandomState(7).bytes(12000 * 60).hex()  # a column that nobody reads, hard to pack
BIG = "config,task,step,valid,note\n" + "".join(f"c{i % 40},t,{i // 40},{i * .37 % 1:.17g},{NOISE[120 * i:120 * i + 120]}\n" for i in range(12000))
write("big.csv", BIG)


def ingest_big(name, *options):
    """With an archive that was not there, and is gone again: (code, message, archive)."""
    r = run("ingest", "-q", "--no-provenance", "--set", "big", "-o", path("big.h5"), *options, path(name))
    made = None
    if os.path.exists(path("big.h5")):
        with open(path("big.h5"), "rb") as f:
            made = f.read()
        os.remove(path("big.h5"))
    return r.code, r.err, made


def spoiled(what):
    with open(write("big.csv.gz", BIG), "rb") as f:
        data = bytearray(f.read())
    if what == "a bit":
        data[len(data) // 2] ^= 16
    elif what == "the checksum":
        data[-6] ^= 1
    else:
        data = data[:int(len(data) * what)] if what < 1 else data[:-4]
    with open(path("big.csv.gz"), "wb") as f:
        f.write(data)


plain = ingest_big("big.csv")
same(plain[0], 0, "a large table")
write("big.csv.gz", BIG)
for j in "1", "2", "8":
    same(ingest_big("big.csv.gz", "-j", j) == plain, True, f"the same from gzip by -j {j}")
for what in .02, .5, .97, 1, "a bit", "the checksum":
    spoiled(what)
    one = ingest_big("big.csv.gz", "-j1")
    ok(one[0] == 4 and "big.csv.gz: found" in one[1] and one[2] is None, f"broken gzip ({what}) is refused", one)
    same(ingest_big("big.csv.gz", "-j2"), one, f"broken gzip ({what}): in the same words where a thread unpacks")
write("big.csv.gz", BIG.replace("c3,t,0,", "c3,t,0,x", 1))
one = ingest_big("big.csv.gz", "-j1")
ok(one[0] == 4 and "line 5, column valid" in one[1], "a bad number in the first block", one)
same(ingest_big("big.csv.gz", "-j2"), one, "a bad number in the first block: the thread is not waited for in vain")

# ---- What is refused: name, text, options, exit code, what the line says -----------------------------------------------------

H = "config,task,step,valid\n"
BAD = [
    ("empty", "", [], 4, "found an empty file"),
    ("a header alone", H, [], 4, "found no row below the header"),
    ("no config column", "name,task,step,valid\na,t,0,1\n", [], 4, "line 1: found no column 'config' among the columns name, task, step, valid; --columns config=NAME"),
    ("no task column", "config,problem,step,valid\na,t,0,1\n", [], 4, "found no column 'task'"),
    ("no step column", "config,task,epoch,valid\na,t,0,1\n", [], 4, "found no column 'step'"),
    ("no losses", "config,task,step,loss\na,t,0,1\n", [], 4, "found no losses"),
    ("two columns of one name", "config,task,step,valid,valid\na,t,0,1,2\n", [], 4, "found two columns 'valid' (4 and 5)"),
    ("two hp columns of one name", "config,task,step,valid,hp:lr,hp:lr\na,t,0,1,2,3\n", [], 4, "found two columns 'hp:lr'"),
    ("a field too few", H + "a,t,0,1\na,t,1\n", [], 4, "line 3: found 3 fields, expected 4 as in the header"),
    ("a field too many", H + "a,t,0,1,\n", [], 4, "line 2: found 5 fields, expected 4"),
    ("a word as a loss", H + "a,t,0,1\na,t,1,diverged\n", [], 4, "line 3, column valid: found 'diverged', expected a number"),
    ("a decimal comma", "config;task;step;valid\na;t;0;1,5\n", [], 4, "column valid: found '1,5'"),
    ("hexadecimal", H + "a,t,0,0x10\n", [], 4, "column valid: found '0x10'"),
    ("nan with a payload", H + "a,t,0,nan(1)\n", [], 4, "found 'nan(1)'"),
    ("two numbers", H + "a,t,0,1 2\n", [], 4, "found '1 2'"),
    ("a bare sign", H + "a,t,0,-\n", [], 4, "found '-'"),
    ("an empty step", H + "a,t,,1\n", [], 4, "line 2, column step: found '', expected a step"),
    ("a step that is nan", H + "a,t,nan,1\n", [], 4, "column step: found 'nan'"),
    ("an infinite step", H + "a,t,inf,1\n", [], 4, "column step: found 'inf'"),
    ("a step beyond 2^53", H + "a,t,9007199254740994,1\n", [], 4, "at most 2^53"),
    ("a step that is a date", H + "a,t,2024-01-01,1\n", [], 4, "column step: found '2024-01-01'"),
    ("no config name", H + ",t,0,1\n", [], 4, "line 2, column config: found '', expected a name"),
    ("no task name", H + "a,,0,1\n", [], 4, "line 2, column task: found ''"),
    ("rows that differ", H + "a,t,0,1\na,t,1,1\na,t,0,2\n", [], 4, "lines 2 and 4: found two rows of task t, config a, replica '', step 0 that differ"),
    ("rows that differ in what is there", "config,task,step,train,valid\na,t,0,1,\na,t,0,1,2\n", [], 4, "lines 2 and 3: found two rows"),
    ("nan against a number", H + "a,t,0,nan\na,t,0,1\n", [], 4, "lines 2 and 3"),
    ("hyperparameters that differ", "config,task,step,valid,hp:lr\na,t,0,1,0.1\nb,t,0,1,0.1\na,t,1,1,0.2\n", [], 4,
     "line 4, config a: found lr 0.2, expected 0.1 as in line 2".replace("0.2", "0.20000000000000001").replace("0.1 as", "0.10000000000000001 as")),
    ("a hyperparameter that is a word", "config,task,step,valid,hp:opt\na,t,0,1,adam\n", [], 4, "line 2, column hp:opt: found 'adam', expected a finite number, true or false"),
    ("a hyperparameter that is nan", "config,task,step,valid,hp:lr\na,t,0,1,nan\n", [], 4, "found 'nan', expected a finite number"),
    ("a released config with another learning rate", "config,task,step,valid,hp:learning_rate\nadam1p_wide_grid_seed0,t,0,1,0.5\n",
     ["--set", "adam1p_wide_grid_1k"], 4, "line 2, config adam1p_wide_grid_seed0: found learning_rate 0.5, expected 1.036634"),
    ("a config that is none of the set's", H + "mine,t,0,1\n", ["--set", "adam1p_wide_grid_1k"], 4, "found 'mine' in set adam1p_wide_grid_1k"),
    ("a config that --configs lacks", H + "mine,t,0,1\n", ["--configs", write("c.json", '{"other": [{"lr": 1}, "o"]}')], 4, "found 'mine', expected one that"),
    ("a quote in the middle", H + 'a,t,0,1\na"b,t,0,1\n', [], 4, "line 3"),
    ("a quote that never closes", H + '"a,t,0,1\n', [], 4, "line 2: found a quote that is never closed"),
    ("bytes that are no UTF-8", (H + "a\xff,t,0,1\n").encode("latin-1"), [], 4, "line 2, field 1: found bytes that are no UTF-8"),
    ("a zero byte", H + "a\0,t,0,1\n", [], 4, "line 2"),
    ("a name of 5000 bytes", H + "a" * 5000 + ",t,0,1\n", [], 6, "line 2, column config: found a name of 5000 bytes, expected at most 4096"),
    ("cut gzip", None, [], 4, "gzip"),
    ("a role that is none", H + "a,t,0,1\n", ["--columns", "loss=valid"], 2, "--columns: found the role 'loss', expected config, task"),
    ("a pair without =", H + "a,t,0,1\n", ["--columns", "valid"], 2, "--columns: found 'valid', expected ROLE=NAME"),
    ("a pair without a name", H + "a,t,0,1\n", ["--columns", "valid="], 2, "--columns: found 'valid=', expected ROLE=NAME"),
    ("empty --columns", H + "a,t,0,1\n", ["--columns", ""], 2, "--columns: found an empty text"),
    ("a role twice", H + "a,t,0,1\n", ["--columns", "test=valid,test=step"], 2, "--columns: found test twice"),
    ("a hyperparameter twice", H + "a,t,0,1\n", ["--columns", "hp:x=valid,hp:x=step"], 2, "--columns: found hp:x twice"),
    ("hp: without a name", H + "a,t,0,1\n", ["--columns", "hp:=valid"], 2, "found the role 'hp:'"),
    ("a column that is not there", H + "a,t,0,1\n", ["--columns", "test=tset"], 2, "found no column 'tset' among the columns config, task, step, valid"),
    ("an open quote in --columns", H + "a,t,0,1\n", ["--columns", '"test=valid'], 2, "--columns"),
    ("two characters as a delimiter", H + "a,t,0,1\n", ["--delimiter", ",,"], 2, "--delimiter: found ',,', expected one character"),
    ("a quote as a delimiter", H + "a,t,0,1\n", ["--delimiter", '"'], 2, "--delimiter"),
    ("an empty delimiter", H + "a,t,0,1\n", ["--delimiter", ""], 2, "--delimiter"),
    ("a grid of one point", H + "a,t,0,1\n", ["--grid", "1"], 2, "--grid: found 1, expected a whole number from 2"),
    ("a grid that is no number", H + "a,t,0,1\n", ["--grid", "many"], 2, "--grid: found many"),
    ("another end", H + "a,t,0,1\n", ["--after-end", "stop"], 2, "--after-end: found stop, expected hold or missing"),
    ("too large a grid", "config,task,replica,step,valid\n" + "".join(f"a,t,{i},{s},1\n" for i in range(20) for s in (0, 9)), ["--grid", "1000000"], 6,
     "task t: found 20 replicas on 1000000 grid points"),
]
for name, content, options, code, says in BAD:
    file = write("bad.csv.gz", H + "a,t,0,1\n" * 2000) if content is None else write("bad.csv", content)
    if content is None:
        with open(file, "r+b") as f:
            f.truncate(os.path.getsize(file) - 9)
    r = run("ingest", "-o", path("bad.h5"), *(options if "--set" in options else options + ["--set", "mine"]), file)
    line = r.err.replace("'", "")
    ok(r.code == code and says.replace("'", "") in line and r.err.count("\n") == 1 and r.out == "", f"refused: {name}", r, f"expected {code}: {says}")
    left = [x for x in os.listdir(TMP) if "bad.h5" in x]
    same(left, [], f"refused: {name}: nothing is left")

r = run("ingest", "-o", path("bad.h5"), "--columns", "task=task", "fixtures/release")
ok(r.code == 2 and "--columns" in r.err, "--columns without a CSV file among the sources is refused", r)
done()
