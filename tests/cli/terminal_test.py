"""What people see on a terminal and programs in a pipe: aligned tables with bars, progress, colour, text figures; --json of every
command. The terminal is a pseudo-terminal of a width of its own."""
import concurrent.futures
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, ROOT, done, good, need_program, ok, run, same, skip, table, temporary

need_program()
TMP = temporary()
os.chdir(TMP)
SET = "adam8p_wide_grid_1k"
ESCAPE = re.compile(r"\x1b\[[0-9;]*[mK]")


def on_terminal(*args, width=100, env=None, stdout_too=True, seconds=60):
    """(what the terminal was sent, exit code). Only stderr is on it where stdout_too is false."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    settings = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG")}
    settings.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, **(env or {}))
    p = subprocess.Popen([HYPERLIST, *args], stdin=subprocess.DEVNULL, stdout=follower if stdout_too else subprocess.DEVNULL,
                         stderr=follower, env={k: v for k, v in settings.items() if v is not None})
    os.close(follower)
    sent, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([leader], [], [], 0.2)[0]:
            try:
                block = os.read(leader, 65536)
            except OSError:  # nobody has it open any more
                break
            if not block:
                break
            sent += block
    os.close(leader)
    if p.poll() is None and time.monotonic() >= end:
        p.kill()
    return sent.decode().replace("\r\n", "\n"), p.wait()


good("ingest", "-q", "-o", "a.h5", os.path.join(ROOT, "fixtures", "release"))
good("normalize", "-q", "a.h5", "-o", "s.h5")
good("learn", "-q", "s.h5", "--set", SET, "-o", "l.json")

# ---- Tables ----

piped = table(good("evaluate", "l.json", "s.h5").out)[1]
for env, full, colour in (({}, "█", True), ({"NO_COLOR": "1"}, "█", False), ({"LC_ALL": "C"}, "#", True),
                          ({"TERM": "dumb"}, "█", False), ({"LC_ALL": None, "LC_CTYPE": "en_US.utf8"}, "█", True),
                          ({"LC_ALL": None, "LANG": "POSIX"}, "#", True)):
    text, code = on_terminal("evaluate", "-q", "l.json", "s.h5", env=env)
    same(code, 0, f"evaluate on a terminal, {env}")
    same("\x1b[" in text, colour, f"colour where it is wanted, {env}")
    lines = [x for x in ESCAPE.sub("", text).splitlines() if not x.startswith("#")]
    same(lines[0].split(), ["trials", "valid", "test", "config"], f"columns, {env}")
    same(len(lines), len(piped) + 1, f"a line a row, {env}")
    rows = [x.split() for x in lines[1:]]
    ok(all(r[0] == p["trials"] and r[3] == p["config"] and abs(float(r[1]) - float(p["valid"])) <= 5.1e-5
           and abs(float(r[2]) - float(p["test"])) <= 5.1e-5 for r, p in zip(rows, piped)), f"the numbers of the pipe, {env}")
    ok(len({x.index(r[3]) for x, r in zip(lines[1:], rows)}) == 1, f"aligned, {env}")
    most = max(float(p["test"]) for p in piped)
    if full == "█":  # in eighths of a character, of 24 for the largest
        drawn = [8 * r[4].count("█") + ("▏▎▍▌▋▊▉".index(r[4][-1]) + 1 if r[4][-1] != "█" else 0) for r in rows]
        wanted = [float(p["test"]) / most * 24 * 8 for p in piped]
        ok(all(abs(a - b) <= 0.5001 for a, b in zip(drawn, wanted)), f"bars as long as the numbers, {env}", drawn, wanted)
    else:
        ok(all(abs(len(r[4]) - float(p["test"]) / most * 24) <= 0.6 for r, p in zip(rows, piped)), f"bars of #, {env}", rows[:3])
    ok("# version" not in text, f"no provenance among what people read, {env}")
for width in (40, 61, 200):
    text, _ = on_terminal("info", "l.json", width=width)
    wide = [x for x in ESCAPE.sub("", text).splitlines() if x.startswith("  ")]
    ok(len(wide) > 10 and all(len(x) <= width for x in wide), f"tables no wider than {width}", wide[:3])
    same(any(x.endswith("...") for x in wide), True, "what does not fit says so by dots")
    text, _ = on_terminal("evaluate", "-q", "l.json", "s.h5", width=width)
    rows = [x for x in text.splitlines() if "█" in x]
    same(bool(rows), width > 50, f"bars where there is room for them, {width}")
text, _ = on_terminal("info", "l.json", width=60, env={"COLUMNS": "90"})
ok(max(len(x) for x in text.splitlines() if x.startswith("  ")) in (89, 90), "COLUMNS is believed before the terminal")
text, _ = on_terminal("info", "l.json", width=100)
ok(re.search(r"rank .* J +hyper", ESCAPE.sub("", text)) and "█" in text, "info draws J of a list")
ok("█" not in good("info", "l.json").out, "and not in a pipe")
text, _ = on_terminal("generalize", "s.h5", "-q", "--set", SET, "--baselines", "none", "-k", "2", "--resamples", "3")
ok(re.search(r"^learned +1 +0\.\d{4} ", ESCAPE.sub("", text), re.M), "generalize aligned", text)
text, _ = on_terminal("generalize", "s.h5", "-q", "--set", SET, "--baselines", "none", "-k", "2", "--resamples", "3", "--per-resample")
ok(re.search(r"^learned\t0\t1\t0\.\d{5}", text, re.M), "a table too long to keep stays TSV", text[:300])
text, _ = on_terminal("check", "-q", "s.h5")
ok(re.search(r"^adam1p_wide_grid_1k +72 +100 ", ESCAPE.sub("", text), re.M), "check aligned", text)
text, _ = on_terminal("evaluate", "-q", "l.json", "s.h5", "--json")
same(len(json.loads(text)["rows"]), len(piped), "--json is JSON on a terminal too")
same(on_terminal("evaluate", "-q", "l.json", "s.h5", "-o", "e.tsv")[0], "", "with -o nothing is printed")
same(len(table(open("e.tsv").read())[1]), len(piped), "and the file is TSV")

# ---- Text figures ----

text, code = on_terminal("reproduce", "-q", "s.h5", "-o", "f", "--format", "dumb", "--resamples", "3", "figure2")
same((text, code), (open("f/figure2.txt").read(), 0), "a text figure is shown on a terminal")
ok(all(len(x) <= 79 for x in text.splitlines()), "and fits into 80 columns")
same(good("reproduce", "-q", "s.h5", "-o", "f", "--format", "dumb", "--resamples", "3", "figure2").out, "", "but not in a pipe")

# ---- Watching ----

r = good("generalize", "s.h5", "--set", SET, "--resamples", "20", "-k", "2", "-v")
ok(re.search(r"^hyperlist generalize: generalizing: \d+ in \d+\.\d\d s, [\d.]+/s$", r.err, re.M), "-v tells what takes the time", r)
ok(re.search(r"^hyperlist generalize: took \d+\.\d\d s, \d+\.\d\d s of CPU, \d+ MB of memory at most$", r.err, re.M), "and what all took", r)
r = good("generalize", "s.h5", "--set", SET, "--resamples", "20", "-k", "2", "-v", "-q")
same(r.err, "", "-q silences -v")
long_run = ("generalize", "s.h5", "--set", SET, "--baselines", "all", "--resamples", "4000", "--leave-one-out", "task", "-j", "1")


def until(*args, seconds=3.5, **more):
    """A long run that is stopped when it has been watched."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, more.get("width", 100), 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    env.update({"TERM": "xterm"}, **more.get("env", {}))
    p = subprocess.Popen([HYPERLIST, *args], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=follower, env=env)
    os.close(follower)
    time.sleep(seconds)
    p.terminate()
    sent = b""
    try:
        while True:
            sent += os.read(leader, 65536)
    except OSError:
        pass
    os.close(leader)
    return sent.decode(), p.wait()


