# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The part of check-layers that compares. Reads file names; the variable lists names a file of
# "GROUP PATH" lines in dependency order. Which group may use which stands in may_use below.

BEGIN {
	# kmod/ sees itself, client/ sees the base layer, daemon/ sees the base layer.
	may_use["daemon", "base"] = may_use["client", "base"] = 1
	may_use["daemon", "dbus"] = may_use["client", "dbus"] = may_use["base", "dbus"] = 1
	may_use["daemon", "uapi"] = may_use["client", "uapi"] = may_use["kmod", "uapi"] = 1
	while ((getline line < lists) > 0) {
		split(line, word, " ")
		stem = word[2]
		sub(/\.[ch]$/, "", stem)
		# In kmod/ the list of Kbuild, the whole module, is the one that counts; a header
		# that only Makefile.am lists keeps its place relative to its neighbours.
		if (word[1] == "kbuild" || !(stem in rank))
			rank[stem] = ++count
		if (word[1] == "base_sources")
			base[stem] = 1
		listed[word[2]] = 1
	}
}

function group(path,	stem) {
	stem = path
	sub(/\.[ch]$/, "", stem)
	if (stem in base)
		return "base"
	if (path ~ /^kmod\/uapi\//)
		return "uapi"
	if (path ~ /^kmod\/compat\//)
		return "kmod"
	sub(/\/.*/, "", path)
	return path
}

function resolve(from, name,	dir) {
	dir = from
	sub(/[^\/]*$/, "", dir)
	if ((dir name) in files)
		return dir name
	if (("daemon/" name) in files)
		return "daemon/" name
	if (("dbus/" name) in files)
		return "dbus/" name
	if (("kmod/uapi/" name) in files)
		return "kmod/uapi/" name
	return ""
}

# Place of a file in the order; an unlisted header stands as high as what it includes.
function place(path,	stem, i, n, part, best, p) {
	stem = path
	sub(/\.[ch]$/, "", stem)
	if (stem in rank)
		return rank[stem]
	if (path in visiting) {
		complain(path, 1, "includes itself in the end")
		return 0
	}
	visiting[path] = 1
	best = 0
	n = split(uses[path], part, " ")
	for (i = 1; i <= n; i++)
		if ((p = place(part[i])) > best)
			best = p
	delete visiting[path]
	return best
}

function complain(path, line, text) {
	printf "%s:%d: %s\n", path, line, text
	bad = 1
}

{ files[$0] = 1; order[++total] = $0 }

function read_includes(path,	line, number, name, target) {
	number = 0
	while ((getline line < path) > 0) {
		number++
		if (line !~ /^#[ \t]*include[ \t]*"/)
			continue
		name = line
		sub(/^[^"]*"/, "", name)
		sub(/".*/, "", name)
		target = resolve(path, name)
		if (target == "")
			continue
		uses[path] = uses[path] " " target
		at[path, target] = number
	}
	close(path)
}

function check_file(path,	i, n, part, stem, other, from, to) {
	stem = path
	sub(/\.[ch]$/, "", stem)
	if (path ~ /\.c$/ && path !~ /\/main\.c$/ && !(stem in rank))
		complain(path, 1, "stands in no ordered source list (Makefile.am, kmod/Kbuild)")
	from = group(path)
	n = split(uses[path], part, " ")
	for (i = 1; i <= n; i++) {
		other = part[i]
		to = group(other)
		if (from != to && !((from, to) in may_use))
			complain(path, at[path, other], "layer " from " may not include " other)
		else if (from == to && path !~ /\/main\.c$/ && place(other) > place(path))
			complain(path, at[path, other], "includes " other ", which is listed below it")
	}
}

END {
	for (f = 1; f <= total; f++)
		read_includes(order[f])
	for (f = 1; f <= total; f++)
		check_file(order[f])
	exit bad
}
