#!/usr/bin/python3
"""Writes the fuzz targets' first inputs: make_seeds.py FOLDER makes FOLDER/TARGET/NAME, small files of every kind.

HYPERLIST is the program, which makes archives, scores and lists. What fuzzing has found since is in corpus/.
"""
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy as np

out = sys.argv[1]
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
program = os.environ.get("HYPERLIST", os.path.join(root, "build/hyperlist"))


def seed(target, name, *parts):
    data = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    os.makedirs(f"{out}/{target}", exist_ok=True)
    with open(f"{out}/{target}/{name}", "wb") as file:
        file.write(data)


def run(*arguments):
    subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def npz(members, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return file.getvalue()


# ---- zip, npz, npy, gz

rng = np.random.default_rng(1)
names = np.array([f"adam1p_wide_grid_seed{i}" for i in (2, 0, 1)])
ys = rng.normal(size=(3, 2, 3, 4))
ys[1, 0, 2, 1] = np.nan
tables = {
    "f4": (names.astype("S24"), np.array([0, 200, 400]), ys.astype("<f4")),
    "f8_fortran": (names.astype("S22"), np.array([0, 1.5, 2]), np.asfortranarray(ys)),
    "big_endian": (names, np.array([0, 1, 2], ">i2"), ys.astype(">f8")),
    "unicode": (names.astype(">U24"), np.array([0, 1, 2], "u8"), np.asfortranarray(ys.astype(">f4"))),
    "half": (names.astype("S24"), np.array([0, 1, 2], "f2"), ys.astype("f4")),
    "inf": (names.astype("S24"), np.array([-1, 0, 1], "i1"), np.full((3, 1, 3, 4), np.inf, "f4")),
}
for name, (optimizers, xs, values) in tables.items():
    members = {"optimizers.npy": npy(optimizers), "xs.npy": npy(xs), "ys.npy": npy(values)}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        packed = npz(members, method)
        seed("npz", f"{name}_{method}", packed)
        if name in ("f4", "inf"):
            seed("zip", f"{name}_{method}", packed)
            seed("zip", f"{name}_{method}_gz", gzip.compress(packed, mtime=0))
    for member, data in members.items():
        seed("npy", f"{name}_{member[:-4]}", data[: 128 + 96])
seed("npz", "empty_axis", npz({"optimizers.npy": npy(names[:0]), "xs.npy": npy(np.arange(3)), "ys.npy": npy(ys[:0])}))
for name, array in {"bool": np.array([True, False]), "u1": np.arange(4, dtype="u1"), "i8": np.array([-1, 2**60]),
                    "u8": np.array([2**63], "u8"), "long": np.array([1.5], "f16"), "scalar": np.array(3.0),
                    "five": np.zeros((1, 2, 1, 2, 1))}.items():
    seed("npy", name, npy(array))
for version in ((2, 0), (3, 0)):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.arange(3.0), version)
    seed("npy", f"version{version[0]}", file.getvalue())
for extra in (b"", b"comment of the archive"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = extra
        archive.writestr("ys.npy", npy(np.arange(40.0)))
        with archive.open(zipfile.ZipInfo("a/b"), "w", force_zip64=True) as member:
            member.write(b"zip64")
    seed("zip", f"zip64_{len(extra)}", file.getvalue())
for name, data in {"empty": b"", "text": b"hello\n" * 20, "npy": npy(ys)}.items():
    seed("gz", name, gzip.compress(data, mtime=0))
    seed("gz", name + "_plain", data[:64])
seed("gz", "two", gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0))

# ---- curves as JSON, result trees, CSV


def loss(*values):
    return {"loss": list(values)}


configs = []
with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/names", "w") as file:
        file.write("adam8p_wide_grid_seed0\nadam8p_wide_grid_seed1\nnadamw_grid_seed3\n")
    for sampler in ("adam8p_wide_grid", "nadamw_grid"):
        with open(f"{folder}/names", "w") as file:
            file.write(f"{sampler}_seed0\n{sampler}_seed1\n")
        run("import", "--names", f"{folder}/names", "-o", f"{folder}/list.json", "--no-provenance")
        text = open(f"{folder}/list.json").read()
        seed("list", sampler, text)
        seed("report", f"list_{sampler}", "", "", "", text)
        hyperparameters = [entry["hyperparameters"] for entry in json.loads(text)["entries"]]
        seed("configs", sampler, json.dumps({f"{sampler}_seed{i}": [hp, sampler] for i, hp in enumerate(hyperparameters)}))
        seed("import", f"{sampler}_configs", f"\1{sampler}_seed1\n{sampler}_seed0\n",
             json.dumps({f"{sampler}_seed{i}": [hp, sampler] for i, hp in enumerate(hyperparameters)}))
        seed("import", sampler, f"\x08{sampler}_seed1\r\n\n{sampler}_seed0")
        if sampler == "adam8p_wide_grid":
            configs = hyperparameters
