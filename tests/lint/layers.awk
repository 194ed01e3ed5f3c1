# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The part of check-layers that compares. Reads file names; the variable lists names a file of
# "GROUP PATH" lines in dependency order. Which group may use which stands in may_use below.

BEGIN {
	# kmod/ sees itself; daemon/, client/lib/ and client/ see the base layer; client/ uses its
	# library by <libccwbroker.h> only.
	may_use["daemon", "base"] = may_use["client", "base"] = may_use["library", "base"] = 1
	may_use["library", "dbus"] = may_use["library", "uapi"] = 1
	# The policy layer is the daemon's, and of client/ that of the files of `ccwctl policy` alone.
	may_use["daemon", "policy"] = may_use["client", "policy"] = 1
	may_use["policy", "base"] = may_use["policy", "dbus"] = 1
	may_use["daemon", "dbus"] = may_use["client", "dbus"] = may_use["base", "dbus"] = 1
	may_use["daemon", "uapi"] = may_use["client", "uapi"] = may_use["kmod", "uapi"] = 1
	while ((getline line < lists) > 0) {
		split(line, word, " ")
		if (!(word[2] in rank))
			rank[word[2]] = ++count
		else if (word[1] == "kbuild" && rank[word[2]] < last)
			complain("kmod/Kbuild", 1, word[2] " stands elsewhere than in kmod_cp_sources")
		if (word[1] == "kbuild")
			last = rank[word[2]]
		if (word[1] == "base_sources")
			base[stem(word[2])] = 1
		if (word[1] == "policy_sources")
			policy[stem(word[2])] = 1
	}
}

function stem(path) {
	sub(/\.[ch]$/, "", path)
	return path
}

function group(path) {
	if (stem(path) in base)
		return "base"
	if (stem(path) in policy)
		return "policy"
	if (path ~ /^kmod\/uapi\//)
		return "uapi"
	if (path ~ /^kmod\/compat\//)
		return "kmod"
	if (path ~ /^client\/lib\//)
		return "library"
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
	if (("client/lib/" name) in files)
		return "client/lib/" name
	if (("dbus/" name) in files)
		return "dbus/" name
	if (("kmod/uapi/" name) in files)
		return "kmod/uapi/" name
	return ""
}

# Place of a file in the order: its own, for a header that of its source, or as high as what it includes.
function place(path,	i, n, part, best, p) {
	if (path in rank)
		return rank[path]
	if ((stem(path) ".c") in rank)
		return rank[stem(path) ".c"]
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

function check_file(path,	i, n, part, other, from, to) {
	if (path ~ /\.c$/ && path !~ /\/main\.c$/ && !(path in rank))
		complain(path, 1, "stands in no ordered source list (Makefile.am, kmod/Kbuild)")
	from = group(path)
	n = split(uses[path], part, " ")
	for (i = 1; i <= n; i++) {
		other = part[i]
		to = group(other)
		if (from != to && !((from, to) in may_use) ||
		    from == "client" && to == "policy" && path !~ /^client\/(verb-)?policy-/)
			complain(path, at[path, other], "layer " from " may not include " other)
		else if (from == to && path !~ /\/main\.c$/ && stem(other) != stem(path) && place(other) > place(path))
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
