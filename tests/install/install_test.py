"""What `make install` puts where, and that all of it works, in a folder that was moved since; that `make uninstall` takes away
exactly that; that help, manual, completion, headers and exported symbols say the same."""
import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, ROOT, done, good, need_program, ok, same, skip, temporary

need_program()
TMP = temporary()
BUILD = os.path.dirname(HYPERLIST)
CC = os.environ.get("CC", "cc")
ENV = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k not in ("MFLAGS", "HYPERLIST_SHARE", "CC", "MANPATH")}


def sh(*args, env=None, cwd=ROOT, text=None):
    p = subprocess.run(args, cwd=cwd, env=dict(ENV, **(env or {})), input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       encoding="utf-8", errors="backslashreplace", timeout=300)
    return p.returncode, p.stdout


def works(name, *args, **more):
    code, out = sh(*args, **more)
    ok(code == 0, name, " ".join(args), out[-1500:])
    return out


def tree(top):
    return sorted(os.path.relpath(os.path.join(folder, x), top) for folder, _, names in os.walk(top) for x in names)


def make(target, *more):
    return works(f"make {target} {' '.join(os.path.basename(x) for x in more)}", "make", "-s", target, f"BUILD={os.path.relpath(BUILD, ROOT)}", *more)


# ---- There and gone ----

stage = os.path.join(TMP, "a stage, mit Ümläut")
make("install", f"DESTDIR={stage}", "prefix=/usr")
files = tree(stage)
VERSION = good("--version").out.split()[1]
wanted = ["usr/bin/hyperlist", "usr/include/hyperlist.h", "usr/include/hyperlist/list.h", "usr/lib/libhyperlist.a",
          f"usr/lib/libhyperlist.so.{VERSION}", f"usr/lib/libhyperlist.so.{VERSION.split('.')[0]}", "usr/lib/libhyperlist.so",
          "usr/lib/pkgconfig/hyperlist.pc", "usr/share/bash-completion/completions/hyperlist", "usr/share/zsh/site-functions/_hyperlist",
          "usr/share/fish/vendor_completions.d/hyperlist.fish", "usr/share/hyperlist/plots/style.gp", "usr/share/hyperlist/plots/figure2.gp",
          "usr/share/man/man1/hyperlist.1", "usr/share/man/man1/hyperlist-learn.1", "usr/share/man/man3/hyperlist.3",
          "usr/share/man/man3/hyperlist_list.3", "usr/share/man/man5/hyperlist-formats.5", "usr/share/doc/hyperlist/README.md",
          "usr/share/doc/hyperlist/examples/first_ten.c", "usr/share/doc/hyperlist/examples/first_ten.py"]
same(sorted(set(wanted) - set(files)), [], "everything is installed")
same(os.readlink(os.path.join(stage, "usr/lib/libhyperlist.so")), f"libhyperlist.so.{VERSION}", "the library's link leads to its version")
others = ["usr/share/man/man1/other.1", "usr/lib/pkgconfig/other.pc"]
for x in others:
    open(os.path.join(stage, x), "w").close()
make("uninstall", f"DESTDIR={stage}", "prefix=/usr")
same(tree(stage), sorted(others), "uninstall takes away exactly that")
ok(not os.path.exists(os.path.join(stage, "usr/include")), "and folders that are empty then")

# ---- Moved ----

first, prefix = os.path.join(TMP, "first"), os.path.join(TMP, "moved here")
make("install", f"prefix={first}")
os.rename(first, prefix)
program, lib, man, doc = (os.path.join(prefix, x) for x in ("bin/hyperlist", "lib", "share/man", "share/doc/hyperlist"))
away = os.path.join(TMP, "away")
os.mkdir(away)
moved = {"LD_LIBRARY_PATH": lib, "PKG_CONFIG_PATH": os.path.join(lib, "pkgconfig"), "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1"}
works("the program runs", program, "ingest", "-q", "-o", "a.h5", os.path.join(ROOT, "fixtures", "release"), cwd=away)
works("and scores", program, "normalize", "-q", "a.h5", "-o", "s.h5", cwd=away)
works("and finds its plots beside it", program, "reproduce", "-q", "s.h5", "-o", "f", "--resamples", "2", "figure2", cwd=away)
ok(os.path.getsize(os.path.join(away, "f", "figure2.svg")) > 1000, "the picture is there")
os.rename(os.path.join(prefix, "share", "hyperlist"), os.path.join(TMP, "share"))
code, out = sh(program, "reproduce", "-q", "s.h5", "-o", "g", "--resamples", "2", "figure2", cwd=away)
ok(code == 3 and "HYPERLIST_SHARE may name another place" in out, "without them it says what is missing", out)
works("HYPERLIST_SHARE names another place", program, "reproduce", "-q", "s.h5", "-o", "g", "--resamples", "2", "figure2", cwd=away,
      env={"HYPERLIST_SHARE": os.path.join(TMP, "share")})

# ---- The library ----

