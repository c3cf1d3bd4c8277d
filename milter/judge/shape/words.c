#include "words.h"

static const char *const picture_suffixes[] = {
	"bmp", "gif", "jpeg", "jpg", "png", "svg", "webp",
};
/* Files whose name often holds a digest of their content, so that caches take the new one. */
static const char *const asset_suffixes[] = {
	"bmp", "css", "dtd", "eot", "gif", "jpeg", "jpg", "js", "otf", "png", "svg", "ttf", "webp", "woff", "woff2",
	"xsl",
};
/* Query keys under which such a digest, cut short, or a date stands. */
static const char *const version_keys[] = {
	"build", "rev", "v", "ver", "version",
};
/* Words of files that only take up room or draw a line. */
static const char *const spacer_words[] = {
	"1pixel", "1px", "1x1", "abstand", "arrow", "background", "bg", "black", "blank", "blankpixel", "border",
	"bottom", "bullet", "clear", "cleardot", "clearpix", "clearpixel", "clearspace", "corner", "divider", "dot",
	"dots", "dotted", "edge", "empty", "emptypixel", "espaceur", "filler", "frame", "gap", "gradient", "gray",
	"grayline", "grey", "greyline", "hr", "hspace", "hspacer", "interligne", "invisible", "leer", "leerbild",
	"left", "ligne", "line", "linea", "linie", "nothing", "null", "onepixel", "onepx", "pad", "padding",
	"pattern", "pixelclear", "pixeltrans", "pixeltransparent", "placeholder", "platzhalter", "right", "round",
	"rounded", "rule", "sep", "separador", "separateur", "separator", "shade", "shading", "shadow", "shim",
	"space", "spacer", "spacing", "spc", "stretch", "stripe", "tile", "top", "trans", "trans1px", "transp",
	"transparency", "transparent", "transparente", "transparentpixel", "transpix", "transpixel", "transpx",
	"trpx", "vide", "vspace", "vspacer", "vuoto", "white", "whiteline", "whitespace",
};
/* What they are called for short, where pictures are kept; elsewhere counters have such names, too. */
static const char *const short_spacers[] = {
	"s", "sp", "t", "tp",
};
/*
 * Words that say what a picture is really for, in any piece of the URL: that somebody opened something. The others stand
 * in many URLs that tell where a parcel is, or how many people came.
 */
static const char *const sure_telltales[] = {
	"beacon", "beacons", "emailopen", "emailopened", "emailtrack", "emailtracker", "emailtracking", "imp",
	"impression", "impressions", "imps", "isread", "mailopen", "mailopened", "mailtrack", "mailtracker",
	"mailtracking", "markread", "open", "opened", "openemail", "opener", "openlog", "openmail", "openpixel",
	"openrate", "opens", "opentrack", "opentracker", "opentracking", "pixel", "pixels", "pxl", "readcheck",
	"readreceipt", "readstatus", "trackemail", "trackmail", "trackopen", "webbeacon", "webbug",
};
static const char *const other_telltales[] = {
	"click", "clicks", "collect", "collector", "count", "counter", "hit", "hits", "linktrack", "linktracker", "log",
	"logger", "ltrack", "metrics", "notify", "opening", "openings", "ping", "ptrack", "receipt", "receipts", "seen",
	"stat", "statistic", "statistics", "stats", "track", "tracker", "trackers", "tracking", "tracks", "trck", "trk",
	"trkr",
};
/* What stands beside such a word in a name that says nothing else: "track_email_open", "openImage". */
static const char *const telltale_company[] = {
	"1x1", "action", "all", "api", "aws", "blank", "by", "campaign", "campaigns", "do", "email", "emails", "event",
	"events", "get", "gif", "handler", "image", "images", "img", "is", "letter", "link", "links", "log", "mail",
	"mailer", "mailing", "mailings", "mails", "mark", "message", "messages", "msg", "my", "new", "newsletter",
	"pic", "read", "set", "spacer", "status", "the", "transparent", "user", "users", "web",
};
/* Folders in which mailing services count openings; nothing else has such names for long tokens. */
static const char *const counting_folders[] = {
	"bto", "ci0", "cto", "e", "e1t", "e2t", "e3t", "ea", "eo", "eos", "i0", "lt", "mk", "mo", "mpss", "o", "oo",
	"op", "px", "q", "r", "ss", "t", "tf", "to", "tr", "ut", "via", "wf",
};
/* Words of what is there to be looked at. */
static const char *const picture_words[] = {
	"art", "artwork", "asset", "assets", "attachment", "attachments", "avatar", "avatars", "badge", "badges",
	"banner", "banners", "barcode", "card", "cdn", "chart", "charts", "content", "countdown", "cover", "emoji",
	"file", "files", "flag", "gallery", "graph", "hero", "icon", "icons", "image", "images", "img", "imgs", "logo",
	"logos", "map", "maps", "media", "original", "photo", "photos", "pic", "pics", "picture", "pictures", "poster",
	"preview", "product", "products", "profile", "qr", "qrcode", "render", "resize", "signature", "static",
	"staticmap", "sticker", "thumb", "thumbnail", "thumbnails", "thumbs", "ticket", "timer", "upload", "uploads",
	"video", "weather",
};

const struct words shape_words[SHAPE_WORDS] = {
	[SHAPE_PICTURE_SUFFIXES] = { picture_suffixes, NITEMS(picture_suffixes) },
	[SHAPE_ASSET_SUFFIXES] = { asset_suffixes, NITEMS(asset_suffixes) },
	[SHAPE_VERSION_KEYS] = { version_keys, NITEMS(version_keys) },
	[SHAPE_SPACER_WORDS] = { spacer_words, NITEMS(spacer_words) },
	[SHAPE_SHORT_SPACERS] = { short_spacers, NITEMS(short_spacers) },
	[SHAPE_SURE_TELLTALES] = { sure_telltales, NITEMS(sure_telltales) },
	[SHAPE_OTHER_TELLTALES] = { other_telltales, NITEMS(other_telltales) },
	[SHAPE_TELLTALE_COMPANY] = { telltale_company, NITEMS(telltale_company) },
	[SHAPE_COUNTING_FOLDERS] = { counting_folders, NITEMS(counting_folders) },
	[SHAPE_PICTURE_WORDS] = { picture_words, NITEMS(picture_words) },
};
