"""Rows of results, as a table for people and as bench.tsv."""
import os

from measure import median_of, quartiles

COLUMNS = ("job", "who", "title", "rounds", "median", "low", "high", "unit", "cpu", "mb", "ratio", "ratio_low", "ratio_high", "goal", "met")


class Row:
    """A line of bench.tsv: one of us, a peer, a CPU time or a limit of the machine. `ratio`: a peer's time over ours, round by round; its low
    and high are the quartiles, which is the noise told."""

    def __init__(self, **values):
        self.values = {c: values.get(c) for c in COLUMNS}

    def __getattr__(self, name):
        return self.values[name]

    @staticmethod
    def of_runs(job, peer, runs, ours):
        seconds = [s for _, s in runs]
        low, high = quartiles(seconds)
        row = Row(job=job.key, title=job.title, who=peer.name if peer else "hyperlist", rounds=len(runs), unit="s", median=median_of(seconds),
                  low=low, high=high, cpu=median_of([t.cpu for t, _ in runs]), mb=max(t.mb for t, _ in runs))
        if peer:
            ratios = [s / o for s, (_, o) in zip(seconds, ours)]
            row.values["ratio"] = median_of(ratios)
            row.values["ratio_low"], row.values["ratio_high"] = quartiles(ratios)
            row.values["goal"] = peer.goal
            row.values["met"] = None if peer.goal is None else row.ratio >= peer.goal
        return row

    @staticmethod
    def of_cpu(key, title, runs, most):
        cpu = [t.cpu for t in runs]
        low, high = quartiles(cpu)
        return Row(job=key, title=title, who="hyperlist", rounds=len(runs), unit="s of CPU", median=median_of(cpu), low=low, high=high,
                   cpu=median_of(cpu), mb=max(t.mb for t in runs), goal=most, met=median_of(cpu) < most)

    @staticmethod
    def of_allowance(job, ours, limit):
        """Ours against some times a limit of the machine, in ms."""
        seconds, most = limit.median / 1000, job.limit[1]
        return Row(job=job.key, title=job.title, who=limit.title, median=seconds, low=seconds, high=seconds, unit="s", ratio=seconds / ours.median,
                   ratio_low=seconds / ours.high, ratio_high=seconds / ours.low, goal=1 / most, met=ours.median <= most * seconds)

    @staticmethod
    def of_limit(fields):
        key, title, value, unit = fields
        return Row(job=key, title=title, who="machine", median=float(value), unit=unit)

    def brief(self):
        if self.who == "machine":
            return f"{self.title} {self.median:,.4g} {self.unit}"
        text = f"{self.who} {self.median:.4g} {self.unit}"
        if self.ratio is not None:
            text += f" ({self.ratio:.2f}x" + ("" if self.goal is None else f", goal {self.goal:g}x {'met' if self.met else 'MISSED'}") + ")"
        return text


def written(value):
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def read_tsv(path):
    with open(path) as file:
        lines = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    out = []
    for fields in lines[1:]:
        row = dict(zip(lines[0], fields))
        for column, text in row.items():
            if text == "NA":
                row[column] = None
            elif column == "met":
                row[column] = text == "yes"
            elif column not in ("job", "who", "title", "unit"):
                row[column] = float(text)
        out.append(Row(**row))
    return out


def write_tsv(rows, path, parts):
    """Parts, by their jobs' keys, take the place of the same jobs' lines, also where there is nothing to tell, and leave the others'."""
    new = {r.job for r in rows} | set(parts)
    rows = [r for r in (read_tsv(path) if os.path.exists(path) else []) if r.job not in new] + rows
    with open(path + ".new", "w") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            file.write("\t".join(written(row.values[c]) for c in COLUMNS) + "\n")
    os.replace(path + ".new", path)


def show_seconds(seconds):
    return f"{1000 * seconds:.3g} ms" if seconds < .1 else f"{seconds:.3g} s"


def cells_of(row, previous):
    goal, verdict = "", ""
    if row.unit == "s of CPU":
        goal, verdict = f"< {show_seconds(row.goal)} of CPU", "met" if row.met else "MISSED"
    elif row.goal is not None:
        goal, verdict = f"{row.goal:g}x", "met" if row.met else "MISSED"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}x ({row.ratio_low:.2f}-{row.ratio_high:.2f})"
    return [row.title if row.job != previous else "", row.who, show_seconds(row.median), f"{show_seconds(row.low)}-{show_seconds(row.high)}",
            "" if row.mb is None else f"{row.mb:.0f}", ratio, goal, verdict]


def print_table(rows):
    heads, lines, previous = ["job", "who", "median", "middle half", "MB", "ratio (middle half)", "goal", ""], [], None
    for row in (r for r in rows if r.who != "machine"):
        lines.append(cells_of(row, previous))
        previous = row.job
    if lines:
        widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(heads))]
        for line in [heads, *lines]:
            print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    for row in (r for r in rows if r.who == "machine"):
        print(f"limit: {row.title}: {row.median:,.4g} {row.unit}")
