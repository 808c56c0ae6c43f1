# Figure 1a: how many tasks have how many parameters (four bins a decade).

table = 'figure1a.tsv'
set output 'figure1a.'.extension
eval terminal(5.4)
set xlabel 'Parameters'
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