watched = {"wide": ((), {}), "narrow": ((), {"width": 40}), "dumb": ((), {"env": {"TERM": "dumb"}}), "quiet": (("-q",), {})}
with concurrent.futures.ThreadPoolExecutor(len(watched)) as pool:
    futures = {name: pool.submit(until, *long_run, *extra, **more) for name, (extra, more) in watched.items()}
runs = {name: x.result() for name, x in futures.items()}
if any(code != 143 for _, code in runs.values()):
    skip("progress", "this machine was through before it could be watched")
else:
    shown = [x for x in runs["wide"][0].split("\r") if x.startswith("generalizing")]
    ok(shown and all(re.fullmatch(r"generalizing \[=*>? *\] \d+ of \d+, [\d.]+/s, (\d+ s|\d+ min \d\d s|\d+ h \d\d min) left\x1b\[K", x)
                     for x in shown), "a bar with rate and time left, erased after its text", runs["wide"][0][:500])
    ok(len(shown) <= 30, "ten times a second at most", len(shown))
    shown = [x for x in runs["narrow"][0].split("\r") if x.startswith("generalizing")]
    ok(shown and all(len(ESCAPE.sub("", x)) < 40 for x in shown), "no wider than the terminal", shown[:3])
    ok("generalizing" not in runs["dumb"][0] and "\x1b" not in runs["dumb"][0], "no bar on a terminal that cannot erase", runs["dumb"][0][:300])
    ok("generalizing" not in runs["quiet"][0], "none with -q", runs["quiet"][0][:300])
    ok(re.search(r"\r\x1b\[K[^\r]*hyperlist generalize:", runs["wide"][0]), "the bar goes before the last words", runs["wide"][0][-300:])
