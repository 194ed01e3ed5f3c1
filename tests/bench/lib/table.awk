# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Turns slots into the table and the machine-readable rows. Reads the figures to reach first, then lines
# "slot ROUND PROGRAM WAY PROGRAMS NANOSECONDS". A ratio is the median of the rounds' own ratios: what
# stands side by side in time is compared, so other load on this host weighs on both.

function sort(v, n,	i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
}

function median(v, n) {
	sort(v, n)
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function summarise(program, way,	r, n, v) {
	for (r = 1; r <= rounds; r++)
		if ((program, way, r) in us)
			v[++n] = us[program, way, r]
	middle[program, way] = median(v, n)
	least[program, way] = v[1]
	most[program, way] = v[n]
	slots[program, way] = n
}

# The ratio to the reference, or "" when there is none.
function ratio(program, way, reference,	r, n, v) {
	if (way == reference)
		return ""
	for (r = 1; r <= rounds; r++)
		if ((program, way, r) in us && (program, reference, r) in us)
			v[++n] = us[program, way, r] / us[program, reference, r]
	return n ? median(v, n) : ""
}

function cell(program, way, reference,	x, reach) {
	x = ratio(program, way, reference)
	reach = figure[program, way, reference]
	if (x == "" || reach == "")
		return x == "" ? "-" : sprintf("%.2f", x)
	return sprintf("%.2f (reach %s: %s)", x, reach, x <= reach ? "met" : "missed")
}

function field(program, way, reference,	x, reach) {
	x = ratio(program, way, reference)
	reach = figure[program, way, reference]
	return (x == "" ? "" : sprintf(" ratio_%s=%.3f", reference, x)) \
		(x == "" || reach == "" ? "" : sprintf(" reach_%s=%s", reference, reach))
}

/^#/ || !NF { next }
FILENAME == ARGV[1] { figure[$1, $2, $3] = $4; next }
$1 == "slot" {
	if (!(($3, $4) in programs)) {
		program[++rows] = $3
		way[rows] = $4
	}
	programs[$3, $4] += $5
	us[$3, $4, $2] = $6 / 1000 / $5
	rounds = $2 > rounds ? $2 : rounds
}

END {
	format = "%-11s %-10s %10s %9s %9s   %-27s %s\n"
	printf format, "program", "way", "median us", "least", "most", "/ vfio_ccw", "/ floor"
	for (i = 1; i <= rows; i++) {
		p = program[i]
		w = way[i]
		summarise(p, w)
		printf format, p, w, sprintf("%.1f", middle[p, w]), sprintf("%.1f", least[p, w]),
			sprintf("%.1f", most[p, w]), cell(p, w, "vfio_ccw"), cell(p, w, "floor")
	}
	print ""
	for (i = 1; i <= rows; i++) {
		p = program[i]
		w = way[i]
		printf "row program=%s way=%s rounds=%d programs=%d us=%.2f least_us=%.2f most_us=%.2f%s%s\n",
			p, w, slots[p, w], programs[p, w], middle[p, w], least[p, w], most[p, w],
			field(p, w, "vfio_ccw"), field(p, w, "floor")
	}
}
