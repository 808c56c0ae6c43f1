"""Names that mean something to a shell, a terminal, gnuplot, HTML, a spreadsheet, a path or HDF5. Each is the name of a task, a set,
a config and a hyperparameter at once, and goes through every command: what comes out holds that very name, everything else is as
with a plain name, and no message or text for people holds a control character. Then names that cannot be carried, names of files
and options, and gnuplot, whose command lines are recorded. TORTURE=1 has more names."""
import csv
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_npz import members, write_zip
from make_scores import write_scores
from refusals import picture, refused
from tap import HYPERLIST, done, good, need_program, ok, read_bytes, run, same, skip, table, temporary

need_program()
TMP = temporary()
PLAIN = "plain"
TORTURE = bool(os.environ.get("TORTURE"))
NAMES = ["$(touch x)`touch x`'; system(\"touch x\") #", "\"; ! touch x; \"\\", "../../up/a", "..", ".%2e%2F%41%", "a\n\tb\rc", "\x1b[2J\x1b]0;x\x07\x9b31m\x7f\x85",
         "@{}_^&~\\Symbol{x}</td><script>alert(1)</script><svg onload='x'>&lt;&amp;\"", "=1+cmd|'/c x'!A0", "--help", "#a,b;c|d", " a ",
         "t\u00e4\u20ac\u202e\ufffe", "n" * 4096]
PLOTTED = ["own2", "`touch x`$(touch x)'; system('touch x') #\"; ! touch x\n system(\"touch x\")", "@{}_^&~\\Symbol{x}<&>\x1b[2J"]
if TORTURE:  # each by itself
    SHELL = ["$(touch x)", "`touch x`", "'; system(\"touch x\") #", "\\\"`touch x`", "x' . system('touch x') . '", "@x", "@{touch x}"]
    NAMES += SHELL + [".hidden", "a\nb", "a\tb", "a\rb", "-1", "+1", "#x", "NA", "null", "all", "none", "!no", "kind:rnn", "*", "[a", "a,b", "%00", "-", "\\n", "\\x0a", "n" * 255]
    PLOTTED += SHELL
SPLITS = ("train", "valid", "test")


def clean(text, tabs=False):
    """No control character but the ends of lines, and tabs."""
    return not re.search(r"[\0-\x08\x0b-\x1f\x7f-\x9f]" if tabs else r"[\0-\t\x0b-\x1f\x7f-\x9f]", text)


class Tags(HTMLParser):
    """What a page is made of, without its texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found, self.links = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(a for a, _ in attrs)))
        self.links += [v for a, v in attrs if a in ("href", "src") and not (v or "").startswith(("data:", "#"))]

    def handle_endtag(self, tag):
        self.found.append((tag,))


def curves(name):
    """A file a task: five tasks of one set, three configs."""
    for t, task in enumerate([name, "t2", "t3", "t4", "t5"]):
        yield {"task": task, "set": name, "steps": [0, 1, 2], "configs": [
            {"name": config, "hp": {name: .5 + c, "z": 1.}, "curves": {s: [[2, 1 + .1 * c + .01 * t, .5 + .2 * c]] for s in SPLITS}}
            for c, config in enumerate([name, "b", "c"])]}


def stdout_of(folder, *args, tabs=False, code=0):
    """The output of a command, whose texts are judged."""
    r = run(*args, cwd=folder)
    FAULTS[folder] += [f"{args[0]}: {why}: {r}" for why, bad in (
        (f"exit {r.code}", r.code != code), ("a control character on stderr", not clean(r.err)), ("and on stdout", not clean(r.out, tabs)),
        ("not one line", code != 0 and r.err.count("\n") != 1)) if bad]
    return r.out


def expect(folder, what, found, wanted):
    if found != wanted:
        FAULTS[folder].append(f"{what}: found {found!r}, expected {wanted!r}")


def shape(text):
    """A table's cells by line, but for the names: how many, and the first column."""
    return [line.count("\t") for line in text.splitlines()]