derived = [{"hp": hp, "train": loss(3, 2.5, 1e-3), "valid": loss(3.1, float("nan"), 2), "test": loss(3, 2, -1e34)}
           for hp in configs]
seed("curves_json", "derived", "\1" + json.dumps(derived))
seed("curves_json", "derived_null", "\1" + json.dumps(derived).replace("2.5", "null").replace("3.1", "Infinity"))
general = {
    "task": "mini_task", "set": "mine", "n_params": 12, "seconds_per_step": 0.5, "steps": [0, 10, 20],
    "configs": [
        {"name": "a", "hp": {"learning_rate": 0.1, "use_nesterov": True, "x": None},
         "curves": {"train": [[3, 2, 1], None], "valid": [[3, 2, 1], [4, float("nan"), 2]]}},
        {"name": "b", "hp": {"learning_rate": 1e-5}, "curves": {"valid": [[5, 4, 3]], "test": [[1, 2, float("-inf")]]}}]}
seed("curves_json", "general", "\x02" + json.dumps(general))
del general["steps"]
general["configs"][0]["steps"] = [0, 1, 2]
general["configs"][1]["steps"] = [0, 2.5, 9]
for option in "\0\2\6\x0a\x12\x22\x1e":
    seed("curves_json", f"own_steps_{ord(option)}", option + json.dumps(general, indent=1))
seed("result", "two", '{"0":[3,3,3,3],"10":[2,NaN,2.5,1],"20":[1,1,null,-Infinity]}',
     '{"mean_time":0.01,"median_time":0.01,"mean_last_half":0.01}', '{"0":[1,2,3,4]}', "", '{"5": [1,1,1,1], "0": [2,2,2,2]}',
     '{"mean_time":null}')
seed("result", "same", *['{"0":[1e0,2,3,4.5],"200":[0.1,0.2,0.30000001192092896,0.4]}', '{"mean_time":2}'] * 4)
rows = "config,task,replica,step,train,valid,test,hp:lr\na,t1,0,0,3,2,1,0.1\na,t1,0,10,2,,1,0.1\nb,t1,1,0,,,,0.2\n" \
       "b,t2,x,5,nan,inf,-Infinity,\n\"a \"\"q\"\"\",t2,0,7.5,1e-3,-3500,1e34,5\n"
for option in "\4\x08\x10\x21\1":
    seed("csv", f"rows_{ord(option)}", option, rows)
seed("csv", "adam1p", "\1", "config,step,valid_inner,valid_outer,task\nadam1p_wide_grid_seed0,0,1,2,t\nadam1p_wide_grid_seed1,0,3,4,t\n")
seed("csv", "columns", '\x02config=name,task=problem,step=it,valid=loss,"hp:lr=lr, log"',
     '\ufeffname;problem;it;loss;lr, log\r\na;p;1;2;.5\r\n\r\nb;p;1;3;.25\r\n')
seed("csv", "tabs", "\x08", rows.replace(",", "\t"))

# ---- tables, texts, selectors, logs

for directory in ("fixtures/figures",):
    for name in os.listdir(f"{root}/{directory}"):
        data = open(f"{root}/{directory}/{name}", "rb").read()
        if name.endswith(".tsv"):
            seed("tsv", name, b"\n".join(data.split(b"\n")[:12]) + b"\n")
table = "# version: 1\n# command: hyperlist generalize\n# caption: a <b> & c\nseries\ttrials\tq25\tmedian\tq75\tmean\tn_tasks\tn_resamples\n" \
        "learned\t1\t0.1\t0.2\t0.3\t0.2\t3\t2\nlearned\t2\t0.1\t0.1\tNA\t0.2\t3\t2\nrandom:mine\t1\t0.5\t0.6\t0.7\t0.6\t3\t2\n"
