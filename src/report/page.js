"use strict";
// Sorting: the head of a column becomes a button. Missing values stay at the end.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const key = row => {
      const cell = row.cells[column], text = cell.title || cell.textContent;
      return cell.classList.contains("n") ? text === "missing" ? NaN : Number(text) : text;
    };
    const compare = (a, b) => Number.isNaN(a) || Number.isNaN(b) ? 0 : a < b ? -1 : a > b ? 1 : 0;
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const rows = [...body.rows].map(row => ({ row, key: key(row) }));
      rows.sort((a, b) => Number.isNaN(a.key) - Number.isNaN(b.key) || sign * compare(a.key, b.key));
      body.append(...rows.map(item => item.row));
    });
  });
}

// Values under the pointer: a figure whose table has trials and medians shows those of the trial that is pointed at.
function readTable(link) {
  const href = link.getAttribute("href");
  const lines = decodeURIComponent(href.slice(href.indexOf(",") + 1)).split("\n").filter(l => l && l[0] !== "#");
  const [names, ...rows] = lines.map(line => line.split("\t"));
  return { names, rows };
}

// Where numbers stand on the x axis, by the axis's own labels: [value, position] of the lowest row of them.
function readAxis(svg) {
  const labels = [];
  for (const text of svg.querySelectorAll("g[text-anchor=middle] text")) {
    const value = Number(text.textContent.replace(/\s/g, "")), at = /translate\(([^,]+),([^)]+)\)/.exec(text.parentNode.getAttribute("transform") || "");
    if (text.textContent.trim() && Number.isFinite(value) && at) labels.push([value, Number(at[1]), Number(at[2])]);
  }
  const lowest = Math.max(...labels.map(l => l[2]));
  const row = labels.filter(l => Math.abs(l[2] - lowest) < 1).sort((a, b) => a[1] - b[1]);
  const first = row[0], last = row[row.length - 1];
  if (row.length < 3 || first[0] <= 0) return null;
  const scale = (Math.log(last[0]) - Math.log(first[0])) / (last[1] - first[1]);
  const toValue = x => Math.exp(Math.log(first[0]) + (x - first[1]) * scale);
  return row.every(l => Math.abs(toValue(l[1]) / l[0] - 1) < 0.05) ? toValue : null;
}

for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg"), picture = figure.querySelector(".picture");
  const link = figure.querySelector("a.download:not([download*='speedup'])");
  if (!svg || !link) continue;
  const { names, rows } = readTable(link);
  const series = names.indexOf("series"), trials = names.indexOf("trials"), median = names.indexOf("median");
  const toTrial = readAxis(svg);
  if (series < 0 || trials < 0 || median < 0 || !toTrial) continue;
  const curves = new Map();
  for (const row of rows) {
    if (!curves.has(row[series])) curves.set(row[series], []);
    curves.get(row[series]).push([Number(row[trials]), Number(row[median])]);
  }
  const values = document.createElement("div");
  values.className = "values";
  values.hidden = true;
  picture.append(values);
  document.querySelector(".hint").hidden = false;
  svg.addEventListener("pointermove", event => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const trial = Math.round(toTrial(point.x));
    const lines = [];
    for (const [name, curve] of curves) {
      const at = curve.filter(p => p[0] <= trial).pop();
      if (at && trial >= 1) lines.push(`${name}  ${Number.isNaN(at[1]) ? "\u2013" : at[1].toPrecision(4)}`);
    }
    values.hidden = lines.length === 0;
    const box = svg.getBoundingClientRect(), isLeft = event.clientX < box.x + box.width / 2; // on the side that is not pointed at
    values.style.left = isLeft ? "auto" : ".4rem";
    values.style.right = isLeft ? ".4rem" : "auto";
    values.textContent = [`trial ${trial}`, ...lines].join("\n");
  });
  svg.addEventListener("pointerleave", () => { values.hidden = true; });
}
