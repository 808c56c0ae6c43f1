"""The page of `report`, read by Python's HTML parser."""
import json
import os
import re
import shutil
import sys
import urllib.parse
from html.parser import HTMLParser

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from material import A, B, NASTY, make
from tap import done, good, need_program, ok, read_bytes, run, same, skip, temporary

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Elements in order, texts of some, and whatever is no valid nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.elements, self.ids, self.texts, self.rows = [], [], [], [], {}, []
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append(f"left open: {self.open}")

    def handle_starttag(self, tag, attrs):
        names = [a for a, _ in attrs]
        if len(set(names)) != len(names):
            self.faults.append(f"an attribute twice: {tag} {attrs}")
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data

    def has(self, tag, words):
        return any(words in t for t in self.texts.get(tag, []))


def read_page(path):
    text = read_bytes(path).decode()
    return text, Page(text)


def report(folder, *more):
    out = os.path.join(folder, "..", "page.html")
    r = good("report", folder, "-o", out, *more)
    return (*read_page(out), r)


SAFE_TAGS = set("html head meta title link style body main h1 h2 h3 p section ul li figure figcaption strong div details summary table caption thead tbody tr th td a dl dt dd code span "
                "script footer svg g path rect circle text tspan use defs polygon filter feflood fecomposite image".split())


