# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Takes the commands and their output out of documents (Markdown, man pages) for one place where they
# are run: awk -v place=mainframe -f documents.awk FILE...
# Of Markdown that is "```console PLACE" to "```"; in man pages '.\" console PLACE' before ".EX" to ".EE".
# "$ " is alice's prompt, "bob$ " bob's, "# " root's, "> " goes on with a command; all else is output.
# "```LANGUAGE file=NAME" is a file that is there for the commands behind it.
# Prints one record a line: D document, F line name, T text of it, C line user, > text of the command,
# = line of its output.

function unescape(text)
{
	sub(/^\\&/, "", text)
	gsub(/\\\(aq/, "'", text)
	gsub(/\\\(dq/, "\"", text)
	gsub(/\\-/, "-", text)
	gsub(/\\f[BIRP]/, "", text)
	gsub(/\\\[u2026\]/, "…", text)
	gsub(/\\e/, "\\", text)
	return text
}

function is_prompt(text)
{
	return text ~ /^([a-z]*\$|#) /
}

function take(text,    user)
{
	if (is_prompt(text)) {
		user = text ~ /^#/ ? "root" : text ~ /^\$/ ? "alice" : substr(text, 1, index(text, "$") - 1)
		print "C " FNR " " user
		sub(/^[^ ]* /, "", text)
		print "> " text
		is_command = 1
	} else if (is_command && text ~ /^> /) {
		print text
	} else {
		is_command = 0
		print "= " text
	}
}

FNR == 1 {
	state = ""
	is_named = 0
	is_roff = FILENAME ~ /\.[1-8](\.in)?$/
}

function begin(which)
{
	if (!is_named)
		print "D " FILENAME
	is_named = 1
	state = which
	is_command = 0
}

is_roff && /^\.\\" console / { awaited = $3; next }
is_roff && /^\.EX/ && awaited == place { begin("console"); awaited = ""; next }
is_roff && /^\.EE/ { state = awaited = ""; next }
is_roff { if (state == "console") take(unescape($0)); next }

state == "" && /^```console / { if ($2 == place) begin("console"); else state = "other"; next }
state == "" && /^```[a-z]+ file=/ { begin("file"); sub(/^.* file=/, ""); print "F " FNR " " $0; next }
state == "" && /^```/ { state = "other"; next }
/^```/ { state = ""; next }
state == "console" { take($0) }
state == "file" { print "T " $0 }
