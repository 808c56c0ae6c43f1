# Figure 1c: how many tasks have which training time (four bins a decade).

table = 'figure1c.tsv'
set output 'figure1c.'.extension
eval terminal(5.4)
set xlabel 'Training time of a run (seconds)'
set ylabel 'Tasks'
set xtics auto
set format x is_text ? '1e%T' : '10^{%T}'
set mxtics 10
set yrange [0:*]
set autoscale xfix
set offsets graph 0.03, graph 0.03, 0, 0
unset key
set border 3 front
set style fill solid 0.75 border linecolor rgb 'white'
plot table using 'low':(0):'low':'high':(0):'count' with boxxyerror linecolor rgb 0x0072b2 notitle
