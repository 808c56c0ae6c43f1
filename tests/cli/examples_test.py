"""The examples of every command's help, run in one folder in the order of the data; each option's text in the help and on the manual page;
"did you mean"."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, ROOT, done, good, need_program, ok, run, same, skip, temporary

need_program()
TMP = temporary()
ENV = dict(os.environ, PATH=os.pathsep.join([os.path.dirname(HYPERLIST), os.environ["PATH"]]), MANPAGER="cat", LC_ALL="C.UTF-8")
os.symlink(os.path.join(ROOT, "fixtures", "release"), os.path.join(TMP, "taskset"))
with open(os.path.join(TMP, "sweep.csv"), "w") as f:
    f.write("config,task,seed,step,val_loss\na,one,1,0,2\na,one,1,1,1\nb,one,1,0,2\nb,one,1,1,1.5\n")
with open(os.path.join(TMP, "log.csv"), "w") as f:
    f.write("rank,step,valid\n1,0,2.3\n1,100,1.7\n")

COMMANDS = re.findall(r"^  (\w+) ", good("help").out, re.M)
HELPS = {name: good(name, "--help", env={"COLUMNS": "100"}).out for name in COMMANDS}


def examples(text):
    part = re.search(r"^Examples?:\n((?:  .*\n)+)", text, re.M)
    return [x.strip() for x in part.group(1).splitlines()] if part else []


ORDER = ["ingest", "info", "check", "normalize", "learn", "export", "import", "evaluate", "generalize", "track", "reproduce", "report", "help", "fetch"]
same(sorted(ORDER), sorted(COMMANDS), "every command is here")
n_run = 0
for name in ORDER:
    found = examples(HELPS[name])
    ok(found, f"{name} --help has an example", HELPS[name])
    if name == "info":  # shown of a list too, which is learned later
        found = [x for x in found if "list.json" not in x]
    if name == "export":
        found += ["hyperlist export list.json --to opt-list -o out", *(x for x in examples(HELPS["info"]) if "list.json" in x)]
    if name == "evaluate":
        found = [x for x in found if "published" not in x] + [x for x in found if "published" in x]
    if name == "reproduce":
        found = [x.replace("-o figures", "-o figures --resamples 3", 1) for x in found]
    for line in found:
        if line.startswith("hyperlist fetch"):
            skip(line, "there is no network in tests")
            continue
        if "man -l" in line and not shutil.which("man"):
            skip(line, "no man installed")
            continue
        p = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=TMP, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        ok(p.returncode == 0, f"{name}: {line}", p.stderr.decode(errors="replace")[-600:])
        n_run += 1
ok(n_run >= len(COMMANDS), "examples were run", n_run)

# ---- What the help says of an option stands on the manual page ----


def words(text):
    return " ".join(text.split())


for name in COMMANDS:
    page = good("help", "--man", name).out
    for a, b in ((r"\&", ""), (r"\-", "-"), (r"\(aq", "'"), (r"\(ti", "~"), (r"\(ha", "^"), (r"\(ga", "`"), (r"\e", "\\"), (r"\fB", ""), (r"\fI", ""), (r"\fR", "")):
        page = page.replace(a, b)
    page = words(page)
    items = re.findall(r"^  (-\S.*?)(?:  +|\n {22})(\S.*(?:\n {22}.*)*)", HELPS[name], re.M)
    ok(len(items) >= 3, f"{name}: the help has options", HELPS[name])
    lost = [term for term, text in items if words(term) + " " + words(text) not in page]
    same(lost, [], f"{name}: each option is on the manual page, in the same words")
    same([x for x in examples(HELPS[name]) if words(x) not in page], [], f"{name}: and each example")

# ---- And in the shells' completion ----

for shell, has in (("bash", "--{} "), ("zsh", "'--{}"), ("fish", " -l {} ")):
    script = good("help", "--completion", shell).out
    wanted = {name: set(re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M)) for name, text in HELPS.items()}
    lost = [(name, option) for name, options in wanted.items() for option in options if has.format(option) not in script.replace("*--", "--")]
    ok(all(wanted.values()) and lost == [], f"{shell}: the completion has each option", lost)

# ---- Near misses ----

for args, hint in (((("lern",), "learn")), (("evalute", "x"), "evaluate"), (("help", "ingets"), "ingest"), (("learn", "s", "--sett", "x"), "--set"),
                   (("learn", "scores.h5", "--set", "adam8p_wide_grid", "-o", "n.json"), "adam8p_wide_grid_1k"),
                   (("learn", "scores.h5", "--set", "adam8p_wide_grid_1k", "--missing", "wrost", "-o", "n.json"), "worst"),
                   (("learn", "scores.h5", "--set", "adam8p_wide_grid_1k", "--tasks", "mini_mlp_family_sed0", "-o", "n.json"), "mini_mlp_family_seed0"),
                   (("learn", "scores.h5", "--set", "adam8p_wide_grid_1k", "--tasks", "kind:rn", "-o", "n.json"), "rnn"),
                   (("reproduce", "scores.h5", "-o", "n", "figure3"), "figure3a"),
                   (("generalize", "scores.h5", "--set", "adam8p_wide_grid_1k", "--baselines", "orakle"), "oracle")):
    r = run(*args, cwd=TMP)
    ok(r.code == 2 and f"did you mean '{hint}'?" in r.err, f"{' '.join(args)}: did you mean {hint}?", r)
for args in (("xyzzy",), ("learn", "scores.h5", "--set", "entirely_other", "-o", "n.json"), ("learn", "s", "--qqqqqq")):
    r = run(*args, cwd=TMP)
    ok(r.code == 2 and "did you mean" not in r.err, f"{' '.join(args)}: nothing is near", r)
done()
