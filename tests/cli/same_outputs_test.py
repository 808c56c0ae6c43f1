"""Every command's output on real curves: the same bytes for -j 1, 2 and 8 (TORTURE=1: 1 to 8), again, in another language (decimal comma), time zone, home,
umask, current folder, and in a path with spaces and UTF-8. What a program that embeds the library may add: a locale of its own."""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from outputs import CHAIN, ROOT, outputs
from tap import HYPERLIST, done, need_program, ok, skip, temporary

# What any program that calls setlocale does, done to ours before its main.
EMBEDDER = '#include <locale.h>\n__attribute__((constructor)) static void begin(void) { if (!setlocale(LC_ALL, "")) __builtin_abort(); }\n'


# A sanitizer asks its symbolizer about the program by a name in quotes, and one that holds a quote is never answered.
QUOTE = "" if os.environ.get("SANITIZED") else '"'
THREADS = range(2, 9) if os.environ.get("TORTURE") else (2, 8)


def compare(found, expected, label):
    differ = [what for what in {**expected, **found} if found.get(what) != expected.get(what)]
    ok(not differ, f"the same {len(expected)} outputs: {label}", *(f"{w}: {found.get(w, b'absent')[:300]!r}, expected {expected.get(w, b'absent')[:300]!r}"
                                                                      for w in differ[:2]))


def locales(tmp):
    """{name: environment}: of a language with a decimal comma."""
    made = {}
    for name, source in (("de_DE.UTF-8", "de_DE"),):
        target = os.path.join(tmp, "locales", name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            subprocess.run(["localedef", "-i", source, "-f", "UTF-8", target], capture_output=True)
        except FileNotFoundError:
            pass
        environment = {"LOCPATH": os.path.join(tmp, "locales"), "LC_ALL": name, "LANG": name, "LANGUAGE": name[:2]}
        code = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.localeconv()['decimal_point'])"
        p = subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True)
        if p.stdout.strip() == ",":  # localedef leaves a folder behind where it fails
            made[name] = environment
        else:
            skip(f"in {name}", "no localedef, or not its sources (package locales)")
    return made


def main():
    need_program()
    tmp = temporary()
    folder = lambda name: os.path.join(tmp, name)
    base = outputs(HYPERLIST, folder("j1"), ["-j", "1"])
    failed = [line for line in CHAIN[:-4] if not base[line].startswith(b"exit 0\n")]
    ok(not failed and len(base) > 80, f"{len(CHAIN)} command lines give {len(base)} outputs", failed)
    ok(all(base[line].startswith((b"exit 2\n", b"exit 4\n")) for line in CHAIN[-4:]), "the last of them are refused")
    with ThreadPoolExecutor(2) as pool:
        for j, found in zip(THREADS, pool.map(lambda j: outputs(HYPERLIST, folder(f"j{j}"), ["-j", str(j)]), THREADS)):
            compare(found, base, f"-j {j} as -j 1")
    odd = folder(f"ein Ordner \u00fc/\u65e5\u672c 'x{QUOTE} $y")
    os.makedirs(odd)
    program = os.path.join(odd, "hyper list")
    shutil.copy(HYPERLIST, program)
    os.symlink(ROOT, os.path.join(odd, "share \u00e9"))
    compare(outputs(program, os.path.join(odd, "a b"), env={"HYPERLIST_SHARE": os.path.join(odd, "share \u00e9")}), base,
            "once more, threads as the machine has, in a path with spaces, quotes and UTF-8")
    away = {"TZ": "Pacific/Kiritimati", "HOME": "/nonexistent", "COLUMNS": "40", "TERM": "vt100", "TMPDIR": tmp}
    spoken = locales(tmp)
    compare(outputs(HYPERLIST, folder("away"), env={**away, **spoken.get("de_DE.UTF-8", {})}, umask=0o077), base,
            "another language, time zone, home and umask")
    library = os.path.join(tmp, "begin.so")
    with open(os.path.join(tmp, "begin.c"), "w") as f:
        f.write(EMBEDDER)
    built = shutil.which("cc") and subprocess.run(["cc", "-shared", "-fPIC", "-o", library, os.path.join(tmp, "begin.c")]).returncode == 0
    for name, environment in spoken.items():
        if not built:
            skip(f"the library in a program that speaks {name}", "no cc")
            continue
        found = outputs(HYPERLIST, folder(name), env={**environment, "LD_PRELOAD": library}, figures=os.path.join(folder("j1"), "figures"))
        files = [{what: data for what, data in x.items() if what not in CHAIN and not what.startswith("figures/")} for x in (found, base)]
        compare(*files, f"the library in a program that speaks {name}")
    done()


main()
