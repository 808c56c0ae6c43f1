# How time grows: seconds against megabytes, both by logarithms. Grey: in proportion; dotted: worst cases. Variables: data, n_growth, n, picture.
set terminal svg size 760,420 font "DejaVu Sans,11" background "white"
set output picture
set logscale xy
set xlabel "score tables or curves in use (MB)"
set ylabel "seconds, whole process" offset 1
set key outside right Left reverse samplen 2 spacing 1.05 font ",9"
set grid xtics ytics lc rgb "#dddddd" lw .5
set border 3
set tics nomirror
set format y "%g"
set format x "%g"
colour(i) = word("#000000 #e69f00 #56b4e9 #009e73 #d55e00 #0072b2 #cc79a7 #999999 #7f4f20", i % 9 + 1)
set xrange [1.5:400]
set yrange [.02:5]
plot for [i=-3:4] 10**(i / 2.)*.001*x with lines dt (4, 6) lc rgb "#bbbbbb" lw .7 notitle, \
     for [i=0:n_growth-1] data index i using 1:2 with linespoints lc rgb colour(i) lw 1.5 pt 7 ps .5 title columnheader(1), \
     for [i=n_growth:n-1] data index i using 1:2 with linespoints lc rgb colour(i-n_growth) lw 1.5 pt 6 ps .5 dt 3 title columnheader(1)