expected = [f"{x['config']} {x['J']:.4f}" for x in __import__("json").loads(works("a list to compare with", program, "learn", "s.h5", "--set",
            "adam8p_wide_grid_1k", "-k", "10", "-o", "l.json", "-q", cwd=away) or open(os.path.join(away, "l.json")).read())["entries"]]
if shutil.which("pkg-config"):
    example = os.path.join(doc, "examples", "first_ten.c")
    flags = works("pkg-config knows it", "pkg-config", "--cflags", "--libs", "hyperlist", env=moved)
    same([x for x in (os.path.join(prefix, "include"), lib) if x not in flags.replace("\\ ", " ").replace("lib/pkgconfig/../../", "")], [], "wherever it is now")
    cflags = ["-I" + os.path.join(prefix, "include")]
    works("the example compiles", CC, "-std=c11", "-Wall", "-Wextra", "-Werror", *cflags, example, "-L" + lib, "-lhyperlist", "-o", "example", cwd=away)
    same(works("and runs", "./example", "s.h5", cwd=away, env=moved).split("\n")[:-1], expected, "it learns what the program learns")
    modules = re.search(r"^Requires.private: (.*)$", open(os.path.join(lib, "pkgconfig", "hyperlist.pc"), encoding="utf-8").read(), re.M).group(1).split()
    others = works("what the library itself needs", "pkg-config", "--libs", *modules).split()
    works("our static library links", CC, *cflags, example, os.path.join(lib, "libhyperlist.a"), *others, "-lcsv", "-lm", "-pthread", "-o", "static", cwd=away)
    same(works("and runs", "./static", "s.h5", cwd=away).split("\n")[:-1], expected, "with the same result")
    same(sh("pkg-config", "--modversion", "hyperlist", env=moved)[1].strip(), VERSION, "pkg-config knows the version")
else:
    skip("the example in C", "no pkg-config installed")
out = works("the example in Python runs", sys.executable, os.path.join(doc, "examples", "first_ten.py"), "s.h5", cwd=away, env=moved)
same([x.split()[0] for x in out.splitlines()], [x.split()[0] for x in expected], "and learns the same")
code, out = sh(sys.executable, os.path.join(doc, "examples", "first_ten.py"), "s.h5", "adam9p", cwd=away, env=moved)
ok(code == 1 and "found no set 'adam9p'" in out, "and tells errors", out)
with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
    shown = re.search(r"^```c first_ten.c\n(.*?)^```$", f.read(), re.M | re.S).group(1)
same(open(os.path.join(doc, "examples", "first_ten.c"), encoding="utf-8").read(), shown, "the example in C is the README's")

headers = sorted(glob.glob(os.path.join(ROOT, "include", "hyperlist", "*.h")))
text = "".join(open(x, encoding="utf-8").read() for x in headers)
declared = set(re.findall(r"\b(hl_\w+)\(", "".join(re.findall(r"^HL_API [^;{]*;", text, re.M))))
declared = {x for x in declared if re.search(rf"^HL_API [^;(]*\b{x}\(", text, re.M)}
exported = set(re.findall(r" [TDBR] (\w+)$", works("symbols", "nm", "-D", "--defined-only", os.path.join(lib, "libhyperlist.so")), re.M))
same(sorted(declared - exported), [], "every function of the headers is exported")
same(sorted(exported - declared), [], "and nothing else")
whole = open(os.path.join(ROOT, "include", "hyperlist.h"), encoding="utf-8").read()
same(sorted(os.path.basename(x) for x in headers if f'"hyperlist/{os.path.basename(x)}"' not in whole), [], "hyperlist.h has all headers")
for compiler, options in ((CC, ["-std=c11", "-pedantic"]), ("clang", ["-x", "c", "-std=c11", "-pedantic"]),
                          ("g++", ["-x", "c++", "-std=c++17", "-pedantic"]), ("clang++", ["-x", "c++", "-std=c++17", "-pedantic"])):
    if not shutil.which(compiler):
        skip(f"headers alone, {compiler}", f"no {compiler} installed")
        continue
    bad = [os.path.basename(x) for x in [*headers, os.path.join(ROOT, "include", "hyperlist.h")]
           if sh(compiler, *options, "-Wall", "-Wextra", "-Werror", "-Wno-pragma-once-outside-header", "-fsyntax-only", "-I", os.path.join(ROOT, "include"), x)[0]]
    same(bad, [], f"each header compiles alone: {compiler} {' '.join(options)}")

# ---- The manual, the help, completion ----

HELP = good("help").out
COMMANDS = re.findall(r"^  (\w+) ", HELP, re.M)
OPTIONS = {name: re.findall(r"^  (?:-(\w)(?:, )?)?(?:--([\w-]+))?(?: '[^']*'| \S+)?(?: {2,}|$)", good(name, "--help").out, re.M) for name in COMMANDS}
OPTIONS = {name: [x for x in found if any(x)] for name, found in OPTIONS.items()}
ok(all(len(x) >= 3 for x in OPTIONS.values()), "options are read from the help", OPTIONS)


