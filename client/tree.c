/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the order of channel subsystems, control units and devices, and how it is drawn. Knows no broker: it
 * reads what the broker has said.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "ccw-id.h"
#include "channel-paths.h"
#include "show.h"
#include "tree.h"

/* Texts are the description's. */
struct leaf {
	struct ccw_id number;
	const char *id;
	const char *control_unit;
	const char *type;
	const char *driver;
	const char *state;
	struct channel_paths paths;
};

struct tree {
	struct leaf *leaves;
	size_t n;
};

/* What stands before a line, for one that has others below it on its level, and for the last. */
struct strokes {
	const char *more;
	const char *last;
	const char *under_more;
	const char *under_last;
};

static const struct strokes lines = { "\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   " };
static const struct strokes ascii = { "|- ", "`- ", "|  ", "   " };

static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, key, &value) || !value)
		return "";
	text = json_object_get_string(value);
	return text ? text : "";
}

/* [[position, chpid, usable], ...] */
static void read_paths(struct json_object *device, struct channel_paths *paths)
{
	struct json_object *array, *entry;

	if (!json_object_object_get_ex(device, "channel_paths", &array) ||
	    !json_object_is_type(array, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		entry = json_object_array_get_idx(array, i);
		if (paths->n == CHANNEL_PATHS_PER_DEVICE ||
		    !json_object_is_type(entry, json_type_array) ||
		    json_object_array_length(entry) != 3)
			return;
		paths->path[paths->n].chpid =
			(uint8_t)json_object_get_int(json_object_array_get_idx(entry, 1));
		paths->path[paths->n].is_usable =
			json_object_get_boolean(json_object_array_get_idx(entry, 2));
		paths->n++;
	}
}

static int compare_paths(const struct channel_paths *a, const struct channel_paths *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (unsigned int i = 0; i < a->n; i++)
		if (a->path[i].chpid != b->path[i].chpid)
			return a->path[i].chpid - b->path[i].chpid;
	return 0;
}

/* Whether two devices are behind different control units, and in which order these come. */
static int compare_units(const struct leaf *a, const struct leaf *b)
{
	int order;

	if (a->number.cssid != b->number.cssid)
		return a->number.cssid - b->number.cssid;
	order = strcmp(a->control_unit, b->control_unit);
	return order ? order : compare_paths(&a->paths, &b->paths);
}

static int compare_leaves(const void *a, const void *b)
{
	int order = compare_units(a, b);

	return order ? order
		     : ccw_id_compare(((const struct leaf *)a)->number,
				      ((const struct leaf *)b)->number);
}

static int tree_read(struct json_object *description, struct tree *ret)
{
	struct json_object *devices, *device;
	struct tree tree = {};

	if (!json_object_object_get_ex(description, "devices", &devices) ||
	    !json_object_is_type(devices, json_type_array))
		return -EBADMSG;
	tree.leaves = calloc(json_object_array_length(devices) + 1, sizeof(*tree.leaves));
	if (!tree.leaves)
		return -ENOMEM;
	for (; tree.n < json_object_array_length(devices); tree.n++) {
		struct leaf *leaf = &tree.leaves[tree.n];

		device = json_object_array_get_idx(devices, tree.n);
		*leaf = (struct leaf){
			.id = get_text(device, "id"),
			.control_unit = get_text(device, "control_unit"),
			.type = get_text(device, "device_type"),
			.driver = get_text(device, "driver"),
			.state = get_text(device, "state"),
		};
		read_paths(device, &leaf->paths);
		if (ccw_id_parse(leaf->id, &leaf->number) < 0) {
			free(tree.leaves);
			return -EBADMSG;
		}
	}
	qsort(tree.leaves, tree.n, sizeof(*tree.leaves), compare_leaves);
	*ret = tree;
	return 0;
}

/* Behind the last leaf of the same control unit, or of the same channel subsystem. */
static size_t end_of_unit(const struct tree *tree, size_t at)
{
	size_t end = at + 1;

	while (end < tree->n && !compare_units(&tree->leaves[at], &tree->leaves[end]))
		end++;
	return end;
}

static size_t end_of_css(const struct tree *tree, size_t at)
{
	size_t end = at + 1;

	while (end < tree->n && tree->leaves[at].number.cssid == tree->leaves[end].number.cssid)
		end++;
	return end;
}

/* ---- as text ---- */

static void print_unit_line(FILE *out, const struct leaf *leaf, const char *before)
{
	char paths[CHANNEL_PATHS_PER_DEVICE * 6 + 1] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < leaf->paths.n; i++)
		used += (size_t)snprintf(paths + used, sizeof(paths) - used, " %x.%02x",
					 leaf->number.cssid, leaf->paths.path[i].chpid);
	show_line(out, "%scontrol unit %s%s%s", before, leaf->control_unit,
		  leaf->paths.n == 1  ? ", channel path"
		  : leaf->paths.n > 1 ? ", channel paths"
				      : "",
		  paths);
}

