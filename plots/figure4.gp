# Figure 4: above, the curves of the trials made on one's own task, the best black; below, the best so far against trials.

best = 'figure4.tsv'
curves = 'figure4.curves.tsv'

stats curves using (column('place')) nooutput
n_curve = STATS_max
# What is seen is the range of the best five: one curve that runs away would make the others a line.
stats curves using (column('place') <= 5 ? column('valid') : NaN) nooutput
lowest = STATS_min
highest = STATS_max > STATS_min ? STATS_max : STATS_min + (STATS_min == 0 ? 1 : abs(STATS_min))
is_wide = lowest > 0 && highest > 100 * lowest # losses that span orders of magnitude
undefine STATS_*
stats curves using (column('test')) nooutput
has_test = exists("STATS_records") && STATS_records > 0

# The best five apart, the others grey.
place_color(p) = p == 1 ? 0x000000 : p == 2 ? 0x0072b2 : p == 3 ? 0xd55e00 : p == 4 ? 0x009e73 : p == 5 ? 0xcc79a7 : 0xbbbbbb
place_weight(p) = p == 1 ? 1.7 : p <= 5 ? 1.1 : 0.6

set output 'figure4.'.extension
set autoscale xfixmin
set autoscale xfixmax
if (!is_text) { set multiplot layout 2, 1 }

unset logscale x
set xtics auto
set xlabel 'Step' offset 0, 0.5
set ylabel 'Loss'
margin = 0.05 * (highest - lowest)
if (is_wide) {
  set logscale y
  set yrange [0.9 * lowest:1.1 * highest]
} else {
  set yrange [lowest - margin:highest + margin]
}
set key off
if (!is_text) {
  plot for [p = n_curve:1:-1] curves using (column('place') == p ? column('step') : NaN):'valid' with lines linecolor rgb place_color(p) \
      dashtype 1 linewidth place_weight(p), \
    for [p = (has_test ? 1 : 0):1:-1] curves using (column('place') == p ? column('step') : NaN):'test' with lines linecolor rgb place_color(p) \
      dashtype 3 linewidth place_weight(p)
}

set xlabel 'Trials' offset 0, 0.5
set ylabel 'Best so far'
set yrange [*:*]
set logscale x 10
set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
set xrange [0.95:*]
set key default
set key inside top right vertical noinvert samplen 2

of(s) = strcol('series') eq s ? column('trials') : NaN
if (is_text) {
  plot best using (of('shuffled')):'median' with lines title 'same trials, random order', best using (of('list')):'median' with linespoints title 'list'
} else {
  plot best using (of('shuffled')):'q25':'q75' with filledcurves fillcolor rgb 0x0072b2 notitle, \
    best using (of('shuffled')):'median' with lines linecolor rgb 0x0072b2 dashtype 1 linewidth 1.1 title 'same trials, random order', \
    best using (of('list:test')):'median' with linespoints linecolor rgb 0x000000 dashtype 3 linewidth 1.1 pointtype 6 pointsize 0.4 title (has_test ? 'list, test' : ''), \
    best using (of('list')):'median' with linespoints linecolor rgb 0x000000 dashtype 1 linewidth 1.7 pointtype 7 pointsize 0.4 title 'list, validation'
  unset multiplot
}