def plain(page):
    return page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "")


with open(os.path.join(prefix, "share", "bash-completion", "completions", "hyperlist"), encoding="utf-8") as f:
    BASH = f.read()
for name in COMMANDS:
    with open(os.path.join(man, "man1", f"hyperlist-{name}.1"), encoding="utf-8") as f:
        page = plain(f.read())
    arm = BASH[BASH.index(f"  {name})"):].split("options='")[1].split("'")[0].split()
    lost = [x for x in OPTIONS[name] for y in x if y and ("--" if len(y) > 1 else "-") + y not in page]
    same(lost, [], f"{name}: every option of the help is in the manual")
    lost = [x for x in OPTIONS[name] for y in x if y and ("--" if len(y) > 1 else "-") + y not in arm]
    same(lost, [], f"{name}: and in the completion")
    same(sorted(set(re.findall(r"--([\w-]+)", " ".join(arm))) - {y for x in OPTIONS[name] for y in x}), [], f"{name}: which has no other")
pages = sorted(glob.glob(os.path.join(man, "man*", "*")))
ok(len(pages) >= len(COMMANDS) + 15, "pages of commands, files and headers", len(pages))
if shutil.which("groff"):
    for page in pages:
        code, out = sh("groff", "-man", "-Tutf8", "-ww", "-z", page)
        ok(code == 0 and out == "", f"groff takes {os.path.basename(page)} without a warning", out[:500])
else:
    skip("manual pages by groff", "no groff installed")
if shutil.which("man"):
    out = works("man hyperlist-learn", "man", "-M", man, "hyperlist-learn", env={"MANPAGER": "cat", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
    ok("--set SET" in re.sub(".\b", "", out), "shows its options")
else:
    skip("man hyperlist", "no man installed")
for header in headers:
    with open(os.path.join(man, "man3", f"hyperlist_{os.path.basename(header)[:-2]}.3"), encoding="utf-8") as f:
        page = plain(f.read())
    here = re.findall(r"^HL_API [^;(]*\b(hl_\w+)\(", open(header, encoding="utf-8").read(), re.M)
    same([x for x in here if x + "(" not in page], [], f"{os.path.basename(header)}: every function is in its page")


def complete(*words):
    script = f"{BASH}\ncompopt() {{ :; }}\nCOMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; _hyperlist; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return sh("bash", "-c", script)[1].split()


for words, answer in ((["hyperlist", "le"], ["learn"]), (["hyperlist", "learn", "--se"], ["--seed", "--set"]),
                      (["hyperlist", "learn", "--missing", "drop"], ["drop-config", "drop-task"]),
                      (["hyperlist", "learn", "--set", "adam8"], ["adam8p_wide_grid_1k"]), (["hyperlist", "help", "gen"], ["generalize"]),
                      (["hyperlist", "reproduce", "figure3"], ["figure3a", "figure3b", "figure3c", "figure3d"]),
                      (["hyperlist", "reproduce", "--format", "svg,p"], ["svg,pdf", "svg,png"]), (["hyperlist", "nothing", "--"], [])):
    same(sorted(complete(*words)), answer, f"bash completes {' '.join(words[1:])}")
for shell, path in (("zsh", "share/zsh/site-functions/_hyperlist"), ("fish", "share/fish/vendor_completions.d/hyperlist.fish")):
    if shutil.which(shell):
        works(f"{shell} reads its completion", shell, "-n", os.path.join(prefix, path))
    else:
        skip(f"{shell} reads its completion", f"no {shell} installed")

for args, expected in ((("help", "--man", "learn"), ".TH HYPERLIST-LEARN 1"), (("help", "--man", "formats"), ".TH HYPERLIST-FORMATS 5"),
                       (("help", "--man"), ".TH HYPERLIST 1"), (("help", "formats"), "\nTables:\n"), (("help", "--completion", "zsh"), "#compdef hyperlist"),
                       (("help", "--completion", "fish"), "complete -c hyperlist"), (("help", "-q", "learn", "-v"), "usage: hyperlist learn")):
    ok(expected in good(*args).out, f"{' '.join(args)}")
same(good("learn", "--help").out, good("help", "learn").out, "help COMMAND is COMMAND --help")

# ---- Whatever is documented is run by some test ----

tests = {x: open(x, encoding="utf-8", errors="replace").read() for x in glob.glob(os.path.join(ROOT, "tests", "*", "*")) if x.endswith((".t", ".py", ".sh"))}
tests[os.path.join(ROOT, "README.md")] = open(os.path.join(ROOT, "README.md"), encoding="utf-8").read()
for name in COMMANDS:
    for letter, long in OPTIONS[name]:
        option = f"--{long}" if long else f"-{letter}"
        here = [x for x, t in tests.items() if re.search(rf"\b{name}\b", t) and any(re.search(rf"(?<![\w-]){x}(?![\w-])", t) for x in (option, f"-{letter}") if x != "-")]
        ok(here or long == "help", f"{name} {option} is exercised by a test")
done()
