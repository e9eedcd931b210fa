#!/usr/bin/env bash
# Measures a training step on 1 and 2 ranks and writes docs/scaling.csv, the tables of
# docs/scaling.md and docs/images/scaling.svg and .png. Takes a minute or two on a quiet machine.
# Usage: scripts/scaling.sh [--report]      (--report: from docs/scaling.csv as it is)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

measure=true
case ${1:-} in
  "") ;;
  --report) measure=false ;;
  -h | --help)
    sed -n '2,4s/^# //p' "$0"
    exit 0
    ;;
  *)
    echo "scaling: unknown argument $1; usage: scripts/scaling.sh [--report]" >&2
    exit 2
    ;;
esac

scripts/install-packages.sh build test mpi
scripts/own_build.sh build/release
cmake --preset release > /dev/null
cmake --build --preset release --target scaling scaling_report
programs=build/release/tests/benchmarks/scaling

if $measure; then
  as_root=()
  ((EUID != 0)) || as_root=(--allow-run-as-root)
  for ranks in 1 2; do
    OMP_NUM_THREADS=1 mpirun "${as_root[@]}" -n "$ranks" --bind-to core "$programs/scaling"
  done > docs/scaling.csv.partial
  mv docs/scaling.csv.partial docs/scaling.csv
fi

"$programs/scaling_report" docs/scaling.csv docs/scaling.md "$programs/points"
gnuplot -c /dev/stdin "$programs/points" docs/images/scaling << 'END'
do for [format in "svg png"] {
  if (format eq "svg") {
    set terminal svg noenhanced size 1680,480 font "DejaVu Sans,13" background "white"
  } else {
    set terminal pngcairo noenhanced size 1680,480 font "DejaVu Sans,10"
  }
  set output ARG2.".".format
  set multiplot layout 1,3
  set grid linecolor "#dddddd"
  set border 3 linecolor "#555555"
  set tics nomirror
  set key top left
  set logscale xy 2
  set xtics (1, 2, 4, 8, 16, 32, 64)
  set xlabel "ranks"
  set ylabel "speed-up"
  do for [net in "0 1 2"] {
    plot [1:72][0.5:72] \
      ARG1 index 3*net+1 with linespoints pointtype 7 pointsize 0.5 linewidth 2 \
        linecolor rgb "#0072B2" title columnheader(1), \
      ARG1 index 3*net with linespoints pointtype 7 pointsize 0.5 linewidth 2 \
        linecolor rgb "#D55E00" title columnheader(1), \
      ARG1 index 3*net+2 with points pointtype 6 pointsize 1.5 linewidth 2 \
        linecolor rgb "#009E73" title columnheader(1), \
      x with lines dashtype 2 linecolor rgb "#999999" title "as many times as ranks"
  }
  unset multiplot
  unset output
}
END