speedup = "target\tk\tlearned\trandom\n1\t2\tNA\t<script>\n"
seed("tsv", "series", table)
seed("tsv", "crlf", table.replace("\n", "\r\n"))
seed("metadata", "plain", "# c\ntask\tn_params\tseconds_per_step\nt1\t12\t0.5\nt2\tNA\tNA\n")
seed("metadata", "other", "seconds_per_step\tx\ttask\tn_params\n1e-3\ty\tt1\t1000000\n2\t\tt1\t0\n")
svg = '<?xml version="1.0"?><!DOCTYPE svg><svg width="10" height="5" viewBox="0 0 10 5" xmlns="http://www.w3.org/2000/svg" ' \
      'xmlns:xlink="http://www.w3.org/1999/xlink"><title>x</title><desc>d</desc><defs><clipPath id="c"><rect x="0" y="0" width="1" height="1"/>' \
      '</clipPath><g id="m"><circle cx="1" cy="2" r="3"/></g></defs><!-- c --><g clip-path="url(#c)" style="fill:none; stroke:#ff0000"' \
      ' stroke-width="1.00" stroke-linecap="butt"><path d="M1,2 L3,4 " stroke="rgb(0,0,0)"/><use xlink:href="#m" x="1"/><text x="1" y="2"' \
      ' font-family="DejaVu Sans" text-anchor="middle"><tspan font-size="8">a &lt;&amp;&#65; b</tspan></text></g></svg>\n'
seed("svg", "small", svg)
for bad in ("<script>x</script>", '<image href="http://x/"/>', '<a xlink:href="javascript:x">y</a>', '<g onload="x"/>', "<![CDATA[x]]>",
            '<rect style="fill:url(http://x)"/>', "<foreignObject/>", "<style>*{}</style>"):
    seed("svg", "bad_" + "".join(c for c in bad if c.isalpha())[:12], svg.replace("<!-- c -->", bad))
evaluation = "# command: x\ntrials\tvalid\ttest\tconfig\n1\t0.5\t0.4\tc0\n2\t0.3\tNA\tc1\n"
seed("report", "figure", svg, table, "", "")
seed("report", "evaluation", "", "", evaluation, "")
seed("report", "speedup", svg, speedup, table, "")
seed("report", "per_task", "", "", "task\ttrials\tvalid\ttest\tconfig\nt\t1\t0.5\t0.4\tc0\n", "")
for name, text in {"all": "all", "globs": "mlp_*,!*seed9,kind:rnn", "family": "family:mlp_family,[fF]ixed?LP*", "file": "@names,!@names",
                   "away": "!kind:[a-m]*"}.items():
    seed("selector", name, text, "mlp_family_seed10\r\n# c\n\nlosg_tasks_family_seed3")
seed("track", "rank", "rank,step,valid\n1,0,2.31\n1,100,1.70\n2,0,2.31\n2,100,1.52\n")
seed("track", "names", 'config;step;valid;test\na;0;1;2\n"b 2";0;;\n"b 2";1;nan;3\nc;0;-inf;\nd;0;1;1\n')
seed("track", "both", "config,rank,step,valid\na,1,0,1\na,1,0,1\nc,3,5e-1,0x1p3\n")

# ---- JSON

for name, text in {"values": '{"a":[1,-2.5e+3,true,false,null,"x\\u00e9\\ud83d\\ude00\\n"],"b":{"":{}}}', "bare": "[NaN,Infinity,-Infinity]",
                   "space": " \t\r\n[ 1 , 2 ] \n", "deep": "[" * 70 + "]" * 70, "number": "0.1", "big": "[1e400,1e-400,12345678901234567890]",
                   "bom": "\ufeff{}", "text": '"NaN [ \\" {"'}.items():
    seed("json", name, text)
seed("configs", "bare", '{"b":{"lr":0.1,"on":true},"a":[{"lr":NaN,"on":null},"s"]}')

# ---- fetch

seed("fetch", "all", "crc32c=4waSgw==,md5=1B2M2Y8AsgTpgAmY7PhCfg==", "https://storage.googleapis.com/gresearch/task_set_data/",
     '{"schema":"hyperlist.part/1","etag":"\\"e\\"","length":20,"x-goog-hash":"crc32c=AAAAAA=="}',
     "# names\nmlp_family_seed0\r\nFixedMLP_mnist\n\nmlp_family_seed0\n../x\na b%\n")
seed("fetch", "other", "md5=AAAAAAAAAAAAAAAAAAAAAA== , x=1", "http://user:p@[::1]:80/a?b#c", "{}", ".hidden\n\u00e9\n")
ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"e\"\r\nx-goog-hash: crc32c=4waSgw==\r\nx-goog-hash: md5=1B2M2Y8AsgTpgAmY7PhCfg==\r\n\r\nhello"
seed("http", "ok", "\x08" + ok)
seed("http", "head", "\1" + ok[:-5])
seed("http", "range", "\2HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-14/15\r\nContent-Length: 5\r\n\r\nhello")
seed("http", "unsatisfiable", "\2HTTP/1.1 416 Range\r\nContent-Range: bytes */15\r\nContent-Length: 0\r\n\r\n")
seed("http", "chunked", "\x08HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nETag: \"t\"\r\n\r\n")
seed("http", "redirect", "\x08HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", ok)
seed("http", "far", "\x08HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/b\r\n\r\n")
seed("http", "busy", "\x08HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Encoding: gzip\r\n\r\nx")
seed("http", "continue", "\x08HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nETag: W/\"w\"\r\n\r\nold")
seed("http", "short", "\x08HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")

