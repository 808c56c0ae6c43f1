# Figure B.5: each config's average score by mean against by lowest loss (left); lists learned by either (right).

table = 'figureB5.tsv'
lists = 'figureB5.lists.tsv'
series = 'mean:mean min:mean mean:min min:min'
set output 'figureB5.'.extension
stats lists using 'trials' nooutput
last = STATS_max
trials(s) = strcol('series') eq s ? column('trials') : NaN
if (is_text) {
  unset logscale x
  set xtics auto
  unset key
  set xlabel 'Average score by mean'
  set ylabel 'By lowest'
  plot table using 'mean':'min' with points
} else {
  eval terminal(6.6)
  set multiplot
  unset key
  set tmargin at screen 0.80
  set bmargin at screen 0.17
  set lmargin at screen 0.13
  set rmargin at screen 0.46
  unset logscale x
  set xtics 0, 0.2, 1
  set ytics 0, 0.2, 1
  set xlabel 'Average score, by mean' offset 0, 0.5
  set ylabel 'Average score, by lowest' offset 0.8
  plot [0:1] [0:1] table using 'mean':'min' with points pointtype 7 pointsize dot(0.3) linecolor rgb 0x600072b2 notitle
  set lmargin at screen 0.62
  set rmargin at screen 0.95
  set logscale x 10
  set xtics (1, 10, 100, 1000, 10000)
  set ytics auto
  set xrange [0.95:last > 1 ? last : 2]
  set yrange [0:*]
  set xlabel 'Trials' offset 0, 0.5
  set ylabel 'Held-out validation score'
  plot for [s in series] lists using (trials(s)):'q25':'q75' with filledcurves fillcolor rgb color(s) notitle, \
    for [s in (last == 1 ? series : '')] lists using (trials(s)):'median' with points linecolor rgb color(s) pointtype 7 pointsize dot(0.6) notitle, \
    for [s in series] lists using (trials(s)):'median' with lines linecolor rgb color(s) dashtype dash(s) linewidth 1.2 notitle
  # the key of the lists, across both panels
  unset border
  unset tics
  unset xlabel
  unset ylabel
  unset logscale x
  set lmargin at screen 0.02
  set rmargin at screen 0.98
  set tmargin at screen 0.99
  set bmargin at screen 0.84
  set key inside center center horizontal Left reverse samplen 1.5 maxcols 4 title 'Lists: learned / measured by'
  plot [0:1] [0:1] NaN notitle, for [s in series] keyentry with lines linecolor rgb color(s) dashtype dash(s) linewidth 1.2 title name(s)
  unset multiplot
}