def check_valid(name, text, page):
    ok(not page.faults, f"{name}: elements nest", page.faults[:5])
    same(len(set(page.ids)), len(page.ids), f"{name}: no id twice")
    ok({t for t, _ in page.elements} <= SAFE_TAGS, f"{name}: only elements that are meant", {t for t, _ in page.elements} - SAFE_TAGS)
    ok(not [a for _, a in page.elements for k in a if k.startswith("on") or k in ("src", "srcset", "action", "style")], f"{name}: no attribute acts or loads")
    links = [v for _, a in page.elements for k, v in a.items() if k in ("href", "xlink:href")]
    ok(all(v.startswith("data:") or (v[0] == "#" and v[1:] in page.ids) for v in links), f"{name}: links stay inside", [v[:60] for v in links])
    refs = re.findall(r"url\(#([^)]*)\)", text.split("<body>")[1].split("<script>")[0])
    ok(set(refs) <= set(page.ids) and not re.search(r"url\((?!#)|@import|https?:", text), f"{name}: nothing from outside is named")
    policy = [a["content"] for t, a in page.elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    ok(len(policy) == 1 and policy[0].startswith("default-src 'none'"), f"{name}: and the page forbids it", policy)
    same(len([t for t, _ in page.elements if t == "script"]), 1, f"{name}: one script, ours")
    for tag, attrs in page.elements:
        if tag == "svg":
            ok(attrs.get("role") == "img" and len(attrs.get("aria-label", "")) > 10, f"{name}: a picture has an alternative text", attrs)


def check_whole(tmp):
    folder = os.path.join(tmp, "whole")
    tasks = make(folder)
    with open(os.path.join(folder, "notes.txt"), "w") as f:
        f.write("mine")
    with open(os.path.join(folder, "configs.json"), "w") as f:
        f.write("{}")
    os.mkdir(os.path.join(folder, "sub"))
    text, page, r = report(folder, "--title", "Of <mine> & \u00e9", "-k", "3")
    check_valid("whole", text, page)
    same(page.texts["h1"], ["Of <mine> & \u00e9"], "the title")
    with open(os.path.join(folder, "list.json")) as f:
        entries = json.load(f)["entries"]
    rows = [x for x in page.rows if len(x) == 4 and x[1].startswith("adam8p") and x[0].isdigit() and x[1] in [e["config"] for e in entries]]
    same([(x[0], x[1]) for x in rows[:3]], [(str(e["rank"]), e["config"]) for e in entries[:3]], "-k 3: the first three configs")
    titles = [a["title"] for t, a in page.elements if t == "td" and "title" in a]
    ok(repr(entries[0]["J"]) in titles and repr(entries[1]["hyperparameters"]["learning_rate"]) in titles, "whole numbers are there to be hovered")
    downloads = {a["download"]: urllib.parse.unquote(a["href"].split(",", 1)[1]) for t, a in page.elements if t == "a" and "download" in a}
    tables = [n for n in os.listdir(folder) if n.endswith(".tsv")]
    same(downloads, {n: read_bytes(os.path.join(folder, n)).decode() for n in tables}, "each table is there to download, as it is")
    warned = "\n".join(page.texts["li"])
    for words in ("1 of 6 tasks are degenerate", tasks[3], "1 of 72 cells of " + A + " are missing", "evaluation.tsv: 5 of these 5 tasks are the list's own train tasks",
                  "own.json: what this list was learned from is unknown", "list.json: of the cells it was learned from 1 are missing"):
        ok(words in warned, f"it warns: {words}", warned)
    for words in ("notes.txt: found no name", "configs.json: expected", "sub: found a folder"):
        ok(words in warned and words in r.err or words.split(":")[0] in warned and words.split(":")[0] in r.err, f"a file that is left out is named, in the page and on stderr: {words}", warned, r)
    ok(page.has("li", tasks[3]) and page.has("td", "\\x01\\x0a") and page.has("p", tasks[4]), "names of any bytes stand as they are")
    same([h for h in page.texts["h2"]], ["Before you read the numbers", "What to try first"] + (["Figures"] if shutil.which("gnuplot") else []) + ["Evaluations", "Other tables", "The data", "Where it came from"], "sections")
    code = "\n".join(page.texts["code"])
    ok("hyperlist learn scores.h5" in code and "hyperlist report" in code and "xxh64" in code, "provenance of the parts and of the page", code[:500])
    kinds = {x[0]: x[1:] for x in page.rows if len(x) == 3}
    ok(kinds.get("other") == ["6", "1"], "census of tasks by kind, as the scores say", kinds)
    ok(any("learned from 5 tasks (mlp 2, flow 1, other 2)" in t for t in page.texts["p"]), "what was learned from what", page.texts["p"])
    if shutil.which("gnuplot"):
        ok(any(t == "svg" for t, _ in page.elements) and page.has("figcaption", "Learned search strategies") and "figure2.txt" not in warned, "the figure with its title; its picture in text is no news")
    # Again the same bytes; no word of its own making.
    one, two = os.path.join(tmp, "1.html"), os.path.join(tmp, "2.html")
    good("report", folder, "--no-provenance", "-o", one)
    good("report", "-o", two, folder, "--no-provenance", "-q")
    same(read_bytes(one), read_bytes(two), "the same bytes again")
    ok(b"hyperlist report " not in read_bytes(one).split(b"<body>")[1].replace(b"<h1>hyperlist report</h1>", b""), "--no-provenance: nothing of its own making")
    # Single files.
    good("report", os.path.join(folder, "own.json"), os.path.join(folder, "evaluation.tsv"), "-o", one)
    text, page = read_page(one)
    check_valid("two files", text, page)
    same(page.texts["h2"], ["Before you read the numbers", "What to try first", "Evaluations", "Where it came from"], "two files given by name")
    return folder


def svg(body, more=""):
    return f"<?xml version='1.0'?>\n<svg width='9' height='9' viewBox='0 0 9 9' xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'{more}>{body}</svg>\n"


GOOD_BODY = ("<title>Gnuplot</title><!-- <script> --><defs><circle id='p' r='1'/></defs><g fill='url(#p)' onclick='alert(1)' style='x:url(http://a)'><use xlink:href='#p'/>"
             "<use xlink:href='http://evil/x#p'/><image width='1' xlink:href='http://evil/x.png'/><image xlink:href='data:image/svg+xml,evil'/><image xlink:href='data:image/png;base64,iVBOR/+='/><path d='M0,0 L1,1' stroke='url(http://evil)'/><text><tspan>a &lt;b&gt; &amp; c</tspan></text></g>")
BAD_BODIES = {"script": "<script>alert(1)</script>", "foreignObject": "<foreignObject><p>x</p></foreignObject>", "style": "<style>@import 'x'</style>",
              "a": "<a href='javascript:alert(1)'><text>x</text></a>", "animate": "<animate attributeName='href'/>", "cdata": "<![CDATA[<script>]]>", "entity": "<text>&evil;</text>",
              "crossed": "<g><text></g></text>", "open": "<g>", "unquoted": "<g fill=red></g>", "unended": "<g fill='red", "set": "<SCRIPT>alert(1)</SCRIPT>"}


def check_pictures(tmp):
    folder = os.path.join(tmp, "pictures")
    os.mkdir(folder)

    def put(name, text):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    for name in ("figure2", "mine"):
        put(name + ".svg", svg(GOOD_BODY))
        put(name + ".tsv", f"# caption: Words {NASTY}\n# {NASTY}\nseries\tx\n{NASTY}\tNA\nb\t0.123456789\n")
    text, page, r = report(folder)
    check_valid("pictures", text, page)
    same(len([1 for t, _ in page.elements if t == "svg"]), 2, "two pictures")
    same([a for t, a in page.elements if t == "use"], [{"href": "#picture-2-p"}, {}, {"href": "#picture-3-p"}, {}], "references within a picture stay, others go")
    same([a for t, a in page.elements if t == "image"], [{"width": "1"}, {}, {"href": "data:image/png;base64,iVBOR/+="}] * 2, "a picture in dots that is there in full stays")
    ok("evil" not in text and "onclick" not in text and "Gnuplot" not in text, "what acts or loads is gone, and so is the tooltip")
    same([t for t in page.texts["tspan"]], ["a <b> & c"] * 2, "texts stay")
    ok(page.has("figcaption", NASTY) and page.has("td", NASTY) and page.has("li", NASTY), "captions, notes and cells stand as text")
    for name, body in BAD_BODIES.items():
        put("figure2.svg", svg(body))
        text, page, r = report(folder)
        ok(not page.faults and len([1 for t, _ in page.elements if t == "svg"]) == 1 and any("figure2.svg" in x and "picture is left out" in x for x in page.texts["li"]), f"a picture with {name} is left out, aloud", page.texts.get("li"))
        check_valid(name, text, page) if name in ("script", "open") else None
    put("figure2.svg", svg("<g/>") + "<svg></svg>")
    text, page, r = report(folder)
    ok(any("second element" in x for x in page.texts["li"]), "nothing comes behind the picture")
    os.remove(os.path.join(folder, "figure2.svg"))
    text, page, r = report(folder)
    ok(any("no picture figure2.svg" in x for x in page.texts["li"]), "a figure without a picture is told", page.texts["li"])
    # Tables that were made from different scores; tables that are none.
    put("a.tsv", '# command: hyperlist evaluate l s\n# inputs: [{"name":"s","xxh64":"0000000000000001","bytes":1}]\ntrials\tvalid\ttest\tconfig\n1\t.5\t.5\tc\n')
    put("b.tsv", '# command: hyperlist generalize s\n# inputs: [{"name":"l","xxh64":"0000000000000001","bytes":1},{"name":"s","xxh64":"0000000000000002","bytes":1}]\nx\n1\n')
    put("t.tsv", '# command: hyperlist track l log\n# inputs: [{"name":"log","xxh64":"0000000000000003","bytes":1}]\nx\n1\n')
    put("c.tsv", "a\tb\n1\n")
    put("d.tsv", "# only a comment\n")
    text, page, r = report(folder)
    ok(any("a.tsv and b.tsv were made from different files of scores" in x for x in page.texts["li"]) and not any("t.tsv" in x for x in page.texts["li"]), "tables of different scores are told, and no others")
    ok(any("c.tsv: line 2: found 1 cells, expected 2" in x for x in page.texts["li"]) and any("d.tsv: found no header" in x for x in page.texts["li"]), "files that are no tables are named with the reason")
    put("long.tsv", "x\ty\n" + "".join(f"{i}\t{i / 7}\n" for i in range(2000)))
    text, page, r = report(folder)
    ok(page.has("caption", "the first 500 of 2000 rows") and f"1999%09{1999 / 7}" in text, "a long table is cut, what is downloaded is not")


def check_refusals(tmp):
    empty, out = os.path.join(tmp, "empty"), os.path.join(tmp, "none.html")
    os.mkdir(empty)
    r = run("report", empty, "-o", out)
    ok(r.code == 4 and "nothing to report on" in r.err and not os.path.exists(out) and not r.out, "an empty folder", r)
    r = run("report", os.path.join(tmp, "whole"), "-o", os.path.join(empty, "no", "page.html"))
    ok(r.code == 3 and not r.out and not os.listdir(empty), "a place that is none", r)
    if os.path.exists("/dev/full"):
        r = run("report", os.path.join(tmp, "whole"), "-o", "/dev/full")
        ok(r.code == 3, "a full disk", r)


def main():
    need_program()
    tmp = temporary()
    if not shutil.which("gnuplot"):
        skip("a figure drawn here", "gnuplot is not installed")
    check_whole(tmp)
    check_pictures(tmp)
    check_refusals(tmp)
    done()


main()
