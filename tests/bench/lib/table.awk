# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Turns slots into the tables and the machine-readable rows. Reads the figures to reach first, then lines
# "slot ROUND PROGRAM WAY PROGRAMS NANOSECONDS BYTES". A ratio is the median of the rounds' own ratios:
# what stands side by side in time is compared, so other load on this host weighs on both. Against the
# kernel's drivers of DASD and tape it is that of throughputs, otherwise that of times.

function median(v, n,	i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
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

function is_throughput(reference) {
	return reference == "driver"
}

# The ratio to the reference, or "" when there is none.
function ratio(program, way, reference,	r, n, v, x) {
	if (way == reference)
		return ""
	for (r = 1; r <= rounds; r++)
		if ((program, way, r) in us && (program, reference, r) in us) {
			x = us[program, way, r] / us[program, reference, r]
			v[++n] = is_throughput(reference) ? 1 / x : x
		}
	return n ? median(v, n) : ""
}

function verdict(x, reference, reach) {
	return (is_throughput(reference) ? x >= reach : x <= reach) ? "met" : "missed"
}

function cell(program, way, reference,	x, reach) {
	x = ratio(program, way, reference)
	reach = figure[program, way, reference]
	if (x == "" || reach == "")
		return x == "" ? "-" : sprintf("%.2f", x)
	return sprintf("%.2f (reach %s: %s)", x, reach, verdict(x, reference, reach))
}

function field(program, way, reference,	x, reach) {
	x = ratio(program, way, reference)
	reach = figure[program, way, reference]
	if (x == "")
		return ""
	return sprintf(" %s_%s=%.3f", is_throughput(reference) ? "throughput" : "ratio", reference, x) \
		(reach == "" ? "" : sprintf(" reach_%s=%s", reference, reach))
}

function megabytes(program, way) {
	return bytes[program] / middle[program, way]
}

function table_times(	i, p, w, format) {
	format = "%-11s %-10s %10s %9s %9s   %-27s %s\n"
	printf format, "program", "way", "median us", "least", "most", "time / vfio_ccw", "time / floor"
	for (i = 1; i <= rows; i++) {
		p = program[i]
		w = way[i]
		if (!((p, "driver") in programs))
			printf format, p, w, sprintf("%.1f", middle[p, w]), sprintf("%.1f", least[p, w]),
				sprintf("%.1f", most[p, w]), cell(p, w, "vfio_ccw"), cell(p, w, "floor")
	}
	print ""
}

function table_data(	i, p, w, format) {
	format = "%-11s %-10s %10s %9s %9s   %-9s %s\n"
	printf format, "program", "way", "median us", "least", "most", "MB/s", "throughput / driver"
	for (i = 1; i <= rows; i++) {
		p = program[i]
		w = way[i]
		if ((p, "driver") in programs)
			printf format, p, w, sprintf("%.1f", middle[p, w]), sprintf("%.1f", least[p, w]),
				sprintf("%.1f", most[p, w]), sprintf("%.1f", megabytes(p, w)),
				cell(p, w, "driver")
	}
	print ""
}

function machine_row(p, w) {
	printf "row program=%s way=%s rounds=%d programs=%d bytes=%d us=%.2f least_us=%.2f most_us=%.2f%s%s%s\n",
		p, w, slots[p, w], programs[p, w], bytes[p], middle[p, w], least[p, w], most[p, w],
		field(p, w, "vfio_ccw"), field(p, w, "floor"), field(p, w, "driver")
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
	bytes[$3] = $7
	rounds = $2 > rounds ? $2 : rounds
	has_data = has_data || $4 == "driver"
	has_times = has_times || $4 == "floor"
}

END {
	for (i = 1; i <= rows; i++)
		summarise(program[i], way[i])
	if (has_times || !has_data)
		table_times()
	if (has_data)
		table_data()
	for (i = 1; i <= rows; i++)
		machine_row(program[i], way[i])
}
