# Curves against trials, medians over bands from 25 to 75 %, of those of the series named in `series` of which `table` has rows
# (stats warns of the others). The first is drawn last, over the others. A curve of a single trial, a refined box of one config
# say, is a point with a bar. Loaded by the figures that are made of such curves.

key = single = ''
last = 1
do for [s in series] {
  undefine STATS_*
  stats table using (is_of(s, strcol('series')) ? column('trials') : NaN) nooutput
  if (exists("STATS_records")) {
    key = key.' '.s
    last = STATS_max > last ? STATS_max : last
    if (STATS_records == 1) { single = single.' '.s }
  }
}
shown = ''
do for [i = words(key):1:-1] { shown = shown.' '.word(key, i) }

set xlabel 'Trials'
set xrange [0.95:last > 1 ? last : 2] # the first trial beside the axis, not under it
set yrange [0:*]

trials(s) = is_of(s, strcol('series')) ? column('trials') : NaN
weight(s) = s eq 'learned' ? 1.7 : 1.1
if (is_text) {
  plot for [s in key] table using (trials(s)):'median' with lines title name(s)
} else {
  plot for [s in shown] table using (trials(s)):'q25':'q75' with filledcurves fillcolor rgb color(s) notitle, \
    for [s in shown] table using (trials(s)):'median' with lines linecolor rgb color(s) dashtype dash(s) linewidth weight(s) notitle, \
    for [s in single] table using (trials(s)):'median':'q25':'q75' with yerrorbars linecolor rgb color(s) pointtype 7 \
      pointsize dot(0.6) linewidth weight(s) notitle, \
    for [s in key] keyentry with lines linecolor rgb color(s) dashtype dash(s) linewidth weight(s) title name(s)
}