def make_files(folder, name):
    for i, task in enumerate(curves(name)):
        with open(os.path.join(folder, f"{i}.json"), "w") as f:
            json.dump(task, f)
    stdout_of(folder, "ingest", "-v", "-o", "a.h5", *[f"{i}.json" for i in range(5)])
    stdout_of(folder, "normalize", "-v", "a.h5", "-o", "s.h5")
    stdout_of(folder, "learn", "-v", "s.h5", "--set", name, "-o", "l.json")
    stdout_of(folder, "generalize", "s.h5", "--set", name, "--baselines", f"random:{name},best-case", "--resamples", "3", "-o", "g.tsv")
    with open(os.path.join(folder, "log.csv"), "w", newline="") as f:
        csv.writer(f, quoting=csv.QUOTE_ALL).writerows([["config", "step", "valid"], [name, 0, 2], [name, 1, 1.5], ["b", 0, 2]])


def read_files(folder, name):
    """The files hold the name itself, whoever reads them."""
    for file in "a.h5", "s.h5":
        with h5py.File(os.path.join(folder, file)) as f:
            expect(folder, f"{file}: tasks", sorted(f["tasks/name"].asstr()[:]), sorted([name, "t2", "t3", "t4", "t5"]))
            expect(folder, f"{file}: sets", len(f["sets"]), 1)
            s = next(iter(f["sets"].values()))
            expect(folder, f"{file}: configs", sorted(s["config_names"].asstr()[:]), sorted([name, "b", "c"]))
            expect(folder, f"{file}: hyperparameters", sorted(s["hyperparameter_names"].asstr()[:]), sorted([name, "z"]))
            expect(folder, f"{file}: only tables below curves", file == "s.h5" or all(isinstance(x, h5py.Dataset) for x in s["curves"].values()), True)
    with open(os.path.join(folder, "l.json"), encoding="utf-8") as f:
        learned = json.load(f)
    expect(folder, "l.json", (learned["set"], name in [e["config"] for e in learned["entries"]], name in learned["train_tasks"]), (name, True, True))


def ask(folder, name):
    """Commands that print: text and JSON. Returns what does not depend on the name."""
    shapes = []
    for args in (["check", "a.h5"], ["check", "s.h5"], ["check", "l.json"], ["evaluate", "l.json", "s.h5", "--per-task"], ["generalize", "s.h5", "--set", name, "--resamples", "2"],
                 ["track", "l.json", "log.csv"]):
        shapes.append(shape(stdout_of(folder, *args, "--no-provenance", tabs=True)))
    for file in "a.h5", "s.h5", "l.json":
        shapes.append(stdout_of(folder, "info", file).count("\n"))
    rows = json.loads(stdout_of(folder, "evaluate", "l.json", "s.h5", "--per-task", "--json", "-q", tabs=True))["rows"]
    expect(folder, "evaluate --json", sorted({r["task"] for r in rows}), sorted([name, "t2", "t3", "t4", "t5"]))
    expect(folder, "check --json", json.loads(stdout_of(folder, "check", "a.h5", "--json", "-q", tabs=True))["rows"][0]["set"], name)
    expect(folder, "info --json", json.loads(stdout_of(folder, "info", "a.h5", "--json", tabs=True))["sets"][0]["name"], name)
    return shapes


def one_line(name):
    """Can it stand in a file of names, one a line?"""
    return not re.search(r"[\n\r]", name) and name == name.strip(" \t\r\n")