static void print_leaf(FILE *out, const struct leaf *leaf, const char *before, const char *stroke)
{
	char down[CHANNEL_PATHS_PER_DEVICE * 6 + 1] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < leaf->paths.n; i++)
		if (!leaf->paths.path[i].is_usable)
			used += (size_t)snprintf(down + used, sizeof(down) - used, " %x.%02x",
						 leaf->number.cssid, leaf->paths.path[i].chpid);
	show_line(out, "%s%s%s  %-7s  %s  %s%s%s", before, stroke, leaf->id,
		  *leaf->type ? leaf->type : "-", *leaf->driver ? leaf->driver : "-", leaf->state,
		  used ? ", not by" : "", down);
}

static void print_css(FILE *out, const struct tree *tree, size_t at, size_t end,
		      const struct strokes *strokes)
{
	show_line(out, "channel subsystem %x", tree->leaves[at].number.cssid);
	while (at < end) {
		size_t unit_end = end_of_unit(tree, at);
		bool is_last = unit_end == end;

		print_unit_line(out, &tree->leaves[at], is_last ? strokes->last : strokes->more);
		for (; at < unit_end; at++)
			print_leaf(out, &tree->leaves[at],
				   is_last ? strokes->under_last : strokes->under_more,
				   at + 1 == unit_end ? strokes->last : strokes->more);
	}
}

int tree_print(FILE *out, struct json_object *description, bool with_lines)
{
	struct tree tree;
	size_t end;
	int r;

	r = tree_read(description, &tree);
	if (r < 0)
		return r;
	for (size_t at = 0; at < tree.n; at = end) {
		end = end_of_css(&tree, at);
		print_css(out, &tree, at, end, with_lines ? &lines : &ascii);
	}
	free(tree.leaves);
	return 0;
}

/* ---- as JSON ---- */

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, *text ? json_object_new_string(text) : NULL);
}

static struct json_object *paths_to_json(const struct leaf *leaf)
{
	struct json_object *array = json_object_new_array(), *path;
	char id[8];

	for (unsigned int i = 0; array && i < leaf->paths.n; i++) {
		path = json_object_new_object();
		if (!path)
			continue;
		snprintf(id, sizeof(id), "%x.%02x", leaf->number.cssid, leaf->paths.path[i].chpid);
		add_text(path, "id", id);
		json_object_object_add(path, "usable",
				       json_object_new_boolean(leaf->paths.path[i].is_usable));
		json_object_array_add(array, path);
	}
	return array;
}

static struct json_object *leaf_to_json(const struct leaf *leaf)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	add_text(object, "id", leaf->id);
	add_text(object, "type", leaf->type);
	add_text(object, "driver", leaf->driver);
	add_text(object, "state", leaf->state);
	json_object_object_add(object, "channel_paths", paths_to_json(leaf));
	return object;
}

static struct json_object *unit_to_json(const struct tree *tree, size_t at, size_t end)
{
	struct json_object *object = json_object_new_object();
	struct json_object *devices = json_object_new_array();

	if (!object || !devices) {
		json_object_put(object);
		json_object_put(devices);
		return NULL;
	}
	add_text(object, "type", tree->leaves[at].control_unit);
	json_object_object_add(object, "devices", devices);
	for (; at < end; at++)
		json_object_array_add(devices, leaf_to_json(&tree->leaves[at]));
	return object;
}

static struct json_object *css_to_json(const struct tree *tree, size_t at, size_t end)
{
	struct json_object *object = json_object_new_object();
	struct json_object *units = json_object_new_array();

	if (!object || !units) {
		json_object_put(object);
		json_object_put(units);
		return NULL;
	}
	json_object_object_add(object, "cssid", json_object_new_int(tree->leaves[at].number.cssid));
	json_object_object_add(object, "control_units", units);
	while (at < end) {
		size_t unit_end = end_of_unit(tree, at);

		json_object_array_add(units, unit_to_json(tree, at, unit_end));
		at = unit_end;
	}
	return object;
}

int tree_to_json(struct json_object *description, struct json_object **ret)
{
	struct json_object *array;
	struct tree tree;
	size_t end;
	int r;

	r = tree_read(description, &tree);
	if (r < 0)
		return r;
	array = json_object_new_array();
	for (size_t at = 0; array && at < tree.n; at = end) {
		end = end_of_css(&tree, at);
		json_object_array_add(array, css_to_json(&tree, at, end));
	}
	free(tree.leaves);
	if (!array)
		return -ENOMEM;
	*ret = array;
	return 0;
}
