# The look that all figures share: run before each of them, with `format` svg, png, pdf or dumb, in the folder of the figure's
# tables. By hand: GNUPLOT_LIB=.../plots gnuplot -d -e "format = 'svg'" .../plots/style.gp .../plots/figure2.gp
#
# A figure is one column wide, 8.4 cm; its text is 7.5 points high in print, in all formats.

if (!exists("format")) format = 'svg'
is_text = format eq 'dumb'
extension = is_text ? 'txt' : format

# svg counts in 1/96 inch, pngcairo in dots, 300 an inch; cairo's text and lines are scaled to come out alike. `eval terminal(h)`
# is for a figure h cm high.
terminal(h) = format eq 'svg' ? sprintf("set terminal svg size 318, %d enhanced font 'DejaVu Sans,10' background 'white' linewidth 1.33", 37.8 * h) : \
  format eq 'png' ? sprintf("set terminal pngcairo size 992, %d enhanced font 'DejaVu Sans,7.5' fontscale 3.125 linewidth 4.17 background 'white'", 118.1 * h) : \
  format eq 'pdf' ? sprintf("set terminal pdfcairo size 8.4cm, %gcm enhanced font 'DejaVu Sans,7.5' fontscale 0.75 linewidth 2 background 'white'", h) : \
  "set terminal dumb noenhanced size 79, 30"
eval terminal(7.2)
small = is_text ? '' : ',' . (format eq 'svg' ? '8.7' : '6.5')

# Points too: their size is given in svg's.
dot(size) = size * (format eq 'png' ? 1.5 : format eq 'pdf' ? 0.7 : 1)

set encoding utf8
set datafile separator tab
set datafile commentschars '#'
set datafile missing 'NA'
set datafile columnheaders

# ---- series: the same name, colour and dash in every figure (colours: Okabe and Ito, safe for the colour-blind) ----

name(s) = s eq 'learned' ? 'Learned list' : \
  s eq 'random:adam1p_wide_grid_1k' ? 'Random, Adam1p' : \
  s eq 'random:adam4p_wide_grid_1k' ? 'Random, Adam4p' : \
  s eq 'random:adam6p_wide_grid_1k' ? 'Random, Adam6p' : \
  s eq 'random:adam8p_wide_grid_1k' ? 'Random, Adam8p' : \
  s eq 'random:nadamw_grid_1k' ? 'Random, NAdamW' : \
  s eq 'random:*' ? 'Random, same set' : \
  s eq 'refined-minmax' ? 'Refined, min/max' : \
  s eq 'refined-q90' ? 'Refined, 90 %' : \
  s eq 'best-case' ? 'Best case' : \
  s eq 'mean:mean' ? 'mean / mean' : \
  s eq 'min:mean' ? 'lowest / mean' : \
  s eq 'mean:min' ? 'mean / lowest' : \
  s eq 'min:min' ? 'lowest / lowest' : s

color(s) = s eq 'learned' || s eq 'mean:mean' || s eq 'mean:min' ? 0x000000 : \
  s eq 'random:adam1p_wide_grid_1k' ? 0xe69f00 : \
  s eq 'random:adam4p_wide_grid_1k' ? 0x56b4e9 : \
  s eq 'random:adam6p_wide_grid_1k' ? 0xf0e442 : \
  s eq 'random:adam8p_wide_grid_1k' || s eq 'random:*' ? 0x0072b2 : \
  s eq 'random:nadamw_grid_1k' ? 0x666666 : \
  s eq 'refined-minmax' || s eq 'min:mean' || s eq 'min:min' ? 0xd55e00 : \
  s eq 'refined-q90' ? 0xcc79a7 : \
  s eq 'best-case' ? 0x009e73 : 0x666666

dash(s) = s eq 'learned' || s[1:7] eq 'random:' || s eq 'mean:mean' || s eq 'min:mean' ? 1 : s eq 'best-case' ? 3 : 2
set dashtype 1 solid
set dashtype 2 (6, 2)
set dashtype 3 (2, 2)

# Sets that are not the paper's have no colour of their own: in a table at most one of them is searched at random, the learner's.
named = ' random:adam1p_wide_grid_1k random:adam4p_wide_grid_1k random:adam6p_wide_grid_1k random:adam8p_wide_grid_1k random:nadamw_grid_1k '
is_of(s, found) = s eq found || (s eq 'random:*' && found[1:7] eq 'random:' && strstrt(named, ' '.found.' ') == 0)

# Numbers of trials, 1 2 5 10 20 50 100: the lines across Figure 3a and the curves of Figure 3b.
array trials_color[7] = [0xe69f00, 0xcc79a7, 0x56b4e9, 0x009e73, 0xd55e00, 0x0072b2, 0x000000]

# From good (dark) to bad (light), even in lightness and safe for the colour-blind: points of viridis.
set palette defined (0 '#440154', 1 '#46317e', 2 '#365b8c', 3 '#277e8e', 4 '#1fa187', 5 '#49c16d', 6 '#9fd938', 7 '#fde724')

# ---- axes and what is drawn on them ----

set border 3 back linewidth 0.6 linecolor rgb 0x444444
set tics nomirror scale 0.5 font small
set format '%g'
set grid linetype 1 linewidth 0.4 linecolor rgb 0xdddddd
if (is_text) unset grid
set style fill transparent solid 0.18 noborder
set key outside top center horizontal Left reverse samplen 2 maxcols 2

# Trials on a log axis: 1 2 5 10 20 50 ...
steps_of_trials = "(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, '10 000' 10000, '20 000' 20000, '50 000' 50000, '100 000' 100000)"
set logscale x 10
eval 'set xtics '.steps_of_trials