def export_all(folder, name):
    """Files whose names are made of the set's; nothing is written elsewhere."""
    if len(name) > 200:
        stdout_of(folder, "export", "l.json", "--to", "csv", "-o", "out", code=3)
        return
    for target in "json", "csv", "python", "opt-list":
        fits = target != "opt-list" or one_line(name)
        stdout_of(folder, "export", "l.json", "--to", target, "-o", target, code=0 if fits else 4)
        found = sorted(os.listdir(os.path.join(folder, target))) if os.path.isdir(os.path.join(folder, target)) else []
        expect(folder, f"export --to {target}: files", len(found), 0 if not fits else 2 if target == "opt-list" else 1)
        for file in found:
            expect(folder, f"export: the file {file!r}", bool(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", file)), True)
            read_export(folder, name, target, os.path.join(folder, target, file))


def read_export(folder, name, target, path):
    text = read_bytes(path).decode()
    if target == "csv":
        rows = list(csv.reader(io.StringIO(text.split("\n", text.split("\nrank")[0].count("\n") + 1)[-1] if not text.startswith("rank") else text, newline="")))
        expect(folder, "export --to csv", (any(name in r for r in rows), name in rows[0] or any(name in h for h in rows[0])), (True, True))
    elif target == "python":
        expect(folder, "export --to python: control characters", clean(text), True)
        p = subprocess.run([sys.executable, "-I", "-B", "-c", "import runpy, sys, json; m = runpy.run_path(sys.argv[1]); print(json.dumps([repr(v) for k, v in m.items() if isinstance(v, (list, tuple, dict))]))", path],
                           capture_output=True, cwd=folder)
        expect(folder, "export --to python runs", (p.returncode, p.stderr), (0, b""))
        expect(folder, "export --to python has the name", repr(name)[1:-1] in p.stdout.decode("unicode_escape") or name in "".join(map(str, json.loads(p.stdout))) or repr(name) in "".join(json.loads(p.stdout)), True)
    elif path.endswith(".json"):
        expect(folder, f"export --to {target}", json.dumps(name)[1:-1] in json.dumps(json.loads(text)), True)
    else:
        expect(folder, f"export --to {target}", name in text.split("\n"), True)


def report(folder):
    stdout_of(folder, "report", "l.json", "s.h5", "g.tsv", "-o", "page.html")
    text = read_bytes(os.path.join(folder, "page.html")).decode()
    tags = Tags(text)
    expect(folder, "report: links to elsewhere", tags.links, [])
    expect(folder, "report: control characters", clean(text, tabs=True), True)
    return tags.found


def carry(name):
    """All of it. Returns what must be the same for every name."""
    folder = os.path.join(TMP, f"n{NAMES.index(name)}" if name in NAMES else "nplain")
    os.mkdir(folder)
    FAULTS[folder] = []
    make_files(folder, name)
    read_files(folder, name)
    shapes = ask(folder, name)
    export_all(folder, name)
    tags = report(folder)
    return folder, shapes, tags


FAULTS = {}
with ThreadPoolExecutor(2) as pool:
    found = list(pool.map(carry, [PLAIN] + NAMES))
_, plain_shapes, plain_tags = found[0]
for name, (folder, shapes, tags) in zip([PLAIN] + NAMES, found):
    expect(folder, "lines and cells", shapes, plain_shapes)
    expect(folder, "elements of the page", [t for t in tags if t not in plain_tags] + [len(tags)], [len(plain_tags)])
    ok(not FAULTS[folder], f"carried: {name[:40]!r}", *FAULTS[folder][:4])
ok(not [f for base, _, files in os.walk(TMP) for f in files if f == "x"] and not os.path.exists("x"), "nothing was run: no file x")
ok(not os.path.exists(os.path.join(os.path.dirname(TMP), "up")) and not os.path.exists(os.path.join(TMP, "up")), "nothing was written elsewhere")

# ---- gnuplot ----

KINDS = ["mlp_family_", "rnn_text_classification_family_", "mlp_ae_family_"]
RECORDER = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >>"$RECORD"
cat >>"$RECORD"
exec "$GNUPLOT" "$@"
"""


def draw(folder, name):
    """Every figure and track's picture of tasks, a set, configs and hyperparameters of that name: the pictures, and all that gnuplot was told."""
    os.makedirs(os.path.join(folder, "bin"))
    with open(os.path.join(folder, "bin", "gnuplot"), "w") as f:
        f.write(RECORDER)
    os.chmod(os.path.join(folder, "bin", "gnuplot"), 0o755)
    rng = np.random.RandomState(5)
    tables = {s: (rng.uniform(0, 1, (12, 6)), rng.uniform(0, 1, (12, 6))) for s in ("own", "adam1p_wide_grid_1k", "adam8p_wide_grid_1k")}
    tasks = [KINDS[i % 3] + f"seed{i // 3}" + name * (i < 6) for i in range(12)]
    write_scores(os.path.join(folder, "s.h5"), tables, tasks=sorted(tasks, key=str.encode))
    with h5py.File(os.path.join(folder, "s.h5"), "r+") as f:
        f["tasks/kind"][:] = [("mlp", "rnn", "autoencoder")[KINDS.index(re.match("(.*_family_)", t)[1])] for t in f["tasks/name"].asstr()[:]]
        f["tasks/n_params"][:] = range(100, 112)
        f["tasks/seconds_per_step"][:] = 1.
        f["tasks/last_step"] = np.full(12, 10.)
        for s in list(f["sets"]):
            g = f["sets"][s]
            g["valid_min"], g["valid_last"] = .5 * g["valid"][:], g["valid"][:]
            g["config_names"][:] = [c.decode() + name for c in g["config_names"][:]]
            g["hyperparameter_names"][:] = [name]
        f.move("sets/own", "sets/" + re.sub("[%/]|^[.]", lambda m: f"%{ord(m[0]):02X}", name))
    record = os.path.join(folder, "record")
    more = {"PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"], "RECORD": record, "GNUPLOT": shutil.which("gnuplot")}
    r = run("reproduce", "s.h5", "-o", "figures", "--set", name, "--resamples", "2", "--format", "svg", cwd=folder, env=more)
    good("learn", "-q", "s.h5", "--set", name, "-o", "l.json", cwd=folder)
    first = json.loads(read_bytes(os.path.join(folder, "l.json")))["entries"][0]["config"]
    with open(os.path.join(folder, "log.csv"), "w", newline="") as f:
        csv.writer(f, quoting=csv.QUOTE_ALL).writerows([["config", "step", "valid"], [first, 0, 2], [first, 1, 1.5], [first, 2, 1.2]])
    t = run("track", "l.json", "log.csv", "-o", "figures", "--format", "svg", cwd=folder, env=more)
    told = read_bytes(record).decode() if os.path.exists(record) else ""
    return r, t, told, sorted(os.listdir(os.path.join(folder, "figures")))


if not shutil.which("gnuplot"):
    skip("gnuplot is given no command made of data", "no gnuplot installed")
else:
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda i: draw(os.path.join(TMP, f"g{i}"), PLOTTED[i]), range(len(PLOTTED))))
    _, _, plain_told, plain_files = drawn[0]
    ok(len([f for f in plain_files if f.endswith(".svg")]) >= 11 and plain_told.count("style.gp") == 11, "all figures are drawn", plain_files, plain_told)
    for i, (name, (r, t, told, files)) in enumerate(zip(PLOTTED, drawn)):
        bad = [f"{f}: no XML" for f in files if f.endswith(".svg") and not xml.etree.ElementTree.parse(os.path.join(TMP, f"g{i}", "figures", f))]
        ok(r.code == 0 and t.code == 0 and clean(r.err + t.err) and files == plain_files and not bad, f"drawn: {name!r}", r, t, files, bad)
        same(told, plain_told, f"gnuplot is told the same as with a plain name: {name!r}")
    ok(not [f for base, _, all_ in os.walk(TMP) for f in all_ if f == "x"], "gnuplot ran nothing: no file x")

