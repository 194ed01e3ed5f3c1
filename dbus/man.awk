# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# Makes org.ccwbroker1(5) from the XML of the contract and the list of errors. A comment in the XML documents
# the element behind it, or the argument before it on the same line; an argument may also be named
# in the comment of its member. What has no documentation is an error.
#   awk -v version=V -f man.awk ERRORS XML...

function escape(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/\n\./, "\n\\\\\\&.", text)
	gsub(/\n'/, "\n\\\\\\&'", text)
	return text
}

# The text of a comment in lines without indentation.
function tidy(text)
{
	gsub(/[ \t]*\n[ \t]*/, "\n", text)
	gsub(/^[ \t\n]+|[ \t\n]+$/, "", text)
	return text
}

function attribute(tag, name,    at)
{
	if (!match(tag, "[ \t\n]" name "=\"[^\"]*\""))
		return ""
	at = substr(tag, RSTART, RLENGTH)
	sub(/^[^"]*"/, "", at)
	sub(/"$/, "", at)
	return at
}

function complain(what)
{
	print "man.awk: " file ": " what > "/dev/stderr"
	failed = 1
}

function has_word(text, word)
{
	return (" " text " ") ~ ("[^A-Za-z0-9_]" word "[^A-Za-z0-9_]")
}

function flush_member(    n, in_args, out_args, details)
{
	if (member == "")
		return
	for (n = 1; n <= n_args; n++) {
		if (arg_direction[n] == "out" && kind == "method")
			out_args = out_args (out_args == "" ? "" : ", ") arg_type[n] " \\fI" escape(arg_name[n]) "\\fR"
		else
			in_args = in_args (in_args == "" ? "" : ", ") arg_type[n] " \\fI" escape(arg_name[n]) "\\fR"
		if (arg_doc[n] != "")
			details = details ".br\n\\fI" escape(arg_name[n]) "\\fR: " escape(arg_doc[n]) "\n"
		else if (!has_word(doc, arg_name[n]))
			complain(interface "." member ": argument " arg_name[n] " has no documentation")
	}
	if (doc == "")
		complain(interface "." member ": no documentation")
	print ".TP"
	if (kind == "property")
		print "\\fB" member "\\fR " type (access == "readwrite" ? ", writable" : "") (emits == "const" ? ", constant" : emits == "false" ? ", without change signals" : "")
	else
		print "\\fB" member "\\fR(" in_args ")" (kind == "method" ? " \\(-> (" out_args ")" : "")
	print escape(doc)
	printf "%s", details
	member = ""
}

function open_member(tag, what)
{
	flush_member()
	if (kind != what || !kind_is_open)
		print ".SS " (what == "method" ? "Methods" : what == "property" ? "Properties" : "Signals")
	kind = what
	kind_is_open = 1
	member = attribute(tag, "name")
	type = attribute(tag, "type")
	access = attribute(tag, "access")
	emits = ""
	doc = comment
	n_args = 0
	comment = ""
}

function handle_tag(tag)
{
	if (tag ~ /^<interface[ \t]/) {
		interface = attribute(tag, "name")
		print ".SH INTERFACE " interface
		print escape(file_comment)
		kind_is_open = 0
		comment = doc = ""
	} else if (tag ~ /^<(method|property|signal)[ \t]/) {
		match(tag, /^<[a-z]+/)
		open_member(tag, substr(tag, 2, RLENGTH - 1))
	} else if (tag ~ /^<arg[ \t]/) {
		n_args++
		arg_name[n_args] = attribute(tag, "name")
		arg_type[n_args] = attribute(tag, "type")
		arg_direction[n_args] = attribute(tag, "direction")
		arg_doc[n_args] = comment
		comment = ""
	} else if (tag ~ /^<annotation[ \t]/) {
		if (attribute(tag, "name") ~ /EmitsChangedSignal$/)
			emits = attribute(tag, "value")
	} else if (tag ~ /^<\/interface/) {
		flush_member()
	} else if (tag ~ /^<node/) {
		file_comment = comment
		comment = ""
	}
}

function handle_file(text,    at, gap, note)
{
	comment = file_comment = ""
	while ((at = index(text, "<")) > 0) {
		gap = substr(text, 1, at - 1)
		text = substr(text, at)
		if (substr(text, 1, 4) == "<!--") {
			at = index(text, "-->")
			note = tidy(substr(text, 5, at - 5))
			text = substr(text, at + 3)
			if (n_args > 0 && member != "" && gap !~ /\n/ && arg_doc[n_args] == "")
				arg_doc[n_args] = note
			else if (note !~ /^(SPDX-License|Copyright)/)
				comment = note
		} else {
			at = index(text, ">")
			handle_tag(substr(text, 1, at))
			text = substr(text, at + 1)
		}
	}
}

FNR == 1 && FILENAME != file {
	if (file ~ /\.xml$/)
		files[++n_files] = file
	file = FILENAME
}

FILENAME ~ /\.xml$/ { content[FILENAME] = content[FILENAME] $0 "\n"; next }
/^#/ || /^$/ { next }
{ errors[++n_errors] = $0 }

END {
	files[++n_files] = file
	print ".\\\" SPDX-License-Identifier: LGPL-2.1-or-later"
	print ".\\\" Copyright the ccwbroker authors"
	print ".\\\" Made by dbus/man.awk from the XML of the contract."
	print ".TH ORG.CCWBROKER1 5 \"\" \"ccwbroker " version "\""
	print ".SH NAME\norg.ccwbroker1 \\- the D\\-Bus interface of ccwbrokerd"
	print ".SH DESCRIPTION"
	print "The system bus service \\fBorg.ccwbroker1\\fR gives channel devices to authorized clients. Objects:"
	print "\\fI/org/ccwbroker1\\fR, one below \\fI/org/ccwbroker1/device\\fR for each device, one below"
	print "\\fI/org/ccwbroker1/lease\\fR for each lease, with ids encoded as \\fBsd_bus_path_encode\\fR(3) does."
	print "What is unknown (an option, a filter key, a bit of flags) is refused with InvalidArgs, and so is"
	print "what has another type."
	for (n = 1; n <= n_files; n++) {
		file = files[n]
		handle_file(content[file])
	}
	print ".SH ERRORS"
	for (n = 1; n <= n_errors; n++) {
		split(errors[n], field, "\t")
		print ".TP\n\\fB" field[1] "\\fR\n" escape(field[2])
		if (field[2] == "")
			complain(field[1] ": no documentation")
	}
	print ".SH SEE ALSO\n\\fBccwctl\\fR, \\fBsd\\-bus\\fR(3), \\fBbusctl\\fR(1)"
	exit failed
}
