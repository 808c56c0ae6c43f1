# Figure 2: score of the best config so far on held-out tasks, against trials; medians over bands from 25 to 75 %.

table = 'figure2.tsv'
series = 'learned random:adam1p_wide_grid_1k random:adam4p_wide_grid_1k random:adam8p_wide_grid_1k refined-minmax refined-q90'

# Of these, those of which the table has rows (stats warns of the others); the learned list is drawn last, over the others. A curve
# of a single trial, a refined box of one config say, is a point with a bar.
key = single = ''
do for [s in series] {
  undefine STATS_*
  stats table using (strcol('series') eq s ? column('trials') : NaN) nooutput
  if (exists("STATS_records")) {
    key = key.' '.s
    if (STATS_records == 1) { single = single.' '.s }
  }
}
shown = ''
do for [i = words(key):1:-1] { shown = shown.' '.word(key, i) }

set output 'figure2.'.extension
set xlabel 'Trials'
set ylabel 'Mean normalized test loss'
set xrange [0.95:*] # the first trial beside the axis, not under it
set autoscale xfixmax
set yrange [0:*]

trials(s) = strcol('series') eq s ? column('trials') : NaN
weight(s) = s eq 'learned' ? 1.7 : 1.1
if (is_text) {
  plot for [s in key] table using (trials(s)):'median' with lines title name(s)
} else {
  plot for [s in shown] table using (trials(s)):'q25':'q75' with filledcurves fillcolor rgb color(s) notitle, \
    for [s in shown] table using (trials(s)):'median' with lines linecolor rgb color(s) dashtype dash(s) linewidth weight(s) notitle, \
    for [s in single] table using (trials(s)):'median':'q25':'q75' with yerrorbars linecolor rgb color(s) pointtype 7 \
      pointsize 0.6 linewidth weight(s) notitle, \
    for [s in key] keyentry with lines linecolor rgb color(s) dashtype dash(s) linewidth weight(s) title name(s)
}