# ---- what cannot be carried: refused in one line, where bytes that are no text are escaped ----

TASK, NPZ = b"mini_quadratic_family_seed3", b"adam1p_wide_grid_1k_200_replica2.npz"
HEAD = b"config,task,step,valid\n"
J = ["ingest", "-o", "o.h5", "x.json"]


def document(text):
    return b'{"task": "%s", "set": "s", "steps": [0], "configs": [{"name": "c", "curves": {"valid": [[1]]}}]}' % text


refused(TMP, "CSV: no UTF-8", ["ingest", "-o", "o.h5", "x.csv"], 4, ["x.csv: line 2, field 1", "no UTF-8"], {"x.csv": HEAD + b"\xff\x1b[2J,t,0,1\n"})
refused(TMP, "CSV: a zero byte", ["ingest", "-o", "o.h5", "x.csv"], 4, ["x.csv: line 2, field 2"], {"x.csv": HEAD + b"a,t\0,0,1\n"})
refused(TMP, "CSV: no UTF-8 in the header", ["ingest", "-o", "o.h5", "x.csv"], 4, ["x.csv: line 1"], {"x.csv": b"config,task,step,valid,hp:\xc3\x28\n"})
for what, text in ("no UTF-8", b"\xff\xfe"), ("a byte of a longer character", b"\xe2\x82"), ("an overlong slash", b"\xc0\xaf"), ("half a surrogate pair", b"\\ud800"), \
        ("a zero byte", b"\0"), ("an escaped zero", b"\\u0000"), ("a raw escape", b"\x1b[2J"):
    refused(TMP, f"JSON: {what}", J, 4, ["x.json: line 1, column"], {"x.json": document(text)})
