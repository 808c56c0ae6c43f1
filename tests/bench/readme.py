"""readme.py DIR: bench.tsv and growth.tsv of DIR as the tables of README.md's section `Speed`, between its marks, and DIR/growth.svg beside this
file. readme.py --check: exit 1, saying why, where the tables in README.md are not of this form and of the jobs there are."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jobs
from measure import HERE
from table import read_tsv, show_seconds

README = os.path.join(HERE, "..", "..", "README.md")
BEGIN, END = "<!-- begin: make bench-readme -->\n", "<!-- end: make bench-readme -->\n"
HEAD = "| job | other | its time | ours | ratio (middle half) | goal | met | our memory |"


def rows_expected():
    """[(job, who)] of the table."""
    out = []
    for job in jobs.JOBS:
        out += [(job.title, "one pass over scores of 1162 x 1000")] if job.limit else []
        out += [(job.title, p.name) for p in job.peers]
    return out + [(title, "-") for _, title, _ in jobs.QUICK]


def speed_rows(rows):
    ours = {r.job: r for r in rows if r.who == "hyperlist"}
    out, last = [], None
    for r in rows:
        if r.who == "machine":
            continue
        o = ours[r.job]
        title = r.title if r.title != last else ""
        if r.unit == "s of CPU":
            cells = [title, "-", "-", f"{show_seconds(r.median)} of CPU", "-", f"{show_seconds(r.goal)}", "yes" if r.met else "**no**"]
        elif r.who == "hyperlist":
            continue
        else:
            goal = "-" if r.goal is None else f"{r.goal:g}"
            met = "-" if r.goal is None else "yes" if r.met else "**no**"
            cells = [title, r.who, show_seconds(r.median), show_seconds(o.median), f"{r.ratio:.1f} ({r.ratio_low:.1f}-{r.ratio_high:.1f})", goal, met]
        last = r.title
        out.append("| " + " | ".join(cells + [f"{o.mb:.0f} MB"]) + " |")
    return out


def growth_rows(path):
    with open(path) as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    rows = [dict(zip(lines[0], fields)) for fields in lines[1:]]
    out = []
    for name in dict.fromkeys(r["series"] for r in rows if r["part"] != "threads"):
        points = [r for r in rows if r["series"] == name and r["part"] != "threads"]
        triple = lambda key, show: " / ".join(show(p[key]) for p in points)
        out.append(f"| {name} | {triple('bytes', lambda v: f'{float(v) / 1e6:.0f}')} | {triple('seconds', lambda v: f'{float(v):.3f}')} | "
                   f"{float(points[0]['slope']):.2f} | {triple('mb', lambda v: f'{float(v):.0f}')} | {triple('most_mb', lambda v: f'{float(v):.0f}')} | "
                   + ("-" if points[0]["evaluations"] == "NA" else triple("evaluations", lambda v: f"{int(v):,}")) + " |")
    threads = [r for r in rows if r["part"] == "threads"]
    return out, [f"{r['series']} {float(r['slope']):.2f}" for r in threads if r["times"] == "2"]


def section(folder):
    order = [*(j.key for j in jobs.JOBS), *(key for key, _, _ in jobs.QUICK)]
    rows = read_tsv(os.path.join(folder, "bench.tsv"))
    rows.sort(key=lambda r: order.index(r.job) if r.job in order else len(order))
    lines = [HEAD, "|---|---|---|---|---|---|---|---|", *speed_rows(rows), ""]
    limits = [f"{r.title} {r.median:,.0f} {r.unit}" if r.median >= 10 else f"{r.title} {r.median:.2f} {r.unit}" for r in rows if r.who == "machine"]
    lines += ["What one core of that machine does, measured in the same run: " + "; ".join(limits) + ".", ""]
    growth, threads = growth_rows(os.path.join(folder, "growth.tsv"))
    lines += ["| 1, 4 and 16 times as many | MB in use | seconds | exponent | MB of memory | at most | evaluations |", "|---|---|---|---|---|---|---|", *growth, ""]
    if threads:
        lines += ["Two threads are so many times as fast as one: " + ", ".join(threads) + ".", ""]
    return "\n".join(lines)


def split_readme():
    with open(README) as file:
        text = file.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit("README.md: found no place for the tables of make bench-readme, expected its two marks")
    before, rest = text.split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


def check():
    _, inside, _ = split_readme()
    if HEAD not in inside:
        sys.exit(f"README.md: found no row '{HEAD}', expected it above the table of jobs")
    table = inside[inside.index(HEAD):].split("\n\n")[0].splitlines()[2:]
    found, title = [], ""
    for line in table:
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) != 8 or not re.fullmatch(r"-|yes|\*\*no\*\*", cells[6]) or not re.fullmatch(r"[0-9]+ MB", cells[7]):
            sys.exit(f"README.md: found the row {line!r}, expected a row of make bench-readme")
        title = cells[0] or title
        found.append((title, cells[1]))
    if found != rows_expected():
        wrong = next((pair for pair in zip(found + [None], rows_expected() + [None]) if pair[0] != pair[1]))
        sys.exit(f"README.md: found the row {wrong[0]}, expected {wrong[1]}: make bench bench-growth bench-readme")


def main():
    if sys.argv[1] == "--check":
        check()
        return
    before, _, after = split_readme()
    with open(README + ".new", "w") as file:
        file.write(before + BEGIN + section(sys.argv[1]) + END + after)
    os.replace(README + ".new", README)
    shutil.copy(os.path.join(sys.argv[1], "growth.svg"), os.path.join(HERE, "growth.svg"))


main()
