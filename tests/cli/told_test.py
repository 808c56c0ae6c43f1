"""What commands tell of tables that are rare: tasks that are degenerate, cells that are missing, configs that are left out."""
import json
import os
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_scores import write_scores
from tap import done, good, need_program, ok, read_bytes, run, same, table, temporary

SET = "adam8p_wide_grid_1k"


def write_table(path, n_task, n_degenerate, n_missing):
    """10 configs; the last tasks are degenerate, and as many cells of the first task's last configs are missing."""
    valid = np.random.RandomState(n_task).uniform(size=(n_task, 10))
    valid[n_task - n_degenerate:] = np.nan
    valid[0, 10 - n_missing:] = np.nan
    return write_scores(path, {SET: (valid, valid)})


def check_degenerate(tmp):
    path, out = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    for n, told in ((0, None), (1, "; 1 task degenerate, left out: {0}"), (2, "; 2 tasks degenerate, left out: {0}, {1}"),
                    (7, "; 7 tasks degenerate, left out: {0}, {1}, {2}, {3}, {4}, ..")):
        names = write_table(path, 9, n, 0)[9 - n:]
        r = good("learn", path, "--set", SET, "-o", out)
        ok(r.err.rstrip().endswith(told.format(*names)) if told else "degenerate" not in r.err, f"learn: {n} degenerate tasks are named, five at most", r)


def check_page(tmp):
    """The warnings of a page, of a folder with scores alone."""
    for n, n_missing in ((3, 2), (12, 0)):
        folder, page = os.path.join(tmp, f"page{n}"), os.path.join(tmp, "page.html")
        os.mkdir(folder)
        names = write_table(os.path.join(folder, "s.h5"), 15, n, n_missing)[15 - n:]
        good("report", folder, "-o", page)
        html = read_bytes(page).decode()
        ok(f"s.h5: {n} of 15 tasks are degenerate (no loss range) and take part in nothing: {', '.join(names[:10])}{', ..' if n > 10 else ''}" in html,
           f"report: {n} degenerate tasks are named, ten at most", html[:3000])
        ok((f"s.h5: {n_missing} of 150 cells of {SET} are missing" in html) == (n_missing > 0), f"report: {n_missing} missing cells", html[:3000])


def check_left_out(tmp):
    path, out = os.path.join(tmp, "whole.h5"), os.path.join(tmp, "l.json")
    write_table(path, 4, 0, 0)
    good("learn", path, "--set", SET, "-o", out)
    write_table(path, 4, 0, 3)
    r = good("evaluate", out, path, "--missing", "drop-config")
    ok("# 3 of the list's 10 configs are missing on a task and left out" in r.out and len(table(r.out)[1]) == 7, "evaluate: configs that are missing on a task", r)


def check_phases(tmp):
    path, out = os.path.join(tmp, "whole.h5"), os.path.join(tmp, "phases.json")
    write_table(path, 2, 0, 0)
    good("learn", path, "--set", SET, "-o", out)
    with open(out) as f:
        made = json.load(f)
    made["entries"][-1]["phase"] = "greedy"
    with open(out, "w") as f:
        json.dump(made, f)
    r = run("check", out)
    ok(r.code == 1 and "entries[9].phase: found greedy after random, expected random" in r.err, "check: a list whose last config is not random as those before", r)


def check_padded(tmp):
    """Text of fixed length that is filled up with blanks, as Fortran and MATLAB write it."""
    path, padded, lists = os.path.join(tmp, "s.h5"), os.path.join(tmp, "padded.h5"), [os.path.join(tmp, n) for n in ("a.json", "b.json")]
    write_table(path, 4, 0, 0)
    write_table(padded, 4, 0, 0)
    with h5py.File(padded, "r+") as f:
        texts = [x.encode() for x in f[f"sets/{SET}/config_names"].asstr()[()]]
        width = max(map(len, texts)) + 3
        text = h5py.h5t.C_S1.copy()
        text.set_size(width)
        text.set_strpad(h5py.h5t.STR_SPACEPAD)
        del f[f"sets/{SET}/config_names"]
        names = h5py.h5d.create(f[f"sets/{SET}"].id, b"config_names", text, h5py.h5s.create_simple((len(texts),)))
        names.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([x.ljust(width) for x in texts], f"S{width}"), mtype=text)
    for source, made in zip((path, padded), lists):
        good("learn", source, "--set", SET, "-o", made, "--no-provenance")
    same(read_bytes(lists[1]), read_bytes(lists[0]), "names filled up with blanks: the same list")


def main():
    need_program()
    tmp = temporary()
    for check in (check_degenerate, check_page, check_left_out, check_phases, check_padded):
        check(tmp)
    done()


main()