refused(TMP, "JSON: an empty name", J, 4, ["x.json: task: found an empty text"], {"x.json": document(b"")})
LIST = b'{"schema": "hyperlist.list/1", "set": "%s", "objective": {}, "train_tasks": [], "seed": 0, "entries": []}'
for what, text in ("no UTF-8", b"\xff"), ("a zero byte", b"\0"):
    refused(TMP, f"a list: {what}", ["info", "l.json"], 4, ["l.json"], {"l.json": LIST % text})
refused(TMP, "names: no UTF-8", ["import", "--names", "n.txt", "-o", "l.json"], 4, ["n.txt", "no UTF-8"], {"n.txt": b"a\n\xff\x1b\n"})
refused(TMP, "names: a zero byte", ["import", "--names", "n.txt", "-o", "l.json"], 4, ["n.txt"], {"n.txt": b"a\n\0\n"})
refused(TMP, "--configs: no UTF-8", ["import", "--names", "n.txt", "--configs", "c.json", "-o", "l.json"], 4, ["c.json", "no UTF-8"], {"n.txt": "a\n", "c.json": b'{"\xff": {"x": 1}}'})


def npz(names):
    path = os.path.join(TMP, "made.npz")
    write_zip(path, members(opt=np.array(names)))
    return read_bytes(path)


GOOD = [b"adam1p_wide_grid_seed%d" % i for i in range(6)]
for what, name in ("no UTF-8", b"adam1p_wide_grid_seed\xff"), ("a terminal escape", b"adam1p_wide_grid_seed0\x1b[2J"), ("a zero byte", b"adam1p\0x"), ("a newline", b"adam1p_wide_grid_seed9\n"):
    refused(TMP, f"npz: a config with {what}", ["ingest", "-o", "o.h5", "t/" + NPZ.decode()], 4, ["config " if "zero" not in what and "UTF" not in what else "optimizers.npy"],
            {"t/" + NPZ.decode(): npz([name] + GOOD[1:])})
for what, folder in ("no UTF-8", b"t\xff"), ("an escape and no UTF-8", b"\x1b[2J\xc3"):
    path = folder.decode(errors="surrogateescape") + "/" + NPZ.decode()
    refused(TMP, f"a task's folder: {what}", ["ingest", "-o", "o.h5", "."], 4, ["\\x"], {path: npz(GOOD)})


def damaged_h5(file, path, value):
    out = os.path.join(TMP, "made.h5")
    shutil.copy(os.path.join(TMP, "nplain", file), out)
    with h5py.File(out, "r+") as f:
        old = f[path][()]
        del f[path]
        f.create_dataset(path, data=np.array([value] + [x for x in old[1:]], f"S{max(len(value), 9)}"))
    return read_bytes(out)


for what, name in ("no UTF-8", b"\xff\x1b[2J"), ("an overlong slash", b"\xc0\xaf"):
    refused(TMP, f"an archive: a task with {what}", ["normalize", "a.h5", "-o", "s.h5"], 4, ["a.h5", "no UTF-8"], {"a.h5": damaged_h5("a.h5", "tasks/name", name)})
    refused(TMP, f"scores: a config with {what}", ["learn", "s.h5", "--set", PLAIN, "-o", "l.json"], 4, ["s.h5", "no UTF-8"], {"s.h5": damaged_h5("s.h5", f"sets/{PLAIN}/config_names", name)})

