"""The page of `report` in headless Chromium: silent, alone, legible in both schemes and widths, and useful without script."""
import math
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import browser
from material import make
from tap import done, good, need_program, ok, same, skip_all, temporary

# The lowest contrast (WCAG 2.1, 1.4.3) of any text that is shown, and where; pictures stand on their own white.
CONTRAST = """(() => {
  const luminance = c => { const f = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(c[0] / 255) + 0.7152 * f(c[1] / 255) + 0.0722 * f(c[2] / 255); };
  const parse = t => t.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  let worst = [99, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest("svg,script") || !e.checkVisibility()) continue;
    const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + " " + node.data.slice(0, 40)];
  }
  return worst;
})()"""
OPEN_ALL = "for (const d of document.querySelectorAll('details')) d.open = true"


def check_looks(b, page):
    for name, options in {"light": {}, "dark": {"dark": True}, "narrow": {"width": 360, "height": 800}, "print": {"media": "print", "width": 794}}.items():
        b.open(page, **options)
        b.evaluate(OPEN_ALL)
        same((b.requests(), b.complaints()), ([], []), f"{name}: no request leaves the page, the console is silent")
        contrast = b.evaluate(CONTRAST)
        ok(contrast[0] >= 4.5, f"{name}: every text has a contrast of 4.5", contrast)
        ok(b.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: nothing is wider than the page")
        ok(b.evaluate("[...document.querySelectorAll('svg')].every(s => s.getBoundingClientRect().width > 150 && s.getAttribute('aria-label'))"), f"{name}: pictures are seen and described")
    same(b.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)", "print: on white")
    b.open(page, dark=True)
    ok(b.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)", "dark: not on white")


def check_script(b, page):
    b.open(page)
    b.evaluate(OPEN_ALL)
    column = "[...document.querySelector('#evaluations table.sortable').tBodies[0].rows].map(r => r.cells[1].title || r.cells[1].textContent).map(Number)"
    before = b.evaluate(column)
    b.evaluate("document.querySelector('#evaluations table.sortable').querySelectorAll('th button')[1].click()")
    same(b.evaluate(column), sorted(before), "a click on a column's head sorts by its whole numbers")
    same(b.evaluate("document.querySelector('#evaluations table.sortable').querySelectorAll('th')[1].getAttribute('aria-sort')"), "ascending", "and says so to readers of screens")
    b.evaluate("document.querySelector('#evaluations table.sortable').querySelectorAll('th button')[1].click()")
    same(b.evaluate(column), sorted(before, reverse=True), "another click turns it around")
    table = b.evaluate("""(() => { const [n, ...r] = [...document.querySelectorAll('#figure-figure2 table.sortable')].filter(t => t.caption.textContent === 'figure2.tsv')
      .flatMap(t => [...t.rows].map(x => [...x.cells].map(c => c.title || c.textContent))); return r.filter(x => x[1] === '3' && x[0] === 'learned')[0][n.indexOf('median')]; })()""")
    box = b.evaluate("(() => { const s = document.querySelector('#figure-figure2 svg'); s.scrollIntoView({block: 'center'}); const r = s.getBoundingClientRect(), v = s.viewBox.baseVal;"
                     "const l = [...s.querySelectorAll('g[text-anchor=middle] text')].filter(t => t.textContent.trim() === '2')[0].getBoundingClientRect();"
                     "const m = [...s.querySelectorAll('g[text-anchor=middle] text')].filter(t => t.textContent.trim() === '5')[0].getBoundingClientRect();"
                     "return [l.x + l.width / 2, m.x + m.width / 2, r.y + r.height / 2]; })()")
    x = box[0] + (box[1] - box[0]) * math.log(3 / 2) / math.log(5 / 2)
    b.call("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": box[2]})
    b.settle(.2)
    shown = (b.evaluate("document.querySelector('.values').textContent") or "").split("\n")
    ok(shown[0] == "trial 3" and any(s.startswith("learned") and abs(float(s.split()[1]) - float(table)) < 1e-3 for s in shown), "pointing at a picture shows the medians of that trial", shown, table)
    same(b.complaints(), [], "the console is still silent")


def check_without_script(b, page):
    b.open(page)
    text = b.evaluate("document.querySelector('main').innerText.replace(/Point at.*/, '').replace(/\\s+/g, ' ')")
    b.call("Emulation.setScriptExecutionDisabled", {"value": True})
    b.open(page)
    b.call("Emulation.setScriptExecutionDisabled", {"value": False})
    bare = b.evaluate("document.querySelector('main').innerText.replace(/\\s+/g, ' ')")
    same(bare, text, "without script the page reads the same")
    same(b.evaluate("document.querySelectorAll('button').length + document.querySelectorAll('.hint:not([hidden])').length"), 0, "and promises nothing that it cannot do")
    # An intruder's script, had it come in, could not fetch anything: the policy is in force.
    b.evaluate("fetch('https://example.invalid/').catch(() => 0)")
    b.settle()
    ok(any("Content Security Policy" in str(c) for c in b.complaints()), "the browser holds the page to its policy", b.complaints())


def main():
    need_program()
    if not browser.find():
        skip_all("chromium is not installed")
    if not shutil.which("gnuplot"):
        skip_all("gnuplot is not installed")
    tmp = temporary()
    folder, page = os.path.join(tmp, "d"), os.path.join(tmp, "page.html")
    make(folder)
    good("report", folder, "-o", page)
    b = browser.Browser()
    try:
        check_looks(b, page)
        check_script(b, page)
        check_without_script(b, page)
        if os.environ.get("HYPERLIST_KEEP"):
            b.open(page)
            b.screenshot(os.path.join(tmp, "page.png"))
    finally:
        b.close()
    done()


main()