text, code = on_terminal("check", "nothing.h5")
ok(code == 3 and text.startswith("\x1b[1;31mhyperlist check:\x1b[0m nothing.h5: "), "an error stands out", text)
text, code = on_terminal("check", "nothing.h5", env={"NO_COLOR": "yes"})
ok(code == 3 and text.startswith("hyperlist check: nothing.h5: "), "without colour where NO_COLOR is set", text)
text, _ = on_terminal("check", "nothing.h5", env={"NO_COLOR": ""})
ok(text.startswith("\x1b["), "an empty NO_COLOR is none")

# ---- Summaries ----

say = lambda *args: good(*args).err
ok(re.fullmatch(r"hyperlist normalize: n.h5: 72 tasks, 5 sets; cells: 0 missing, 514 diverged\n", say("normalize", "a.h5", "-o", "n.h5")),
   "normalize says what it made")
flat = {"task": "flat", "set": "s", "steps": [0, 1], "configs": [{"name": "a", "curves": {"valid": [[1.0, 1.0]]}}]}
down = dict(flat, task="down", configs=[{"name": "a", "curves": {"valid": [[1.0, 0.5]], "test": [[1.0, 0.5]]}}])
flat["configs"][0]["curves"]["test"] = [[1.0, 1.0]]
for x in (flat, down):
    json.dump(x, open(x["task"] + ".json", "w"))
good("ingest", "-q", "-o", "d.h5", "flat.json", "down.json")
ok("cells: 0 missing, 0 diverged; 1 task degenerate, left out: flat\n" in say("normalize", "d.h5", "-o", "ds.h5"),
   "and which tasks are degenerate")
ok(re.search(r"1 configs of s \(1 picked, 0 in random order\) from 1 tasks; J 0\.5000 after the picks; cells: 0 missing, 0 diverged; "
             r"1 task degenerate, left out: flat\n", say("learn", "ds.h5", "--set", "s", "-o", "dl.json")), "so does learn",
   say("learn", "ds.h5", "--set", "s", "-o", "dl.json"))

# ---- --json, of every command ----

with open("log.csv", "w") as f:
    f.write("rank,step,valid\n1,0,2.3\n1,100,1.7\n")
open("names.txt", "w").write("".join(f"adam8p_wide_grid_seed{i}\n" for i in range(3)))
TABLE = {"provenance", "notes", "rows"}
SHAPES = {
    "ingest": (("-o", "b.h5", "flat.json"), {"archive": str, "stored": int, "known": int, "tasks": int, "sets": int}),
    "info": (("s.h5",), {"file": str, "schema": str, "tasks": int, "sets": list}),
    "check": (("s.h5",), TABLE),
    "normalize": (("a.h5", "-o", "n.h5"), {"scores": str, "tasks": int, "sets": int, "missing": int, "diverged": int, "degenerate": list}),
    "learn": (("s.h5", "--set", SET, "-o", "k.json"), {"list": str, "set": str, "entries": int, "greedy": int, "J": float, "tasks": int,
                                                       "missing": int, "diverged": int, "degenerate": list}),
    "import": (("--names", "names.txt", "-o", "i.json"), {"list": str, "set": str, "entries": int, "hyperparameters": list}),
    "evaluate": (("l.json", "s.h5"), TABLE),
    "generalize": (("s.h5", "--set", SET, "-k", "2", "--resamples", "2"), TABLE),
    "export": (("l.json", "--to", "csv", "-o", "x"), {"set": str, "entries": int, "files": list}),
    "track": (("l.json", "log.csv"), TABLE),
    "reproduce": (("s.h5", "-o", "g", "--resamples", "2", "figure2"), {"folder": str, "figures": list, "left_out": list}),
    "report": (("f", "-o", "p.html"), {"page": str, "warnings": list, "left_out": list}),
}
commands = set(re.findall(r"^  (\w+) ", run("--help").out, re.M))
same(commands - set(SHAPES), {"fetch", "help"}, "every command is here, but help, which prints for people, and fetch (tests/fetch)")
same(set(SHAPES) - commands, set(), "and every one here is a command")
for name, (args, shape) in SHAPES.items():
    r = good(name, *args, "--json")
    found = json.loads(r.out)
    if shape is TABLE:
        ok(set(found) == TABLE and found["rows"] and all(isinstance(x, dict) for x in found["rows"]), f"{name} --json is a table", r.out[:300])
        plain = table(run(name, *args).out)[1]
        same([list(x) for x in found["rows"]], [list(x) for x in plain], f"{name} --json has the columns of its TSV")
    else:
        missing = {k: v for k, v in shape.items() if not isinstance(found.get(k), v)}
        ok(not missing, f"{name} --json has {', '.join(shape)}", missing, r.out[:300])
        if name != "info":
            same(set(found), set(shape), f"{name} --json has nothing else")
same(json.loads(good("ingest", "-q", "-o", "b.h5", "flat.json", "down.json", "--json").out),
     {"archive": "b.h5", "stored": 1, "known": 1, "tasks": 2, "sets": 1}, "ingest --json counts what is new and what was there")
same(json.loads(good("normalize", "-q", "d.h5", "-o", "ds.h5", "--json").out)["degenerate"], ["flat"], "normalize --json names degenerate tasks")
done()
