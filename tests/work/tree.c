#include "work/work.h"

#define PAD	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const struct construct table[] = {
	{ .name = "open divs", .unit = "<div>", .tail = "<img src=//h>" },
	{ .name = "open dl and dd", .unit = "<dl><dd>", .tail = "<img src=//h>" },
	{ .name = "open ul and li", .unit = "<ul><li>", .tail = "<img src=//h>" },
	{ .name = "open li", .unit = "<li>", .tail = "<img src=//h>" },
	{ .name = "open svg", .unit = "<svg>", .tail = "<img src=//h>" },
	{ .name = "open math", .unit = "<math>", .tail = "<img src=//h>" },
	{ .name = "open tables", .unit = "<table><tr><td>", .tail = "<img src=//h>" },
	{ .name = "rows of one table", .head = HTML_HEAD "<table>", .unit = "<tr><td>x", .tail = "<img src=//h>" },
	{ .name = "open select", .unit = "<select><option>", .tail = "<img src=//h>" },
	{ .name = "open templates", .unit = "<template>", .tail = "<img src=//h>" },
	{ .name = "closed templates", .unit = "<template><img src=//h/%u" PAD "></template>" },
	{ .name = "open b", .unit = "<b>", .tail = "<img src=//h>" },
	{ .name = "open b in paragraphs", .unit = "<p><b>", .tail = "<img src=//h>" },
	{ .name = "open a", .unit = "<a href=x>", .tail = "<img src=//h>" },
	{ .name = "open font with a color each", .unit = "<font color=%u>", .tail = "<img src=//h>" },
	{ .name = "open i with an id each and paragraphs", .unit = "<i id=%u><p>", .tail = "<img src=//h>" },
	{ .name = "open i with an id each, closed by paragraphs", .unit = "<p><i id=%u>x</p>", .tail = "<img src=//h>" },
	{ .name = "open nobr", .unit = "<nobr>", .tail = "<img src=//h>" },
	{ .name = "open buttons", .unit = "<button>", .tail = "<img src=//h>" },
	{ .name = "open forms", .unit = "<form>", .tail = "<img src=//h>" },
	{ .name = "open unknown elements", .unit = "<x>", .tail = "<img src=//h>" },
	{ .name = "open unknown elements and end tags of others", .unit = "<x></y>", .tail = "<img src=//h>" },
	{ .name = "end tags of nothing", .unit = "</p>", .tail = "<img src=//h>" },
	{ .name = "end tags behind many open elements", .unit = "<div>", .half = "</span>", .tail = "<img src=//h>" },
	{ .name = "paragraphs in a table", .head = HTML_HEAD "<table>", .unit = "<p>x", .tail = "<img src=//h>" },
	{ .name = "text in a table", .head = HTML_HEAD "<table>", .unit = "<tr>x", .tail = "<img src=//h>" },
	{ .name = "adoption agencies", .unit = "<a><p></a>", .tail = "<img src=//h>" },
	{ .name = "adoption agencies in depth", .unit = "<b><div></b>", .tail = "<img src=//h>" },
	{ .name = "formatting elements with attributes of their own, restored", .unit = "<b x=%u>", .half = "<p>", .tail = "<img src=//h>" },
	{ .name = "frames", .unit = "<frameset><frame>", .tail = "<img src=//h>" },
};
const struct constructs constructs = { table, NITEMS(table) };
