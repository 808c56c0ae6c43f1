"""The README, run. Its blocks are read in order:

    ```console        `$ COMMAND` lines (a last backslash continues one), each followed by what the terminal shows, standard
                      output and error; a line `...` stands for any lines
    ```csv NAME       the file NAME; the same for json, python, c and sh

Commands run in a temporary folder that has links to the project's own and to the program (`build/`). Not run, but held against
the Makefile and the help: `make` and `hyperlist fetch`. `readme.t --update` writes the true output into the README, where no
`...` stands, and draws its figure anew (`make readme`); look at the difference before you commit it."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, ROOT, SHARED, done, good, need_program, ok, read_bytes, same, skip, table, temporary

need_program()
README = os.path.join(ROOT, "README.md")
with open(README, encoding="utf-8") as f:
    TEXT = f.read()
TMP = temporary()
for name in ("fixtures", "include", "LICENSE", "plots"):
    os.symlink(os.path.join(ROOT, name), os.path.join(TMP, name))
os.symlink(os.path.dirname(HYPERLIST), os.path.join(TMP, "build"))
os.mkdir(os.path.join(TMP, ".bin"))
os.symlink(os.path.realpath(sys.executable), os.path.join(TMP, ".bin", "python3"))
ENV = dict(os.environ, PATH=os.pathsep.join([os.path.join(TMP, ".bin"), os.path.dirname(HYPERLIST), os.environ["PATH"]]),
           LC_ALL="C.UTF-8", COLUMNS="80")
BLOCK = re.compile(r"^```(\w+)(?: ([\w.-]+))?\n(.*?)^```$", re.M | re.S)


def commands(block):
    """[(command, expected lines)] of a console block."""
    found, lines = [], block.splitlines()
    while lines:
        line = lines.pop(0)
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1].rstrip() + " " + lines.pop(0).strip()
            found.append((command, []))
        elif found:
            found[-1][1].append(line)
    return found


def matches(shown, output):
    """Are these the lines, where `...` stands for any?"""
    pattern = "".join("(?:.*\n)*" if line.strip() == "..." else re.escape(line.rstrip()) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in output.splitlines())) is not None


def is_not_run(command):
    return command.startswith(("make ", "hyperlist fetch", "apt-get ")) or "mpirun" in command  # that: tests/mpi/same_bytes.t


def run_block(block):
    out = []
    for command, shown in commands(block):
        output = ""
        if is_not_run(command):
            if command.startswith("make "):
                target = command.split()[1]
                ok(re.search(rf"^{target}:.*##", MAKEFILE, re.M), f"make {target} is there")
        else:
            p = subprocess.run(["bash", "-c", command], cwd=TMP, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=120)
            output = p.stdout.decode(errors="backslashreplace")
            ok(p.returncode == 0, f"runs: {command}", output)
            if "--update" not in sys.argv:
                ok(matches(shown, output), f"shows the output: {command}", "found:", output, "README:", "\n".join(shown))
        out.append((command, shown, output))
    return out


with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as f:
    MAKEFILE = f.read()

# ---- Blocks, in order ----

updated, at = [], 0
for m in BLOCK.finditer(TEXT):
    kind, name, body = m.groups()
    if name is not None:
        with open(os.path.join(TMP, name), "w", encoding="utf-8") as f:
            f.write(body)
    elif kind == "console":
        ran = run_block(body)
        if "--update" in sys.argv:
            new = ""
            for (command, shown, output), raw in zip(ran, re.split(r"^(?=\$ )", body, flags=re.M)[1:]):
                prompt = re.match(r"(?:.*\\\n)*.*\n", raw).group(0)
                new += prompt + ("".join(x + "\n" for x in shown) if "..." in shown or is_not_run(command) else output)
            updated.append(TEXT[at:m.start(3)] + new)
            at = m.end(3)
if "--update" in sys.argv:
    with open(README, "w", encoding="utf-8") as f:
        f.write("".join(updated) + TEXT[at:])
    good("reproduce", os.path.join(TMP, "scores.h5"), "-q", "--no-provenance", "-o", os.path.join(ROOT, "fixtures", "figures"), "figure2")
    done()

# ---- What it names ----

HELP = good("--help").out
NAMES = re.findall(r"^  (\w+) ", HELP, re.M)
ok(len(NAMES) > 8, "the program lists its commands")
for name in NAMES:
    ok(re.search(rf"\b(hyperlist {name}|`{name}`)", TEXT), f"the command {name} is in the README")
HELPS = {name: good(name, "--help").out for name in NAMES}
for command in re.findall(r"^\$ hyperlist .*(?:\\\n.*)*", TEXT, re.M):
    name = command.split()[2]
    for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", command):
        ok(option in HELPS.get(name, ""), f"hyperlist {name} has {option}")
everything = HELP + "".join(HELPS.values()) + MAKEFILE
for option in sorted(set(re.findall(r"`(--[a-z][a-z-]*)", TEXT))):
    ok(option in everything, f"{option} is an option of some command")
for target in sorted(set(re.findall(r"(?<!\!)\[[^\]]*\]\(([^)#:]+)\)|!\[[^\]]*\]\(([^)]+)\)", TEXT))):
    target = target[0] or target[1]
    ok(os.path.exists(os.path.join(ROOT, target)), f"{target} is there")
for path in sorted(set(re.findall(r"`((?:src|include|tests|analysis|plots|fixtures)/[\w./-]*\w/?)`", TEXT))):
    if "NAME" not in path:
        ok(os.path.exists(os.path.join(ROOT, path)), f"{path} is there")

# ---- The figure ----

good("reproduce", os.path.join(TMP, "scores.h5"), "-q", "--no-provenance", "-o", os.path.join(TMP, "again"), "figure2")
stored = os.path.join(ROOT, "fixtures", "figures")
ok(read_bytes(os.path.join(TMP, "again", "figure2.tsv")) == read_bytes(os.path.join(stored, "figure2.tsv")),
   "the README's figure has the numbers that the fixtures give")
version = re.compile(rb"gnuplot [\d.]+ patchlevel \S+", re.I)
pictures = [read_bytes(os.path.join(folder, "figure2.svg")) for folder in (os.path.join(TMP, "again"), stored)]
if version.findall(pictures[0]) == version.findall(pictures[1]):
    ok(pictures[0] == pictures[1], "and is the picture that they give")
else:
    skip("and is the picture that they give", "another gnuplot drew it")

# ---- The table of real tasks ----

def check_table(label, shown, scores, *options):
    """A table of medians after 1, 2, 3, 5, 10 trials, against what the program gives."""
    rows = table(good("generalize", scores, *options, "-k", "10").out)[1]
    measured = {(r["series"].split(":")[0], int(r["trials"])): float(r["median"]) for r in rows}
    for series, cells in shown.items():
        for k, cell in zip((1, 2, 3, 5, 10), cells):
            ok(abs(measured[series, k] - float(cell)) < 6e-5, f"{label}: {series} after {k}", measured[series, k], cell)


def find_table(pattern):
    return {m.group(1): m.group(2).split("|") for m in re.finditer(rf"^\| {pattern}[^|]* \|((?:[ .\d]+\|)+)$", TEXT, re.M)}


REAL = os.path.join(SHARED, "data", "taskset-adam8p")
shown, shown_sweep = find_table("(learned|random|expected|oracle)"), find_table("AlgoPerf, (learned|random)")
ok(len(shown) == 4 and len(shown_sweep) == 2, "the tables of real tasks have their rows", shown, shown_sweep)
if not os.path.isdir(REAL):
    skip("the tables of real tasks", "no folder of real data beside the project")
else:
    set_name = "adam8p_wide_grid_1k"
    sources = sorted(os.path.join(REAL, x) for x in os.listdir(REAL) if x.endswith(".json"))
    a, s = os.path.join(TMP, "real.h5"), os.path.join(TMP, "reals.h5")
    good("ingest", "-q", "-o", a, "--set", set_name, *sources)
    good("normalize", "-q", a, "-o", s)
    check_table("real tasks", shown, s, "--set", set_name, "--leave-one-out", "task", "--resamples", "50", "--baselines", "random,expected,oracle")
    a, s = os.path.join(TMP, "sweep.h5"), os.path.join(TMP, "sweeps.h5")
    good("ingest", "-q", "-o", a, "--columns", "replica=study,train=train_loss,valid=valid_loss,test=test_loss",
         os.path.join(SHARED, "data", "algoperf", "algoperf_v05_long.csv.gz"))
    good("normalize", "-q", a, "-o", s)
    check_table("AlgoPerf", shown_sweep, s, "--set", "algoperf_v05_long")
done()