# ---- names of files, and values of options: told escaped, in one line ----

EVIL = b"no\x1b[2J\n\r\t\x07\xff\xc2\x9b'\"`touch x`$(touch x)"
COMMANDS = {"ingest": ["-o", "o.h5", EVIL], "check": [EVIL], "info": [EVIL], "normalize": [EVIL, "-o", "o"], "learn": [EVIL, "--set", "s", "-o", "o"], "evaluate": [EVIL, "s.h5"],
            "generalize": [EVIL, "--set", "s"], "reproduce": [EVIL, "-o", "o"], "export": [EVIL, "--to", "csv", "-o", "o"], "report": [EVIL, "-o", "o.html"], "track": [EVIL, "log.csv"],
            "import": ["--names", EVIL, "-o", "o"]}
listed = re.findall(r"^  ([a-z]+) ", run("--help").out, re.M)
same(sorted(set(listed) - {"help", "fetch"}), sorted(COMMANDS), "every command takes part")


def one_refusal(args, code, env=None):
    r = run(*args, cwd=os.path.join(TMP, "nplain"), env=env)
    return [] if r.code in code and r.err.count("\n") == 1 and clean(r.err) and clean(r.out) and "\\x1b" in r.err else [str(r)]


for command, args in COMMANDS.items():
    bad = one_refusal([command, *args], (3,))
    for option in re.findall(r"^  (?:-\w, )?(--[a-z-]+) [A-Z]", run(command, "--help").out, re.M):
        if option not in ("--out", "--header", "--hyperparameters"):
            r = run(command, option, EVIL, *[a if a != EVIL else "s.h5" for a in args], cwd=os.path.join(TMP, "nplain"))
            bad += [] if clean(r.err) and clean(r.out, tabs=True) else [str(r)]
    bad += one_refusal([command, "--" + EVIL.decode(errors="surrogateescape")], (2,))
    ok(not bad, f"{command}: a hostile file, and hostile values of its options", *bad[:3])
before = picture(os.path.join(TMP, "nplain"))
bad = one_refusal([EVIL], (2,)) + one_refusal(["help", EVIL], (2,)) + one_refusal(["fetch", "-o", "f", "--sets", EVIL, "--base-url", "http://127.0.0.1:1"], (2,)) \
    + one_refusal(["fetch", "-o", "f", "--base-url", EVIL], (2,)) + one_refusal(["info", "x"], (2,), env={"HYPERLIST_LIMITS": "\x1b[2J=1"})
ok(not bad, "a hostile command, topic, set to fetch, URL, limit", *bad)
same(picture(os.path.join(TMP, "nplain")), before, "nothing is left of all that")
folder = os.path.join(os.fsencode(TMP), b"e\x1b[2J\n\xff")
os.mkdir(folder)
for file in "a.h5", "s.h5", "l.json", "0.json":
    shutil.copy(os.path.join(TMP, "nplain", file), os.path.join(folder, b"\x1b[2J\n" + file.encode()))
bad = []
for args in (["check", b"\x1b[2J\na.h5"], ["info", b"\x1b[2J\na.h5"], ["evaluate", b"\x1b[2J\nl.json", b"\x1b[2J\ns.h5"], ["ingest", "-v", "-o", b"\x1b[2J\nnew.h5", b"\x1b[2J\n0.json"],
             ["normalize", "-v", b"\x1b[2J\na.h5", "-o", b"\x1b[2J\ns2.h5"], ["report", b"\x1b[2J\nl.json", "-o", b"\x1b[2J\np.html"], ["export", b"\x1b[2J\nl.json", "--to", "json", "-o", b"\x1b[2J\n"]):
    r = run(*args, cwd=folder)
    bad += [] if r.code == 0 and clean(r.err) and clean(r.out, tabs=True) else [str(r)]
ok(not bad, "good files of hostile names are read and written", *bad)
done()