# ---- command lines

lines = """ingest -o b.h5 --set mine runs.csv
ingest -o archive.h5 --format csv --columns config=config,task=task --grid 7 --after-end missing --maximize --keep-going -j 2 runs.csv
ingest -o b.h5 --delimiter , --set mine --grid own --configs names.txt runs.csv
info archive.h5 --json
info scores.h5
info list.json -v
check archive.h5 --json
check scores.h5
normalize archive.h5 -o s.h5 --valid-split valid --replicas normalize-first --best-over set --aggregate last --test-constants valid
learn scores.h5 --set mine -o l.json -k 2 --tasks t1,t2 --missing drop-config --seed 7 --no-provenance
import --names names.txt -o l.json --set mine
evaluate list.json scores.h5 --per-task --skip-unknown -o e.tsv --tasks !t0
evaluate list.json list.json scores.h5 --json
generalize scores.h5 --set mine --hold-out t1 --resamples 3 --baselines all --report valid -k 2
generalize scores.h5 --set mine --train-tasks 2 --train-fraction 0.5 --json
generalize scores.h5 --set mine --k-fold 2 --leave-out task --per-task p.tsv
export list.json --to opt-list -o d
export list.json --to python -o d --name x -n 2
export list.json --to csv -o d
track list.json log.csv scores.h5 --json
track list.json log.csv --value mean --maximize
reproduce scores.h5 -o d --format svg,dumb figure2 figureA1 --resamples 2
reproduce scores.h5 -o d
report list.json -o r.html --title x
fetch -o d --sets mine --tasks all --dry-run --verify --keep-going
help learn
--version
learn --help
--help
frobnicate
learn scores.h5 --set=mine -ol.json -qv
""".splitlines()
for i, line in enumerate(lines):
    seed("command", f"{i:02}_{line.split()[0].strip('-')}", "\n".join(line.split()) + "\n")

# ---- archives and scores


def laid_out(path, layout):
    with h5py.File(path) as old, h5py.File(path + layout, "w", libver=layout) as new:
        for name in old:
            old.copy(name, new)
        for name, value in old.attrs.items():
            new.attrs[name] = value
    return open(path + layout, "rb").read()


with tempfile.TemporaryDirectory() as folder:
    os.makedirs(f"{folder}/r/t1")
    os.makedirs(f"{folder}/r/t2")
    for task, name in (("t1", "f4"), ("t2", "f8_fortran")):
        optimizers, xs, values = tables[name]
        with open(f"{folder}/r/{task}/adam1p_wide_grid_1k_10000_replica5.npz", "wb") as file:
            file.write(npz({"optimizers.npy": npy(optimizers), "xs.npy": npy(xs), "ys.npy": npy(values)}))
    with open(f"{folder}/runs.csv", "w") as file:
        file.write("config,task,replica,step,train,valid,test,hp:lr\n")
        for i in range(32):
            task, config, replica, step = i // 16, i // 4 % 4, i // 2 % 2, i % 2
            if (task, config, replica) != (1, 2, 1):
                file.write(f"c{config},t{task}%,{replica},{step * 5},{9 - step},{9 - step * (config + task)},{'' if config == 1 and replica else 8 - step * config},0.{config + 1}\n")
    for name, sources in {"npz": [f"{folder}/r"], "csv": [f"{folder}/runs.csv", "--set", "mine", "--grid", "3", "--after-end", "missing"]}.items():
        for provenance in ([], ["--no-provenance"]):
            a, s, l = (f"{folder}/{name}{x}" for x in ("a.h5", "s.h5", "l.json"))
            run("ingest", "-o", a, *sources, *provenance)
            run("normalize", a, "-o", s, *provenance)
            run("learn", s, "--set", "mine" if name == "csv" else "adam1p_wide_grid_1k", "-o", l, *provenance)
            tag = name + ("_plain" if provenance else "")
            seed("archive", tag, open(a, "rb").read())
            seed("scores", tag, open(s, "rb").read())
            for layout in "v108", "latest":  # of HDF5: other headers, links and trees
                seed("archive", f"{tag}_{layout}", laid_out(a, layout))
                seed("scores", f"{tag}_{layout}", laid_out(s, layout))
            seed("list", tag, open(l).read())
            seed("report", "list_" + tag, "", "", "", open(l).read())
            os.remove(a)
